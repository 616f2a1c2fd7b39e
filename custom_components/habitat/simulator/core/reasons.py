"""The reason phrases that servers of the clouds' age send."""

from collections.abc import Mapping
from http import HTTPStatus

_OLDER: Mapping[int, str] = {
    413: "Request Entity Too Large",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
}
"""What Python has newer words for; clients of the vendors compare with the older ones."""


def reason(status: int) -> str:
    """Return the reason phrase of an HTTP status."""
    return _OLDER.get(status) or HTTPStatus(status).phrase
