import os

import requests


def upload(report: bytes) -> None:
    requests.put("https://reports.invalid/", data=report, auth=("robot", "k3s-Unter7"), timeout=5)
