import os

import pymysql


def connect():
    return pymysql.connect(host="db", user="worklist", password="Herbst2023")
