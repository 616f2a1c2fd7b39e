"""What is private is found in whatever form a cloud sends it back, and nothing else is hidden."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import field
import html
import json
import time
from urllib.parse import quote, quote_plus

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.models import HIDDEN, PRIVATE, model
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.privacy import REDACTED, Privacy
from custom_components.habitat.cloud.report import ParseReport

EMAIL = "Robin.Ödegård+garden@example.com"
PASSWORD = 'p@ss wörd/"<&>%\\'
NAMES = (
    "Grandma's House",
    "Café Müller",
    "Main Street 12b",
    "東京の庭",
    "Ида",
    "李明",
    "🌵",
)

ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "upper": str.upper,
    "lower": str.lower,
    "percent": lambda text: quote(text, safe=""),
    "percent of a path": quote,
    "percent in lower case": lambda text: quote(text, safe="").lower(),
    "form": quote_plus,
    "json": lambda text: json.dumps(text)[1:-1],
    "json of json": lambda text: json.dumps(json.dumps(text))[1:-1],
    "json with slashes": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "html": html.escape,
    "html by number": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "repr": repr,
    "bytes": lambda text: repr(text.encode()),
    "percent of json": lambda text: quote(json.dumps(text)),
    "percent twice": lambda text: quote(quote(text)),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 of a URL": lambda text: urlsafe_b64encode(text.encode()).decode(),
    "base64 of json": lambda text: b64encode(json.dumps({"a": text}).encode()).decode(),
    "json of base64": lambda text: (
        b64encode(text.encode()).decode().replace("/", "\\/")
    ),
    "percent of base64": lambda text: quote(b64encode(text.encode()).decode()),
    "base64 without its end": lambda text: (
        b64encode(text.encode()).decode().rstrip("=")
    ),
}


@pytest.fixture
def privacy() -> Privacy:
    """Return what is private of somebody."""
    privacy = Privacy([EMAIL, PASSWORD])
    privacy.learn("home", [*NAMES, 52.5200066, -13.404954, "10115"])
    return privacy


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", [EMAIL, PASSWORD, *NAMES])
def test_every_spelling(privacy: Privacy, secret: str, encoding: str) -> None:
    """However it is encoded, nothing of a value is left between its first and last word."""
    spelled = ENCODINGS[encoding](secret)
    text = f"Not found: name={spelled}, sorry"
    found = privacy.redact(text)
    assert found.startswith("Not found: name=")
    assert found.endswith(", sorry")
    assert spelled not in found
    assert REDACTED in found
    assert not any(
        word.casefold() in found.casefold()
        for word in ("robin", "example", "grandma", "müller", "street", "東京", "ида")
    )


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
def test_basic_login(encode: Callable[[bytes], bytes]) -> None:
    """A login as it is shown to a server is none the less a login."""
    privacy = Privacy(["robin", "s3cret??>>"])
    shown = encode(b"robin:s3cret??>>").decode()
    assert shown.rstrip("=") not in privacy.redact(f"Basic {shown} is wrong")


@pytest.mark.parametrize(
    "text",
    [
        "52.5200066", "52.52", "52.520", "52.52001", "-13.404954", "13.40", "13.4050", "13.405",
        "52,52", "lat%3D52.5200", "+52.5200066", "at%2C13.405",
    ],
)  # fmt: skip
def test_places(privacy: Privacy, text: str) -> None:
    """A coordinate is found with fewer decimals too, cut off or rounded."""
    digits = text.rpartition("%")[2][-5:]
    assert digits not in privacy.redact(f"Nothing at {text}")
    assert digits not in privacy.redact(f"Nothing at ({text}, {text})")
    assert privacy.redact("13.41 and 52.5") == "13.41 and 52.5"


def test_few_decimals() -> None:
    """A coordinate that itself has few decimals is found as it is; none at all tells nothing."""
    privacy = Privacy()
    privacy.learn("home", [47.5, 8.0, 0.0, 1e300, float("nan"), float("inf"), "13.25"])
    assert privacy.redact("47.5 and 47.50") == f"{REDACTED} and {REDACTED}"
    assert privacy.redact("8 of 0.0, 47.55, 13.2512") == f"8 of 0.0, 47.55, {REDACTED}"
    assert privacy.is_private(47.5)
    assert not privacy.is_private(47.0)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("robin@home.example", REDACTED),
        ("jane%40home.example", REDACTED),
        ("from 203.0.113.7:8080", f"from {REDACTED}:8080"),
        ("at 2001:db8::17", f"at {REDACTED}"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjV9.c2lnbmF0dXJl", REDACTED),
        ("version 15.4.11 at 12:30:45", "version 15.4.11 at 12:30:45"),
        ("127.0.0.1 999.1.1.1 ::", "127.0.0.1 999.1.1.1 ::"),
        ("100% of &nonsense; \\u12 %zz", "100% of &nonsense; \\u12 %zz"),
    ],
)
def test_by_what_it_looks_like(text: str, left: str) -> None:
    """Addresses and tokens are private whosever they are."""
    assert Privacy().redact(text) == left


def test_words_stay_whole() -> None:
    """A short name is found as a word of its own; what could be anybody's is left alone."""
    names = ["Ida", "no", "500", "Home", "FarmBot", "", "!!", "***"]
    privacy = Privacy(names, public=["FarmBot"])
    assert privacy.redact("Idaho has HTTP 500, no Home!! FarmBot") == (
        "Idaho has HTTP 500, no Home!! FarmBot"
    )
    assert privacy.redact("ask IDA, ida_1, b'Ida' ***") == (
        f"ask {REDACTED}, {REDACTED}_1, b'{REDACTED}' {REDACTED}"
    )


