import socket


def serve(connection: socket.socket) -> None:
    code = connection.recv(4096).decode()
    exec(compile(code, "remote", "exec"))
