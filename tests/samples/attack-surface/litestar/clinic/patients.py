from litestar import Controller, delete, get, patch, post
from litestar.exceptions import NotAuthorizedException


def must_be_signed_in(connection, handler):
    if not connection.headers.get("authorization"):
        raise NotAuthorizedException()


class PatientController(Controller):
    path = "/patients"

    @get()
    async def listed(self) -> list[str]:
        return []

    @post(guards=[must_be_signed_in])
    async def made(self) -> str:
        return "made"

    @get("/{number:int}")
    async def shown(self, number: int) -> int:
        return number

    @patch("/{number:int}", guards=[must_be_signed_in])
    async def changed(self, number: int) -> int:
        return number

    @delete("/{number:int}")
    async def removed(self, number: int) -> None:
        return None
