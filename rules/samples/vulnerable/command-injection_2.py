import subprocess

from fastapi import FastAPI

api = FastAPI()


@api.get("/size")
async def size(folder: str):
    command = "du -s " + folder
    return {"size": subprocess.check_output(command, shell=True).decode()}
