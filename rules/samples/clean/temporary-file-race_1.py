import tempfile

with tempfile.NamedTemporaryFile(suffix=".png") as stream:
    stream.write(b"")
