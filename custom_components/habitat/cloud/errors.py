"""The errors of a cloud, by what can be done about them."""

from .text import brief


class CloudError(Exception):
    """A request did not succeed.

    The text can be shown to users: the vendor's message if there is one, never a secret.
    """

    reason: str | None = None
    """The translation key of what happened; None if the text quotes the vendor."""

    transient: bool = False
    """Whether the same request may succeed if it is sent again soon."""
    undone: bool = False
    """Whether the server certainly did nothing."""
    retry_after: float | None = None
    """Seconds to wait before the next request, if known."""
    of_login: bool = False
    """Whether it comes from the token endpoint and not from the requested path."""

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        """Shorten the message to one line."""
        super().__init__(brief(message))
        if reason is not None:
            self.reason = reason


class AuthError(CloudError):
    """The vendor says that the login is wrong: only the user can correct it."""


class ActionRequired(CloudError):
    """The login is right, but the user must do something at the vendor first."""

    def __init__(self, message: str, key: str) -> None:
        """Set the translation key of what the user must do."""
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
        """Set how many seconds the vendor asked to wait."""
        super().__init__(message, reason=reason)
        self.retry_after = retry_after


class Unreachable(CloudError):
    """No usable answer: no connection, a time-out, or an error of the server."""

    transient = True

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        undone: bool = False,
        reason: str | None = None,
    ) -> None:
        """Set how many seconds the server asked to wait, and whether it certainly did nothing."""
        super().__init__(message, reason=reason)
        self.retry_after = retry_after
        self.undone = undone


class BadAnswer(CloudError):
    """An answer that cannot be used: a web page, incomplete, too large, or of another shape."""

    reason = "bad_answer"

    def __init__(self, message: str, *, transient: bool = False) -> None:
        """Set whether a retry may help: for an incomplete document yes, for a large one no."""
        super().__init__(message)
        self.transient = transient


class TooLarge(BadAnswer):
    """An answer that is too large; a request for less may help."""

    reason = "too_large"


class Refused(CloudError):
    """The vendor refused the request (HTTP 4xx)."""

    def __init__(self, message: str, status: int, *, page: bool = False) -> None:
        """Set the HTTP status, because some have a meaning of their own.

        `page` is whether the answer was a web page: then it probably is not the vendor's.
        """
        super().__init__(message)
        self.status = status
        self.page = page
