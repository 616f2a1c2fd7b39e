"""What can go wrong with a cloud, told apart by what there is to do about it."""

from .text import brief


class CloudError(Exception):
    """A request did not succeed.

    The text is fit for people: the vendor's own words where it gave any, and never a secret.
    """

    reason: str | None = None
    """The key of our own words for what happened; None where the text quotes the vendor."""

    transient: bool = False
    """Whether the same request may succeed when it is sent again in a moment."""
    undone: bool = False
    """Whether the server surely did nothing of what it was asked."""
    retry_after: float | None = None
    """How many seconds to wait before asking again, where that is known."""
    of_login: bool = False
    """Whether it is the token endpoint's, which says nothing of what was asked for."""

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        """Make the message short and one line, whatever the vendor wrote into it."""
        super().__init__(brief(message))
        if reason is not None:
            self.reason = reason


class AuthError(CloudError):
    """The vendor says that the login is wrong: only a person can mend it."""


class ActionRequired(CloudError):
    """The login is right, but first the user has to do something at the vendor."""

    def __init__(self, message: str, key: str) -> None:
        """Keep the key of what there is to do, as it is translated."""
        super().__init__(message)
        self.key = key


class RateLimited(CloudError):
    """The vendor asks for fewer requests."""

    transient = True
    undone = True

    def __init__(
        self,
        message: str,
        retry_after: float | None = None,
        *,
        reason: str | None = None,
    ) -> None:
        """Keep how long to wait, in seconds, where the vendor said so."""
        super().__init__(message, reason=reason)
        self.retry_after = retry_after


class Unreachable(CloudError):
    """No answer, or only an excuse: no connection, a time-out, an error of the server."""

    transient = True

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        undone: bool = False,
        reason: str | None = None,
    ) -> None:
        """Keep the wait that the server asked for, in seconds, and if surely nothing was done."""
        super().__init__(message, reason=reason)
        self.retry_after = retry_after
        self.undone = undone


class BadAnswer(CloudError):
    """An answer that is none: a web page, half a document, far too much, another shape."""

    reason = "bad_answer"

    def __init__(self, message: str, *, transient: bool = False) -> None:
        """Keep whether asking again may help: half a document yes, a giant one no."""
        super().__init__(message)
        self.transient = transient


class TooLarge(BadAnswer):
    """An answer beyond all measure; asking for less at a time may help."""

    reason = "too_large"


class Refused(CloudError):
    """The vendor understood and said no (HTTP 4xx)."""

    def __init__(self, message: str, status: int, *, page: bool = False) -> None:
        """Keep the HTTP status, since some refusals have a meaning of their own.

        `page` is whether a web page said so: then it is hardly the vendor who did.
        """
        super().__init__(message)
        self.status = status
        self.page = page
