from importlib import import_module

from fastapi import FastAPI

app = FastAPI()
CODECS = {"rle": "codecs_rle", "jpeg": "codecs_jpeg"}


@app.get("/decode")
def decode(codec: str):
    return import_module(codec).describe()
