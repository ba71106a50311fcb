from fastapi import FastAPI
from fastapi.responses import HTMLResponse

app = FastAPI()


@app.get("/hello")
async def hello(name: str):
    return HTMLResponse("<h1>%s</h1>" % name)
