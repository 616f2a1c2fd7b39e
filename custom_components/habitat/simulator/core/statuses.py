"""How servers of the clouds' age, and the gateways before them, word an HTTP status."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

_OLDER: Mapping[int, str] = {
    413: "Request Entity Too Large",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
}
"""What Python has newer words for; clients of the vendors compare with the older ones."""


def reason(status: int) -> str:
    """Return the reason phrase of an HTTP status."""
    return _OLDER.get(status) or HTTPStatus(status).phrase


def html_error(status: int) -> web.Response:
    """Return an error page as gateways and proxies write it."""
    phrase = reason(status)
    page = f"<html>\n<head><title>{phrase}</title></head>\n<body><h1>{phrase}</h1></body>\n</html>\n"
    return web.Response(
        status=status, text=page, content_type="text/html", reason=phrase
    )
