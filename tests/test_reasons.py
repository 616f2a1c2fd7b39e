"""Tests of what a user reads about why a request failed."""

import pytest

from custom_components.habitat.cloud.errors import (
    BadAnswer,
    CloudError,
    RateLimited,
    Refused,
    TooLarge,
    Unreachable,
)
from custom_components.habitat.cloud.pacing import Pacing
from custom_components.habitat.const import DOMAIN
from custom_components.habitat.reasons import failure_reason
from homeassistant.helpers.translation import async_load_integrations
from tests.support.common import Setting


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            BadAnswer("The answer has no data"),
            "The server sent an answer that Habitat cannot read",
        ),
        (TooLarge("The list"), "The server sent an answer that is too large"),
        (
            Unreachable("The server did not answer in time", reason="timeout"),
            "There was no answer in time",
        ),
        (RateLimited("", 3.0, reason="pause"), "The server asked for a pause"),
        (Refused("HTTP 422: Set point too high", 422), "HTTP 422: Set point too high"),
        (CloudError("Ours alone", reason="not_translated"), "Ours alone"),
    ],
)
async def test_own_words_are_translated(
    small: Setting, error: CloudError, expected: str
) -> None:
    """Habitat's own words come from the translations, the vendor's are quoted."""
    await async_load_integrations(small.hass, {DOMAIN})
    session = small.account.session
    assert failure_reason(small.hass, session, error) == expected


async def test_quotes_hold_nothing_private(small: Setting) -> None:
    """What is private is taken out of the vendor's words."""
    (_, secret) = small.cloud.credentials.values()
    reason = failure_reason(
        small.hass, small.account.session, Refused(f"HTTP 400: no {secret}", 400)
    )
    assert secret not in reason
    assert reason.startswith("HTTP 400: no ")


def test_a_pause_keeps_the_reason() -> None:
    """Who asks while a server is down reads why it is, in the same words."""
    gate = Pacing().gate
    lost = Unreachable("The connection was lost", reason="connection_lost")
    number = gate.send()
    gate.failed(number, "/", lost)
    gate.lose()
    with pytest.raises(Unreachable) as caught:
        gate.check()
    assert caught.value.reason == "connection_lost"
    assert caught.value.undone
