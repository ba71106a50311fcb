import subprocess


def archive(folder):
    subprocess.check_call(["tar", "cf", "all.tar", folder])
    subprocess.check_call("sync", shell=True)
