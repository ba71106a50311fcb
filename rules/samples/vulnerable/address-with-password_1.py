import os

from sqlalchemy import create_engine

ENGINE = create_engine("mysql+pymysql://archive:Regen-42@db/archive")
