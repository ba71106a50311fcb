import subprocess

from fastapi import FastAPI

app = FastAPI()
PROGRAMS = {"echo": "/usr/bin/dcmecho", "find": "/usr/bin/dcmfind"}


@app.post("/run")
def run(program: str):
    return subprocess.run([PROGRAMS[program]], check=True).returncode
