"""As the generator of gRPC writes it, with texts for messages."""

import grpc


class WardServicer:
    def Admit(self, request, context):
        context.set_code(grpc.StatusCode.UNIMPLEMENTED)

    def Watch(self, request, context):
        context.set_code(grpc.StatusCode.UNIMPLEMENTED)


def add_WardServicer_to_server(servicer, server):
    rpc_method_handlers = {
        "Admit": grpc.unary_unary_rpc_method_handler(servicer.Admit),
        "Watch": grpc.unary_stream_rpc_method_handler(servicer.Watch),
    }
    generic_handler = grpc.method_handlers_generic_handler("clinic.v1.Ward", rpc_method_handlers)
    server.add_generic_rpc_handlers((generic_handler,))


def add_StudiesServicer_to_server(servicer, server):
    rpc_method_handlers = {
        "Fetch": grpc.stream_stream_rpc_method_handler(servicer.Fetch),
    }
    generic_handler = grpc.method_handlers_generic_handler("clinic.v1.Studies", rpc_method_handlers)
    server.add_generic_rpc_handlers((generic_handler,))
