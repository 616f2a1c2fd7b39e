"""Tests of an API key that somebody replaced."""

from custom_components.habitat.const import SECTION_ADVANCED
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import CONF_API_TOKEN, CONF_URL
from homeassistant.data_entry_flow import FlowResultType

from .conftest import SetUp


async def test_a_key_that_fails(set_up_cityflow: SetUp) -> None:
    """It starts reauthentication, where the new key brings everything back."""
    setting = await set_up_cityflow("demo")
    flows = setting.hass.config_entries.flow
    setting.cloud.renew_key()
    await setting.poll()
    (flow,) = flows.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert setting.unavailable()
    shown = await flows.async_configure(flow["flow_id"])
    assert shown["step_id"] == "reauth_confirm"
    done = await flows.async_configure(
        flow["flow_id"],
        {
            CONF_API_TOKEN: setting.cloud.credentials[CONF_API_TOKEN],
            SECTION_ADVANCED: {CONF_URL: setting.cloud.url},
        },
    )
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "reauth_successful"
    await setting.settle()
    assert setting.is_in(ConfigEntryState.LOADED)
    assert setting.unavailable() == set()
