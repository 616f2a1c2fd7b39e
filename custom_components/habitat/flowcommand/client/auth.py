"""Logging in at FlowCommand: a token, or a user name and a password. Neither expires."""

from base64 import b64encode
from collections.abc import Mapping
import hashlib
from http import HTTPStatus
import re

from ...cloud.auth import FixedAuth
from ...cloud.documents import Json

_ABOUT_LOGIN = re.compile(
    r"invalid token|credential|user ?name|password|authenticat|user inactive",
    re.IGNORECASE,
)


def authorize(fields: Mapping[str, str]) -> FixedAuth:
    """Return the authorization from `api_token`, or from `username` and `password`."""
    if token := fields.get("api_token"):
        # A copied token may contain line breaks; it has no spaces of its own.
        token = "".join(token.split())
        return FixedAuth({"Authorization": f"Token {token}"}, (token,))
    pair = b64encode(f"{fields['username']}:{fields['password']}".encode()).decode()
    return FixedAuth({"Authorization": f"Basic {pair}"}, (pair, fields["password"]))


def account_id(fields: Mapping[str, str]) -> str:
    """Return the id of the account: the user name, or a digest of the token.

    No endpoint names the account. A new token for the same sensors is the same account, which only
    the ids of the sensors show.
    """
    if token := fields.get("api_token"):
        return hashlib.sha256("".join(token.split()).encode()).hexdigest()[:16]
    return fields["username"]


def refuses_login(status: int, document: Json) -> bool:
    """Return whether a 403 refuses the login; it may be about a missing right instead."""
    said = error_message(document) if status == HTTPStatus.FORBIDDEN else None
    return said is not None and _ABOUT_LOGIN.search(said) is not None


def error_message(document: Json) -> str | None:
    """Return the message of an error document: `detail`, or the first error of a field."""
    if not isinstance(document, dict):
        return None
    for said in (document.get("detail"), *document.values()):
        if isinstance(said, list) and said:
            said = said[0]
        if isinstance(said, str) and said:
            return said
    return None
