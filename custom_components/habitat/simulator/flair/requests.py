"""Reading what a client asks for."""

from aiohttp import web

from ..core.documents import Json, Record, load
from .wire import PAGE_SIZE
from .writes import RefusedError


def paging(request: web.BaseRequest) -> tuple[int, int]:
    """Return the page's size and number, from 1.

    Raises:
        RefusedError: they are no numbers, or too small.
    """
    try:
        size = int(request.query.get("page[size]", PAGE_SIZE))
        number = int(request.query.get("page[page]", 1))
    except ValueError:
        raise RefusedError(400, "The page is not a number.") from None
    if size < 1 or number < 1:
        raise RefusedError(400, "There is no such page.")
    return min(size, PAGE_SIZE), number


def read_body(raw: bytes) -> Record:
    """Return the document of a body.

    Raises:
        RefusedError: it is none.
    """
    try:
        return mapping(load(raw))
    except ValueError:
        raise RefusedError(400, "The body is not JSON.", "Bad Request") from None


def mapping(value: Json) -> Record:
    """Return what must be an object.

    Raises:
        RefusedError: it is something else.
    """
    if not isinstance(value, dict):
        raise RefusedError(400, "The body is not a JSON:API document.", "Bad Request")
    return value
