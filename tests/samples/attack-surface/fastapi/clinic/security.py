from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

oauth2 = OAuth2PasswordBearer(tokenUrl="token")


def current_user(token: Annotated[str, Depends(oauth2)]) -> str:
    if token != "sample":
        raise HTTPException(401)
    return "somebody"


def physician(user: Annotated[str, Depends(current_user)]) -> str:
    return user


Physician = Annotated[str, Depends(physician)]


def page(number: int = 1) -> int:
    return number
