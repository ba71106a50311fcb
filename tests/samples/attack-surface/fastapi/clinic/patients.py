from fastapi import APIRouter, Depends

from clinic.security import Physician, page

router = APIRouter()


@router.get("")
def every(number: int = Depends(page)):
    return [number]


@router.post("")
def admit(user: Physician):
    return user


@router.get("/{patient_id}/images/{path:path}")
def image(patient_id: int, path: str, user: Physician):
    return path
