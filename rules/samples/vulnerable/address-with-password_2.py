import pymongo


def database():
    return pymongo.MongoClient("mongodb://writer:tiefblau9@store/log")
