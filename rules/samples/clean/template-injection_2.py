from fastapi import FastAPI
from jinja2 import Environment

app = FastAPI()
HELLO = Environment(autoescape=True).from_string("Hello {{ name }}")


@app.get("/hello")
def hello(name: str):
    return {"text": HELLO.render(name=name)}
