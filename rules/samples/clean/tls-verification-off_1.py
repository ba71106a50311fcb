import ssl

import requests

context = ssl.create_default_context(cafile="private.pem")
context.check_hostname = True
requests.get("https://example.org", verify="private.pem", timeout=5)
