"""What all answers of the Flower Power cloud share: a list of errors."""

from collections.abc import Callable

from ...cloud.documents import Json
from ...cloud.errors import BadAnswer, Refused
from ...cloud.messages import Answer
from ...cloud.values import to_str


def open_answer(answer: Answer, brief: Callable[[str], str]) -> dict[str, Json]:
    """Return the document of an answer.

    The cloud reports errors in a list, also with HTTP status 200 (docs/vendors/flower_power.md, Address and
    login).

    Raises:
        Refused: the list of errors is not empty.
        BadAnswer: the answer is not a JSON object.
    """
    document = answer.json()
    if not isinstance(document, dict):
        raise BadAnswer("The answer is no object")
    if document.get("errors") or document.get("error"):
        raise Refused(
            brief(error_message(document) or f"HTTP {answer.status}"), answer.status
        )
    return document


def error_message(document: Json) -> str | None:
    """Return the message of an error document, or None."""
    if not isinstance(document, dict):
        return None
    errors = document.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else errors
    if isinstance(first, dict):
        said = first.get("error_message") or first.get("error_code")
    else:
        said = first or document.get("error_description") or document.get("error")
    return to_str(said) or None
