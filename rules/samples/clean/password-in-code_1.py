import os

import pymysql


def connect():
    return pymysql.connect(host="db", user="worklist", password=os.environ["DB_PASSWORD"])
