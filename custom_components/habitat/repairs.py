"""The repair flow for issues that need another login."""

from typing import Any, override

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import UnknownFlow

from .const import CONF_VENDOR
from .coordinator import HabitatConfigEntry
from .leaving import async_discard_soon, async_replace_login
from .login_flow import (
    async_check,
    async_entry_form,
    entry_data,
    filled_login,
    flatten_input,
    form_schema,
    matches_entry,
)
from .vendor import REGISTRY, Login


class NewLoginFlow(RepairsFlow):
    """Asks for another login of the same account."""

    def __init__(self, entry: HabitatConfigEntry) -> None:
        """Set the account's entry."""
        self._entry = entry
        self._tried: tuple[Login | None, ...] = ()

    @override
    @callback
    def async_remove(self) -> None:
        """Discard logins that were tried and not used."""
        async_discard_soon(self.hass, self._tried)

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show the form."""
        return await self.async_step_login()

    async def async_step_login(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the form until the login is for this account."""
        vendor = REGISTRY[self._entry.data[CONF_VENDOR]]
        form = await async_entry_form(self.hass, self._entry)
        errors = {}
        if user_input is not None:
            fields = flatten_input(form, vendor, user_input, self._entry.data)
            login = filled_login(vendor, form, fields)
            self._tried = *self._tried, login
            checked = await async_check(self.hass, login)
            if login is None or isinstance(checked, str):
                errors["base"] = str(checked)
            elif not matches_entry(self.hass, self._entry, vendor, checked):
                errors["base"] = "wrong_account"
            else:
                async_replace_login(
                    self.hass, self._entry, entry_data(login, form, self._entry.data)
                )
                return self.async_create_entry(data={})
        return self.async_show_form(
            step_id="login",
            data_schema=form_schema(form, vendor, self._entry.data),
            errors=errors,
            description_placeholders={"vendor": vendor.name, **form.placeholders},
        )


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the repair flow of an issue.

    Raises:
        UnknownFlow: the account was removed.
    """
    entry = hass.config_entries.async_get_entry(str((data or {}).get("entry_id")))
    if entry is None:
        raise UnknownFlow
    return NewLoginFlow(entry)
