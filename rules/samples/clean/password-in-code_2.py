import os

import requests


def upload(report: bytes) -> None:
    requests.put("https://reports.invalid/", data=report, auth=("robot", os.environ["ROBOT"]), timeout=5)
