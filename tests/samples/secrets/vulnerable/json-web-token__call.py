call("@json-web-token@")
