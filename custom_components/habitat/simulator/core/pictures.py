"""Pictures in the two formats that cameras have, written when they are asked for."""

from collections.abc import Iterable, Sequence
import struct
import zlib

type Color = tuple[int, int, int]
"""Red, green and blue, each up to 255."""

_SIZES = 12


def png(width: int, rows: Sequence[bytes], palette: Sequence[Color]) -> bytes:
    """Return a PNG; each byte of a row is the place of its color in the palette."""
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", bytes(part for color in palette for part in color)),
            _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
            _chunk(b"IEND", b""),
        )
    )


def jpeg(rows: Sequence[Sequence[Color]]) -> bytes:
    """Return a JPEG of flat squares of 8 by 8 pixels, one for each color.

    Of each square only the mean is written, so that there is no transform to do: a baseline
    JPEG whose tables know no other coefficients.
    """
    height, width = len(rows) * 8, len(rows[0]) * 8
    parts = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    scan = b"".join(bytes([number, 0]) for number in (1, 2, 3))
    # Twelve sizes of a difference in four bits each, and one bit for the end of a square.
    means = bytes([0, 0, 0, 0, _SIZES, *[0] * 12, *range(_SIZES)])
    ends = bytes([0x10, 1, *[0] * 15, 0])
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xDB, b"\0" + b"\x08" * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + parts),
            _segment(0xC4, means),
            _segment(0xC4, ends),
            _segment(0xDA, b"\x03" + scan + b"\0\x3f\0"),
            _entropy(color for row in rows for color in row),
            b"\xff\xd9",
        )
    )


def _entropy(colors: Iterable[Color]) -> bytes:
    bits: list[str] = []
    before = [0, 0, 0]
    for red, green, blue in colors:
        light = 0.299 * red + 0.587 * green + 0.114 * blue
        parts = (light - 128, 0.564 * (blue - light), 0.713 * (red - light))
        for index, part in enumerate(map(round, parts)):
            change = part - before[index]
            before[index] = part
            size = abs(change).bit_length()
            bits.append(f"{size:04b}")
            if size:
                # Falling values count up from zero.
                code = change if change > 0 else change + (1 << size) - 1
                bits.append(f"{code:0{size}b}")
            bits.append("0")
    whole = "".join(bits)
    whole += "1" * (-len(whole) % 8)
    raw = int(whole, 2).to_bytes(len(whole) // 8)
    return raw.replace(b"\xff", b"\xff\0")


def _segment(kind: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, kind, len(data) + 2) + data


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = kind + data
    return (
        struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))
    )
