"""Who is asking FlowCommand, and when FlowCommand says that it is nobody."""

from base64 import b64decode

import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.flowcommand.client.auth import (
    account_id,
    authorize,
    error_message,
    refuses_login,
)


async def test_token() -> None:
    """A token that was copied with line breaks is still the token."""
    auth = authorize({"api_token": " abc\ndef "})
    assert await auth.headers() == {"Authorization": "Token abcdef"}
    assert "abcdef" in set(auth.secrets())


async def test_basic() -> None:
    """A password may hold colons and letters of any language."""
    fields = {"username": "robin", "password": "a:ö"}
    auth = authorize(fields)
    scheme, _, pair = (await auth.headers())["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert b64decode(pair).decode() == "robin:a:ö"
    assert {pair, "a:ö"} <= set(auth.secrets())


def test_account_id() -> None:
    """The account is its user, or a digest that does not show the token."""
    assert account_id({"username": "robin", "password": "x"}) == "robin"
    found = account_id({"api_token": "abcdef"})
    assert len(found) == 16
    assert found == account_id({"api_token": "abc def\n"})
    assert found != account_id({"api_token": "other"})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"detail": "Not found."}, "Not found."),
        ({"start": ["Enter a valid date."]}, "Enter a valid date."),
        ({"non_field_errors": ["One."], "detail": "Two."}, "Two."),
        ({"detail": None, "count": 3}, None),
        ({"start": []}, None),
        ({}, None),
        ([], None),
        ("no", None),
        (None, None),
    ],
)
def test_explain(document: Json, said: str | None) -> None:
    """The vendor's words are found wherever they stand."""
    assert error_message(document) == said


@pytest.mark.parametrize(
    ("status", "detail", "refused"),
    [
        (403, "Authentication credentials were not provided.", True),
        (403, "Invalid token.", True),
        (403, "Invalid username/password.", True),
        (403, "User inactive or deleted.", True),
        (403, "You do not have permission to perform this action.", False),
        (403, "CSRF Failed: CSRF token missing.", False),
        (403, None, False),
        (404, "Invalid token.", False),
    ],
)
def test_refuses_login(status: int, detail: Json, refused: bool) -> None:
    """Only a 403 that speaks of the login is about it."""
    assert refuses_login(status, {"detail": detail}) is refused
