from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/users")
async def find(request: Request):
    wanted = await request.json()
    return app.state.users.find_one({"name": str(wanted["name"])})
