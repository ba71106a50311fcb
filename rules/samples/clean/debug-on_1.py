import asyncio

from flask import Flask


async def main():
    pass


app = Flask(__name__)
app.run(port=8080)
asyncio.run(main(), debug=True)
