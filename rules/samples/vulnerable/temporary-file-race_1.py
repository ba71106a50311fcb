import tempfile

path = tempfile.mktemp(suffix=".png")
