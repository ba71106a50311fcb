import uvicorn
from fastapi import FastAPI

app = FastAPI(debug=True)
uvicorn.run(app, port=8080)
