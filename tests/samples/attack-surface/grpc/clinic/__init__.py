"""A ward's records on gRPC: two services from generated files, one that is written by hand, two ports."""

from concurrent import futures

import grpc

from clinic import ward_pb2_grpc
from clinic.ward_pb2_grpc import add_StudiesServicer_to_server

HEALTH = grpc.method_handlers_generic_handler(
    "clinic.v1.Health", {"Check": grpc.unary_unary_rpc_method_handler(lambda request, context: b"")}
)


def check_token(context):
    if not dict(context.invocation_metadata()).get("token"):
        context.abort(grpc.StatusCode.UNAUTHENTICATED, "no")


class Ward(ward_pb2_grpc.WardServicer):
    def Admit(self, request, context):
        check_token(context)
        return b""

    def Watch(self, request, context):
        yield b""


class Studies:
    def Fetch(self, requests, context):
        yield b""


def add_all(server):
    ward_pb2_grpc.add_WardServicer_to_server(Ward(), server)
    add_StudiesServicer_to_server(Studies(), server)
    server.add_generic_rpc_handlers((HEALTH,))


def serve():
    server = grpc.server(futures.ThreadPoolExecutor(2))
    add_all(server)
    server.add_insecure_port("127.0.0.1:50051")
    server.add_secure_port("[::]:50052", grpc.ssl_server_credentials([]))
    return server
