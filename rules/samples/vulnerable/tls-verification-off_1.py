import requests

requests.get("https://example.org", verify=False, timeout=5)
