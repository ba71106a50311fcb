from fastapi import FastAPI
from sqlalchemy import text

app = FastAPI()


@app.get("/studies")
def studies(patient: str, db=None):
    return db.execute(text("SELECT * FROM studies WHERE patient = '%s'" % patient)).all()
