from enum import StrEnum

class Endpoint(StrEnum):
    BASE_URL = "https://api.flair.co"
