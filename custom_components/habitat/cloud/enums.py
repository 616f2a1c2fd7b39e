"""Enums of a cloud that may grow: an unknown value is not an error."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self, override

from .models import read_with
from .values import to_text


class LenientEnum(StrEnum):
    """An enum of a cloud. Case does not matter, and `read` returns None for an unknown value."""

    @classmethod
    @override
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        folded = value.strip().casefold()
        return next((word for word in cls if word.value.casefold() == folded), None)

    @classmethod
    def read(cls, value: object) -> Self | None:
        """Return the member with this value, or None."""
        try:
            return cls(value)  # type: ignore[arg-type]  # an enum checks its value itself
        except ValueError:
            return None


def open_enum(words: type[LenientEnum]) -> Mapping[str, object]:
    """Return the metadata of a field that keeps an unknown value as text."""

    def read(value: object) -> LenientEnum | str | None:
        word = words.read(value)
        return to_text(value) if word is None else word

    return read_with(read)
