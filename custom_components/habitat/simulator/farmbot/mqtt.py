"""MQTT 3.1.1 in bytes: the packets of a broker and of its clients, at QoS 0.

From the OASIS standard of MQTT 3.1.1; the numbers in brackets are its chapters.
"""

from asyncio import StreamReader
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

PORT = 1883
"""Where FarmBot's clients look for a broker without TLS."""
MAX_PACKET = 1024 * 1024
"""Bytes that a packet may have; the longest of FarmBot's are the full status and sequences."""
MAX_LOGIN = 16 * 1024
"""Bytes that a login may have: a name and a token."""
DENIED = 0x80
"""A subscription that is not granted (3.9.3)."""
_MAX_SHORT = 0xFFFF
_VERSIONS = {("MQTT", 4), ("MQIsdp", 3)}
_WILDCARDS = frozenset("+#")


class Kind(IntEnum):
    """What a packet is (2.2.1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Reply(IntEnum):
    """How a login is answered (3.2.2.3)."""

    ACCEPTED = 0
    WRONG_VERSION = 1
    BAD_IDENTIFIER = 2
    NOT_AUTHORIZED = 5


class MalformedError(Exception):
    """This is not MQTT 3.1.1; the connection must be closed."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: its kind, the four bits beside it, and the rest."""

    kind: Kind
    flags: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Login:
    """What a client says first."""

    known: bool
    """Whether it speaks a version that is spoken here; the rest is empty if not."""
    identifier: str = ""
    clean: bool = True
    keepalive: int = 0
    """Seconds of silence after which the client would send a ping; 0 is no limit."""
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """A message; with an `identifier` its sender wants to know that it came."""

    topic: str
    payload: bytes
    identifier: int | None = None


async def read_packet(
    reader: StreamReader, limit: int = MAX_PACKET, only: Kind | None = None
) -> Packet:
    """Return the next packet.

    Raises:
        MalformedError: it is none, it is longer than `limit` bytes, or not of the `only` kind.
        IncompleteReadError: the connection ended.
    """
    first = (await reader.readexactly(1))[0]
    try:
        kind = Kind(first >> 4)
    except ValueError:
        raise MalformedError(f"Packets of type {first >> 4} are not known") from None
    if only is not None and kind is not only:
        raise MalformedError(f"A {kind.name} is not what was expected")
    length = 0
    for shift in (0, 7, 14, 21):
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
    else:
        raise MalformedError("The length does not end")
    if length > limit:
        raise MalformedError(f"A packet of {length} bytes is too long")
    return Packet(kind, first & 0x0F, await reader.readexactly(length))


