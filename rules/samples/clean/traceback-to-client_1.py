import logging
import traceback

from flask import Flask

app = Flask(__name__)


@app.errorhandler(Exception)
def failed(error):
    logging.getLogger("desk").error(traceback.format_exc())
    return "Something went wrong.", 500
