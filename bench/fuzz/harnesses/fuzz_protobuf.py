"""protobuf 5.29.4, the implementation that is Python."""

from google.protobuf.message import DecodeError
from google.protobuf.struct_pb2 import Struct

from sdlc.harness import fuzz


@fuzz(raises=(DecodeError,))
def fuzz_protobuf(data: bytes) -> None:
    """Any message."""
    Struct.FromString(data)
