import pymongo


def database():
    return pymongo.MongoClient("mongodb://store/log")
