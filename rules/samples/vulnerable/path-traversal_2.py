from pathlib import Path

from fastapi import FastAPI

app = FastAPI()
FOLDER = Path("/srv/files")


@app.get("/files/{name}")
async def file(name: str):
    return {"text": (FOLDER / name).read_text()}
