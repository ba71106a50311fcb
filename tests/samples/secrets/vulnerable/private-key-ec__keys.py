KEY = """@private-key-ec@"""
