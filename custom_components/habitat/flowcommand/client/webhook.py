"""What FlowCommand posts when a ping comes in, and how it shows that it is FlowCommand."""

import hashlib
import hmac

from ...cloud.documents import read_json
from ...cloud.errors import BadAnswer
from ...cloud.report import ParseReport
from ...cloud.values import to_str
from .api import read_ping
from .models import Ping

SIGNATURE_HEADER = "FC-Signature"

_TYPE = "ping_received"
_VERSION = "1"


def genuine(secret: str, signature: str | None, body: bytes) -> bool:
    """Say whether a request shows that it knows the secret, in a time that tells nothing.

    FlowCommand sends the secret itself; the header's name suggests that it may one day sign the
    body instead, so the hex HMAC-SHA256 of the body is as good.
    """
    if not secret or not signature:
        return False
    key = secret.encode()
    given = signature.encode("utf-8", "surrogateescape")
    digest = hmac.new(key, body, hashlib.sha256).hexdigest().encode()
    is_secret = hmac.compare_digest(given, key)
    is_digest = hmac.compare_digest(given.lower(), digest)
    return is_secret or is_digest


def read_webhook(body: bytes, report: ParseReport) -> Ping | None:
    """Return the ping that a request tells of; None when it tells of something else.

    Raises:
        BadAnswer: the body is no JSON object.
    """
    document = read_json(body)
    if not isinstance(document, dict):
        raise BadAnswer("The webhook's body is no object")
    known = document.get("type") == _TYPE
    if not known or to_str(document.get("api_version")) != _VERSION:
        report.record("webhook (of an unknown kind)")
        return None
    return read_ping(document.get("data"), report)