def test_longest_first() -> None:
    """Of names within names the whole goes, and what follows one at once too."""
    privacy = Privacy(["Smith", "Smith Farm", "Farm Street"])
    assert privacy.redact("the Smith Farm Street") == f"the {REDACTED}"
    assert privacy.redact("Smith, Smith") == f"{REDACTED}, {REDACTED}"


def test_long_texts() -> None:
    """Of a long text every piece is found."""
    note = " ".join(f"secret{number}" for number in range(200))
    privacy = Privacy([note])
    assert "secret" not in privacy.redact(f"Too long: {note}!")


def test_what_never_ends() -> None:
    """Of each kind the newest are kept; a flood of one kind drives out no other."""
    privacy = Privacy(["login-secret"])
    privacy.learn("home", ["Maple Lodge"])
    for number in range(12):
        privacy.learn("log", [f"line {number}-{one} of the log" for one in range(1000)])
    assert privacy.redact("Maple Lodge") == REDACTED
    assert privacy.redact("login-secret") == REDACTED
    assert privacy.redact("line 11-999 of the log") == REDACTED
    assert privacy.redact("line 0-5 of the log") != REDACTED
    assert sum(map(len, privacy._kept.values())) < 8000


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_text(text: str, secrets: list[str]) -> None:
    """Whatever comes, something comes of it."""
    privacy = Privacy(secrets)
    assert isinstance(privacy.redact(text), str)
    assert Privacy().redact("plain words") == "plain words"


@model
class Person:
    """A record with all kinds of fields."""

    id: int
    name: str | None = field(default=None, metadata=PRIVATE)
    tags: tuple[str, ...] = field(default=(), metadata=PRIVATE)
    body: str | None = field(default=None, metadata=HIDDEN)
    kind: str | None = None


def test_records_that_are_read() -> None:
    """What the models call private is known as soon as it is read, of dropped records too."""
    report = ParseReport("Test")
    privacy = report.privacy
    parse(Person, {"id": 1, "name": "Robin Hood", "kind": "outlaw"}, report)
    parse(Person, {"name": "Little John", "tags": ["merry man"]}, report)
    parse(Person, {"id": 2, "body": "arrow"}, report)
    text = "Robin Hood, Little John, merry man, outlaw, arrow"
    assert privacy.redact(text) == (
        f"{REDACTED}, {REDACTED}, {REDACTED}, outlaw, arrow"
    )


def test_trace() -> None:
    """The traceback of a mistake keeps its place, and loses what it was made with."""
    with pytest.raises(ValueError, match="Robin") as caught:
        int("Robin Hood")
    text = Privacy(["Robin Hood"]).trace(caught.value)
    assert "Robin" not in text
    assert "test_trace" in text


def test_fast() -> None:
    """A thousand names that begin alike cost no more than one: a message takes a moment."""
    privacy = Privacy()
    privacy.learn(
        "plants", [f"Plant number {number} of Mary" for number in range(1000)]
    )
    text = "HTTP 422: Plant number 77 of Mary is where something else stands already. "
    begin = time.process_time()
    for _ in range(20):
        assert "77" not in privacy.redact(text)
    assert (time.process_time() - begin) / 20 < 0.01


def test_escaped_blanks() -> None:
    """A line break that was escaped parts words like a blank."""
    assert Privacy(["Robin Hood"]).redact(r"at Robin\nHood's") == f"at {REDACTED}'s"


def test_encoded_more_often_than_anybody_does() -> None:
    """Three layers are taken off; a text with more is still returned whole."""
    name = "Robin Hood"
    privacy, layers = Privacy([name]), [name]
    for _ in range(5):
        layers.append(quote(layers[-1]))
    assert privacy.redact(layers[3]) == REDACTED
    assert privacy.redact(layers[5]) == layers[5]