class _Cursor:
    """Reads the fields of a packet from its front."""

    def __init__(self, body: bytes) -> None:
        self._rest = body

    @property
    def is_at_end(self) -> bool:
        return not self._rest

    def take(self, length: int) -> bytes:
        if len(self._rest) < length:
            raise MalformedError("The packet is too short")
        found, self._rest = self._rest[:length], self._rest[length:]
        return found

    def rest(self) -> bytes:
        return self.take(len(self._rest))

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2))

    def binary(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            text = self.binary().decode()
        except UnicodeDecodeError:
            raise MalformedError("The text is not UTF-8") from None
        if "\0" in text:
            raise MalformedError("The text holds a NUL")
        return text

    def identifier(self) -> int:
        found = self.number()
        if not found:
            raise MalformedError("The packet identifier is 0")
        return found

    def end(self) -> Self:
        if self._rest:
            raise MalformedError("The packet is too long")
        return self


# What a broker reads.


def read_login(packet: Packet) -> Login:
    """Read a CONNECT (3.1); a will is read over, FarmBot has none.

    Raises:
        MalformedError: it is none.
    """
    if packet.kind is not Kind.CONNECT or packet.flags:
        raise MalformedError("The login is none")
    cursor = _Cursor(packet.body)
    version = cursor.text(), cursor.byte()
    if version not in _VERSIONS:
        if version[0] not in dict(_VERSIONS):
            raise MalformedError("The protocol is not MQTT")
        return Login(known=False)
    flags, keepalive = cursor.byte(), cursor.number()
    has_name, has_password, has_will = flags & 0x80, flags & 0x40, flags & 0x04
    if (
        flags & 0x01
        or (has_password and not has_name)
        or (not has_will and flags & 0x38)
        or flags & 0x18 == 0x18
    ):
        raise MalformedError("The flags of the CONNECT contradict each other")
    identifier = cursor.text()
    if has_will:
        cursor.text()
        cursor.binary()
    name = cursor.text() if has_name else ""
    password = cursor.binary() if has_password else b""
    cursor.end()
    return Login(
        known=True,
        identifier=identifier,
        clean=bool(flags & 0x02),
        keepalive=keepalive,
        username=name,
        password=password.decode(errors="replace"),
    )


def read_publication(packet: Packet) -> Publication:
    """Read a PUBLISH (3.3).

    Raises:
        MalformedError: it is none, or one at QoS 2, which is not spoken here.
    """
    qos = packet.flags >> 1 & 0x03
    if qos > 1:
        raise MalformedError("There is no QoS 2")
    cursor = _Cursor(packet.body)
    topic = cursor.text()
    if not topic or _WILDCARDS & set(topic):
        raise MalformedError("The topic is none")
    identifier = cursor.identifier() if qos else None
    return Publication(topic, cursor.rest(), identifier)


def read_subscription(packet: Packet) -> tuple[int, list[str]]:
    """Read a SUBSCRIBE (3.8) or an UNSUBSCRIBE (3.10): its identifier and its topic filters.

    Raises:
        MalformedError: it is none.
    """
    if packet.flags != 0x02:
        raise MalformedError("The flags of the packet are wrong")
    cursor = _Cursor(packet.body)
    identifier = cursor.identifier()
    filters: list[str] = []
    while not cursor.is_at_end:
        filters.append(_checked(cursor.text()))
        if packet.kind is Kind.SUBSCRIBE and cursor.byte() > 2:
            raise MalformedError("The QoS is none")
    if not filters:
        raise MalformedError("There is no topic")
    return identifier, filters


def _checked(topic_filter: str) -> str:
    """Return a topic filter whose wildcards are where they may be (4.7.1)."""
    levels = topic_filter.split("/")
    wrong = not topic_filter or any(
        _WILDCARDS & set(level)
        and (len(level) > 1 or (level == "#" and place < len(levels) - 1))
        for place, level in enumerate(levels)
    )
    if wrong:
        raise MalformedError("The topic filter is none")
    return topic_filter


def matches(topic_filter: Sequence[str], topic: Sequence[str]) -> bool:
    """Say whether a topic fits a filter, both by their levels (4.7)."""
    if topic[0].startswith("$") and topic_filter[0] in _WILDCARDS:
        return False
    for place, level in enumerate(topic_filter):
        if level == "#":
            return True
        if place >= len(topic) or level not in ("+", topic[place]):
            return False
    return len(topic_filter) == len(topic)


# What a broker says.


def connack(reply: Reply) -> bytes:
    """Answer a login; sessions are never kept."""
    return _packet(Kind.CONNACK, bytes([0, reply]))


def suback(identifier: int, codes: Iterable[int]) -> bytes:
    """Answer a SUBSCRIBE, with 0 or `DENIED` for each topic filter."""
    return _packet(Kind.SUBACK, identifier.to_bytes(2) + bytes(codes))


def acknowledge(kind: Kind, identifier: int) -> bytes:
    """Answer what only wants to know that it came: PUBACK, UNSUBACK."""
    return _packet(kind, identifier.to_bytes(2))


PINGRESP = bytes([Kind.PINGRESP << 4, 0])


# What a client says, and reads.


def connect(identifier: str, username: str, password: str) -> bytes:
    """Log in to a clean session without keep-alive."""
    login = _text(identifier) + _text(username) + _text(password)
    return _packet(Kind.CONNECT, _text("MQTT") + bytes([4, 0xC2, 0, 0]) + login)


def subscribe(identifier: int, filters: Iterable[str]) -> bytes:
    """Ask for what comes on topics."""
    topics = b"".join(_text(each) + b"\0" for each in filters)
    return _packet(Kind.SUBSCRIBE, identifier.to_bytes(2) + topics, 0x02)


def read_reply(packet: Packet) -> Reply:
    """Read a CONNACK.

    Raises:
        MalformedError: it is none.
    """
    if packet.kind is not Kind.CONNACK or len(packet.body) != 2:
        raise MalformedError("The answer is no CONNACK")
    try:
        return Reply(packet.body[1])
    except ValueError:
        raise MalformedError("The answer is not known") from None


def publish(topic: str, payload: bytes) -> bytes:
    """Say something at QoS 0; for broker and client alike."""
    return _packet(Kind.PUBLISH, _text(topic) + payload)


def _packet(kind: Kind, body: bytes, flags: int = 0) -> bytes:
    head = bytearray([kind << 4 | flags])
    length = len(body)
    while True:
        length, digit = length >> 7, length & 0x7F
        head.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(head) + body


def _text(text: str) -> bytes:
    raw = text.encode()[:_MAX_SHORT]
    return len(raw).to_bytes(2) + raw
