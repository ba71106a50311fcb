import subprocess
import sys

target = sys.argv[1]
subprocess.run("convert %s out.png" % target, shell=True, check=True)
