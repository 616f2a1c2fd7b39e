"""Models: frozen dataclasses of what a cloud sends, and the metadata of their fields."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import dataclass_transform

from .documents import Json

READ, KEY = "read", "key"
_PRIVATE, _ECHOED = "private", "echoed"

PRIVATE = {_PRIVATE: True, _ECHOED: True}
"""Field metadata: may hold a name, a place or a secret; it is never logged or exported."""
HIDDEN = {_PRIVATE: True}
"""Field metadata: not exported either, but an error of the cloud does not repeat it."""
VERBATIM = {"verbatim": True}
"""Field metadata: the text is an id and is kept unchanged."""
COMPUTED = {"computed": True}
"""Field metadata: not read from the answer, but set by the client."""

MODELS: set[type[object]] = set()
"""All imported models."""


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(field,)
)
def model[T](cls: type[T]) -> type[T]:
    """Make a class a model: a frozen, slotted dataclass with keyword-only fields."""
    model_class = dataclass(frozen=True, slots=True, kw_only=True)(cls)
    MODELS.add(model_class)
    return model_class


def read_with(
    read: Callable[[Json], object], key: str | None = None
) -> Mapping[str, object]:
    """Return the metadata of a field that is read by a function, optionally from another key.

    For a value that it cannot read, the function raises ValueError or TypeError or returns None.
    """
    return {READ: read} if key is None else {READ: read, KEY: key}


def echoed_fields(cls: type[object]) -> tuple[str, ...]:
    """Return the names of a model's private fields that an error of the cloud may repeat."""
    return tuple(
        item.name
        for item in fields(cls)  # type: ignore[arg-type]  # every model is a dataclass
        if item.metadata.get(_ECHOED)
    )


def public_fields(record: object) -> Iterator[tuple[str, object]]:
    """Yield the names and values of a record's fields that are not private; used by diagnostics."""
    for item in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        if not item.metadata.get(_PRIVATE):
            yield item.name, getattr(record, item.name)


def private_values(record: object) -> Iterator[object]:
    """Yield the private values that an error of the cloud may repeat, also of inner records."""
    for item in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        value = getattr(record, item.name)
        if item.metadata.get(_PRIVATE):
            if value is not None and item.metadata.get(_ECHOED):
                yield value
            continue
        for inner in value if isinstance(value, tuple) else (value,):
            if is_dataclass(inner):
                yield from private_values(inner)
