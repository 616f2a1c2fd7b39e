"""Tests of the flow of an account's options, and of who has one."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry  # type: ignore[import-untyped]  # it brings no types

from custom_components.habitat.config_flow import HabitatConfigFlow, HabitatOptionsFlow
from custom_components.habitat.const import CONF_VENDOR, DOMAIN
from custom_components.habitat.vendor import REGISTRY


@pytest.mark.parametrize("vendor", [*REGISTRY, "gone"])
def test_who_has_options(vendor: str) -> None:
    """Vendors with options offer them; those without, and unknown ones, offer none."""
    entry = MockConfigEntry(domain=DOMAIN, data={CONF_VENDOR: vendor})
    known = REGISTRY.get(vendor)
    offered = HabitatConfigFlow.async_supports_options_flow(entry)
    assert offered is (known is not None and known.options)


def test_steps() -> None:
    """A vendor's form is the step of its name, and there is no other."""
    flow = HabitatOptionsFlow()
    for vendor in REGISTRY:
        assert getattr(flow, f"async_step_{vendor}") == flow.async_step_init
    assert not hasattr(flow, "async_step_nobody")
