from fastapi import APIRouter, Depends

from . import patients, studies

api = APIRouter()
api.include_router(patients.router, prefix="/patients", tags=["patients"])
api.include_router(studies.router, dependencies=[Depends(studies.check_key)])
