"""The vocabularies of clouds, which may grow: an unknown word is no error."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Self, override

from .models import read_with
from .values import to_text


class LenientEnum(StrEnum):
    """A vocabulary of a cloud; case does not matter and unknown words read as None."""

    @classmethod
    @override
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        folded = value.strip().casefold()
        return next((word for word in cls if word.value.casefold() == folded), None)

    @classmethod
    def read(cls, value: object) -> Self | None:
        """Return the member that a value names, None if it names none."""
        try:
            return cls(value)  # type: ignore[arg-type]  # an enum says itself what it takes
        except ValueError:
            return None


def open_enum(words: type[LenientEnum]) -> Mapping[str, object]:
    """Return the metadata of a setting whose vocabulary may grow: an unknown word stays as text."""

    def read(value: object) -> LenientEnum | str | None:
        word = words.read(value)
        return to_text(value) if word is None else word

    return read_with(read)
