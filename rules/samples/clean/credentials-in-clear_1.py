import requests


def login(user: str, password: str) -> str:
    answer = requests.post("https://console.invalid/login", json={"user": user, "password": password}, timeout=5)
    return answer.text
