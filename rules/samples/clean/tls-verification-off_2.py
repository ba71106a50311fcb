import httpx


def fetch(path):
    with httpx.Client(base_url="https://archive.example.org", verify=True) as client:
        return client.get(path).json()
