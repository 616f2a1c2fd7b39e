"""How figures are written: tables in Markdown, ratios, times, sizes."""

from collections.abc import Callable, Iterable, Iterator, Sequence


def ratio[T: float](other: T, ours: T, show: Callable[[T], str]) -> str:
    """Write how many times ours the other is, and both."""
    return f"{other / ours:.1f} × ({show(other)} : {show(ours)})"


def duration(seconds: float) -> str:
    """Write a time; short ones in milliseconds, very short ones in microseconds."""
    if seconds < 0.0001:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 0.1:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds:.2f} s"


def size(count: float) -> str:
    """Write a number of bytes."""
    if count < 1_000_000:
        return f"{count / 1000:.1f} KB"
    return f"{count / 1_000_000:.1f} MB"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a Markdown table whose columns stand under each other."""
    cells = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for number, row in enumerate(cells):
        padded = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(padded)} |"
        if number == 0:
            yield f"| {' | '.join('-' * width for width in widths)} |"
