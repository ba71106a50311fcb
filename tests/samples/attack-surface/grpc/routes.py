"""Prints the methods that a server of gRPC is told about."""

import json

from clinic import add_all

rows = set()


class Server:
    def add_generic_rpc_handlers(self, handlers):
        for handler in handlers:
            rows.update(f"grpc:{name.lstrip('/')}" for name in handler._method_handlers)


add_all(Server())
print(json.dumps(sorted(rows)))
