from app import app, signed_in


@app.get("/letters/new")
@signed_in
def new():
    return ""
