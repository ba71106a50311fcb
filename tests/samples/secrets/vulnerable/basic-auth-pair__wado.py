requests.get(URL, auth=("viewer", "@basic-auth-pair@"))
