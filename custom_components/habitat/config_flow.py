"""The menu of vendors, then that vendor's forms; reauthentication and reconfiguration."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, override

import voluptuous as vol

from homeassistant.config_entries import (
    ConfigFlow,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.core import callback
from homeassistant.helpers.selector import SelectSelector, SelectSelectorConfig

from .const import CONF_SIMULATED, CONF_VENDOR, DOMAIN, MINOR_VERSION
from .coordinator import HabitatConfigEntry
from .leaving import async_discard_soon, async_replace_login
from .loader import async_forms, async_options_form, async_validate_login
from .login_flow import (
    Input,
    async_check,
    async_entry_form,
    entry_data,
    filled_login,
    flatten_input,
    form_schema,
    matches_entry,
    shows_all,
)
from .simulation import async_simulated_vendors, simulated_login
from .vendor import REGISTRY, Form, Identity, Login, Vendor


class HabitatConfigFlow(ConfigFlow, domain=DOMAIN):
    """Adds an account, or changes its login."""

    _tried: tuple[Login | None, ...] = ()

    VERSION = 1
    MINOR_VERSION = MINOR_VERSION

    @override
    @callback
    def async_remove(self) -> None:
        """Discard logins that were tried and not used."""
        async_discard_soon(self.hass, self._tried)

    @classmethod
    @override
    @callback
    def async_supports_options_flow(cls, config_entry: HabitatConfigEntry) -> bool:
        """Return whether the vendor's accounts have options."""
        vendor = REGISTRY.get(config_entry.data[CONF_VENDOR])
        return vendor is not None and vendor.options

    @staticmethod
    @override
    @callback
    def async_get_options_flow(config_entry: HabitatConfigEntry) -> HabitatOptionsFlow:
        """Return the flow of an account's options."""
        return HabitatOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose the vendor."""
        return self.async_show_menu(
            step_id="user", menu_options=[*REGISTRY, "simulator"]
        )

    async def _async_ask_vendor(
        self, vendor: Vendor, step: str, user_input: Input | None = None
    ) -> ConfigFlowResult:
        """Show the vendor's form, or first a menu if it has several."""
        forms = {form.step: form for form in await async_forms(self.hass, vendor)}
        if step not in forms:
            return self.async_show_menu(step_id=step, menu_options=list(forms))

        async def create(form: Form, login: Login, who: Identity) -> ConfigFlowResult:
            await self.async_set_unique_id(f"{vendor.key}_{who.account_id}")
            self._abort_if_unique_id_configured()
            for entry in self._async_current_entries(include_ignore=False):
                if entry.data[CONF_VENDOR] == vendor.key and shows_all(
                    self.hass, entry, vendor, who
                ):
                    return self.async_abort(reason="already_configured")
            return self.async_create_entry(
                title=who.title, data=entry_data(login, form)
            )

        return await self._async_ask(step, vendor, forms[step], user_input, {}, create)

    async def async_step_simulator(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create an account on the simulator."""
        if user_input is None:
            simulated = await async_simulated_vendors(self.hass)
            options = SelectSelectorConfig(
                options=list(simulated), translation_key=CONF_VENDOR
            )
            return self.async_show_form(
                step_id="simulator",
                data_schema=vol.Schema(
                    {
                        vol.Required(CONF_VENDOR, default=simulated[0]): SelectSelector(
                            options
                        ),
                    }
                ),
            )
        vendor = REGISTRY[user_input[CONF_VENDOR]]
        async with simulated_login(self.hass, vendor) as login:
            who = await async_validate_login(self.hass, login)
        await self.async_set_unique_id(f"{vendor.key}_{who.account_id}")
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=f"{vendor.name} (simulated)",
            data={CONF_VENDOR: vendor.key, CONF_SIMULATED: True},
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Start because the vendor refuses the login."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the login again."""
        return await self._async_mend(
            "reauth_confirm", self._get_reauth_entry(), user_input
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the login or the server's address."""
        return await self._async_mend(
            "reconfigure", self._get_reconfigure_entry(), user_input
        )

    async def _async_mend(
        self, step: str, entry: HabitatConfigEntry, user_input: Input | None
    ) -> ConfigFlowResult:
        """Show the form of an existing account."""
        if entry.data.get(CONF_SIMULATED):
            return self.async_abort(reason="simulated")
        vendor = REGISTRY[entry.data[CONF_VENDOR]]
        form = await async_entry_form(self.hass, entry)

        async def update(form: Form, login: Login, who: Identity) -> ConfigFlowResult:
            if not matches_entry(self.hass, entry, vendor, who):
                return self.async_abort(reason="wrong_account")
            async_replace_login(self.hass, entry, entry_data(login, form, entry.data))
            return self.async_abort(reason=f"{self.source}_successful")

        return await self._async_ask(step, vendor, form, user_input, entry.data, update)

    async def _async_ask(
        self,
        step: str,
        vendor: Vendor,
        form: Form,
        user_input: Input | None,
        current: Mapping[str, object],
        then: Callable[[Form, Login, Identity], Awaitable[ConfigFlowResult]],
    ) -> ConfigFlowResult:
        """Show a form until the input is a valid login."""
        errors: dict[str, str] = {}
        if user_input is not None:
            current = flatten_input(form, vendor, user_input, current)
            login = filled_login(vendor, form, current)
            self._tried = *self._tried, login
            checked = await async_check(self.hass, login)
            if login and isinstance(checked, Identity):
                return await then(form, login, checked)
            errors["base"] = str(checked)
        return self.async_show_form(
            step_id=step,
            data_schema=form_schema(form, vendor, current),
            errors=errors,
            description_placeholders={"vendor": vendor.name, **form.placeholders},
        )


def vendor_step(
    key: str, step: str
) -> Callable[[HabitatConfigFlow, Input | None], Awaitable[ConfigFlowResult]]:
    """Return the method of a vendor's step."""

    async def ask(
        self: HabitatConfigFlow, user_input: Input | None = None
    ) -> ConfigFlowResult:
        return await self._async_ask_vendor(REGISTRY[key], step, user_input)

    return ask


class HabitatOptionsFlow(OptionsFlowWithReload):
    """Changes the options of an account; the step has the vendor's key."""

    async def async_step_init(
        self, user_input: Input | None = None
    ) -> ConfigFlowResult:
        """Show the vendor's form, and save the input."""
        vendor = REGISTRY[self.config_entry.data[CONF_VENDOR]]
        form = await async_options_form(self.hass, self.config_entry, vendor)
        error = None
        if user_input is not None:
            kept = {
                name: value
                for name, value in self.config_entry.options.items()
                if name in form.secret
            }
            chosen = form.tidy({**kept, **user_input})
            error = form.check(chosen)
            if error is None:
                return self.async_create_entry(data=chosen)
        return self.async_show_form(
            step_id=vendor.key,
            data_schema=self.add_suggested_values_to_schema(
                form.schema, user_input or {}
            ),
            errors={} if error is None else {"base": error},
            description_placeholders={"vendor": vendor.name, **form.placeholders},
        )


# Home Assistant finds a step by its method's name, and only the registry names the vendors.
for _vendor in REGISTRY.values():
    for _step in _vendor.steps:
        setattr(
            HabitatConfigFlow, f"async_step_{_step}", vendor_step(_vendor.key, _step)
        )
    setattr(
        HabitatOptionsFlow,
        f"async_step_{_vendor.key}",
        HabitatOptionsFlow.async_step_init,
    )
