import json

from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/state")
async def state(request: Request):
    return json.loads(await request.body())
