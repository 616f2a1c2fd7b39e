class Session:
    username: str | None
    password: str | None
    keep_alive: int

class ApplicationMessage:
    topic: str
    data: bytes | bytearray
