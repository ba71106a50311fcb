import os

from sqlalchemy import create_engine

ENGINE = create_engine(os.environ["ARCHIVE_DATABASE"])
