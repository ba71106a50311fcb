import tarfile

tarfile.open("models.tar.gz").extractall("models")
