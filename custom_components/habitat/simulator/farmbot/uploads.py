"""Where clients bring their pictures before they tell the API of them, as on a server without a bucket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from aiohttp import BodyPartReader, web

from ..core.documents import Record
from .wire import RefusedError, respond

PATH = "direct_upload"
_MAX_SIZE = 7 * 1024 * 1024
_KEPT = 20
_JPEG = b"\xff\xd8\xff"
_NAMESPACE = UUID("a3b5f0c8-58c4-4f53-9d0b-2f1c7a5f9e11")


@dataclass(slots=True)
class Uploads:
    """The newest pictures by their key, and the keys that may be used."""

    seed: int
    kept: dict[str, bytes] = field(default_factory=dict)
    granted: int = 0

    def grant(self, url: str) -> Record:
        """Return what a client needs to bring a picture."""
        self.granted += 1
        key = f"temp/{uuid5(_NAMESPACE, f'{self.seed} {self.granted}')}.jpg"
        return {
            "verb": "POST",
            "url": f"{url.removeprefix('http:')}/{PATH}/",
            "form_data": {
                "key": key,
                "acl": "public-read",
                "Content-Type": "image/jpeg",
                "policy": "N/A",
                "signature": self._signature(key),
                "GoogleAccessId": "N/A",
                "file": "REPLACE_THIS_WITH_A_BINARY_JPEG_FILE",
            },
            "instructions": "Send a 'form-data' request to the URL provided.Then POST the resulting"
            " URL as an 'attachment_url' (json) to api/images/.",
        }

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Take a picture, or show one that was brought."""
        if request.method == "POST":
            return self._take(await _form(request))
        key = request.path.partition(f"/{PATH}/")[2]
        if request.method != "GET" or key not in self.kept:
            raise RefusedError(404)
        return web.Response(body=self.kept[key], content_type="image/jpeg")

    def _take(self, form: Mapping[str, bytes]) -> web.Response:
        key = form.get("key", b"").decode(errors="replace")
        picture = form.get("file", b"")
        if not key or form.get("signature", b"").decode() != self._signature(key):
            raise RefusedError(401, {"error": "Invalid upload signature"})
        if len(picture) > _MAX_SIZE:
            raise RefusedError(413, {"error": "Image exceeds maximum size"})
        if not picture.startswith(_JPEG):
            raise RefusedError(415, {"error": "Upload must be a JPEG image"})
        self.kept[key] = picture
        while len(self.kept) > _KEPT:
            del self.kept[next(iter(self.kept))]
        return respond("")

    def _signature(self, key: str) -> str:
        return str(uuid5(_NAMESPACE, f"{self.seed} {key}"))


async def _form(request: web.BaseRequest) -> dict[str, bytes]:
    """Return the fields of a form; of what is too long a little more than is allowed."""
    if not request.content_type.startswith("multipart/"):
        return {}
    found: dict[str, bytes] = {}
    reader = await request.multipart()
    while (part := await reader.next()) is not None:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytearray()
        while (chunk := await part.read_chunk()) and len(content) <= _MAX_SIZE:
            content += chunk
        found[part.name] = bytes(content)
    return found
