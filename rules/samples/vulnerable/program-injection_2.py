import subprocess


def view(request):
    subprocess.Popen(["/bin/sh", "-c", "echo " + request.GET["word"]])
