from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    prefix: str = "/api/v1"


settings = Settings()
