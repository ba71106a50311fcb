import logging
import traceback

from flask import Flask

app = Flask(__name__)


@app.errorhandler(Exception)
def failed(error):
    return f"<pre>{traceback.format_exc()}</pre>", 500
