from fastapi import APIRouter, Header, HTTPException, WebSocket

BASE = "/studies"
router = APIRouter(prefix=BASE)


def check_key(x_key: str = Header()) -> None:
    if x_key != "sample":
        raise HTTPException(status_code=403)


@router.get("/{uid}")
def study(uid: str):
    return uid


@router.patch("/{uid}")
def change(uid: str):
    return uid


@router.websocket("/{uid}/progress")
async def progress(socket: WebSocket, uid: str):
    await socket.accept()
