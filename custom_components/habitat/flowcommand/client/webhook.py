"""FlowCommand's webhook: the body, and how a request is authenticated."""

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
    """Return whether a request has the secret; compared in constant time.

    FlowCommand sends the secret itself. The hex HMAC-SHA256 of the body is accepted too, because the
    name of the header suggests a signature. See docs/vendors/flowcommand.md (Webhook).
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
    """Return the ping in the body, or None if the body is of another type.

    Raises:
        BadAnswer: the body is not a JSON object.
    """
    document = read_json(body)
    if not isinstance(document, dict):
        raise BadAnswer("The webhook's body is no object")
    known = document.get("type") == _TYPE
    if not known or to_str(document.get("api_version")) != _VERSION:
        report.record("webhook (of an unknown kind)")
        return None
    return read_ping(document.get("data"), report)
