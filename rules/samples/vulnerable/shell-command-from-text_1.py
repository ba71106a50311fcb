import subprocess


def archive(folder):
    subprocess.check_call("tar cf all.tar {}".format(folder), shell=True)
