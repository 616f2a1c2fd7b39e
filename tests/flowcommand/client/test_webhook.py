"""What FlowCommand posts, and whether it was FlowCommand."""

from contextlib import suppress
from datetime import UTC, datetime
import hashlib
import hmac
import json

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.errors import BadAnswer
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.flowcommand.client.models import Ping
from custom_components.habitat.flowcommand.client.webhook import genuine, read_webhook
from tests.support.strategies import BOUNDED

SECRET = "s3cret-ä"
BODY = b'{"type": "ping_received"}'
DATA: dict[str, Json] = {
    "id": 2,
    "sensor_id": 1,
    "sensor_name": "Sensor 1",
    "flowrate": 0.0,
    "datetime": "2019-02-05T19:44:09Z",
}


def _digest(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_genuine() -> None:
    """The secret itself is good, and so is the body signed with it."""
    assert genuine(SECRET, SECRET, BODY)
    assert genuine(SECRET, _digest(SECRET, BODY), BODY)
    assert genuine(SECRET, _digest(SECRET, BODY).upper(), BODY)


@pytest.mark.parametrize(
    ("secret", "signature"),
    [
        (SECRET, None),
        (SECRET, ""),
        (SECRET, SECRET[:-1]),
        (SECRET, SECRET + " "),
        (SECRET, SECRET.upper()),
        (SECRET, "\udcff"),
        (SECRET, _digest("other", BODY)),
        (SECRET, _digest(SECRET, BODY + b" ")),
        ("", ""),
        ("", _digest("", BODY)),
    ],
)
def test_forged(secret: str, signature: str | None) -> None:
    """Whoever does not know the secret is not FlowCommand; without one nobody is."""
    assert not genuine(secret, signature, BODY)


@pytest.mark.parametrize("version", ["1", 1])
def test_ping(version: Json) -> None:
    """The document's own example is read."""
    report = ParseReport("FlowCommand")
    event = {"type": "ping_received", "api_version": version, "data": DATA}
    assert read_webhook(json.dumps(event).encode(), report) == Ping(
        id=2,
        sensor_id=1,
        sensor_name="Sensor 1",
        flowrate=0.0,
        at=datetime(2019, 2, 5, 19, 44, 9, tzinfo=UTC),
    )
    assert not report.counts


@pytest.mark.parametrize(
    "event",
    [
        {"type": "sensor_added", "api_version": "1", "data": DATA},
        {"type": "ping_received", "api_version": "2", "data": DATA},
        {"type": "ping_received", "api_version": "1", "data": [DATA]},
        {"type": "ping_received", "api_version": "1"},
        {"type": "ping_received", "api_version": "1", "data": {**DATA, "id": None}},
        {},
    ],
)
def test_something_else(event: Json) -> None:
    """What is no ping is counted and ignored."""
    report = ParseReport("FlowCommand")
    assert read_webhook(json.dumps(event).encode(), report) is None
    assert report.counts.total() == 1


@pytest.mark.parametrize("body", [b"", b"[]", b"ping", b"\xff", b'"ping"'])
def test_no_object(body: bytes) -> None:
    """What is no JSON object is told apart."""
    with pytest.raises(BadAnswer):
        read_webhook(body, ParseReport("FlowCommand"))


@given(st.binary(max_size=200), st.text(max_size=40))
@BOUNDED
def test_any_request(body: bytes, signature: str) -> None:
    """Nothing that a stranger posts raises anything but BadAnswer."""
    assert not genuine(SECRET, signature, body)
    with suppress(BadAnswer):
        read_webhook(body, ParseReport("FlowCommand"))
