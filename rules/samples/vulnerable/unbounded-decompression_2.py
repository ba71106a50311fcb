import socket
import zlib


def receive(peer: socket.socket) -> bytes:
    packed = peer.recv(65536)
    return zlib.decompress(packed)
