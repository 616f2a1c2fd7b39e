"""Addresses in the user's own network that a cloud names; they are only opened if the user wants it.

They are only opened on demand. A redirect is followed within the same server. Home Assistant itself, and
addresses that are not of a device in the network, such as services of this computer, are not opened,
unless the user entered that host as the account's server.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
import socket
from typing import override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import DATA_RESOLVER, async_get_clientsession
from homeassistant.helpers.network import is_hass_url
from homeassistant.helpers.singleton import singleton
from homeassistant.util.network import is_private

from .const import DOMAIN
from .reach import Reach, embedded_address, make_session

_NOT_FOR_USERS = tuple(
    ip_network(network)
    for network in (
        # The Supervisor and its apps.
        "172.30.32.0/23",
        "fd0c:ac1e:2100::/48",
        # The metadata services of cloud providers.
        "fd00:ec2::/32",
        "fd20:ce::/32",
    )
)
"""Private addresses that are not of a user's device."""

_MULTICAST_NAMES = ".local"
"""Names that mDNS resolves in the network."""


@dataclass(frozen=True, slots=True)
class LocalReach:
    """Allows one server in the user's network."""

    url: URL
    trusted: bool
    """Whether the user entered the host as the account's server."""

    def find(self, address: str | None, base: URL | None = None) -> URL | None:
        """Return the target of a redirect, or None if it is not allowed."""
        try:
            url = (base or self.url).join(URL(address or ""))
            return url if url.origin() == self.url.origin() else None
        except ValueError:
            return None

    def session(self, hass: HomeAssistant, url: URL) -> aiohttp.ClientSession:
        """Return the session for the address."""
        return async_get_clientsession(hass) if self.trusted else _local(hass)

    def admits(self, addresses: Iterable[str]) -> bool:
        """Return whether the host may be asked, by its address."""
        return self.trusted or any(is_local(address) for address in addresses)


def find_local(
    hass: HomeAssistant, reach: Reach, address: str | None
) -> LocalReach | None:
    """Return what allows an address in the user's network, or None if it is not allowed.

    A name is only checked when it is resolved, with the request.
    """
    server = URL(reach.server)
    try:
        url = server.join(URL(address or ""))
        if url.scheme not in ("http", "https") or not url.host or reach.is_own(url):
            return None
    except ValueError:
        return None
    if _is_home_assistant(hass, url):
        return None
    found = LocalReach(url, trusted=url.host == server.host)
    try:
        return found if found.admits([url.host]) else None
    except ValueError:
        return found


def is_local_name(host: str) -> bool:
    """Return whether a name is that of a device in the network, without resolving it."""
    return host.rstrip(".").endswith(_MULTICAST_NAMES)


def is_local(text: str) -> bool:
    """Return whether an IP address may be that of a device in the user's network.

    Raises:
        ValueError: it is not an IP address.
    """
    address = embedded_address(text)
    return is_private(address) and not any(
        address in network for network in _NOT_FOR_USERS
    )


def _is_home_assistant(hass: HomeAssistant, url: URL) -> bool:
    """Return whether an address is Home Assistant's. It has many, so the port decides."""
    api = hass.config.api
    return (api is not None and url.port == api.port) or is_hass_url(
        hass, str(url.origin())
    )


class LocalResolver(AbstractResolver):
    """Resolves names with Home Assistant's resolver, and returns only addresses in the user's network."""

    def __init__(self, resolver: AbstractResolver) -> None:
        """Set the resolver to use."""
        self._resolver = resolver

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        """Return the addresses of a host.

        Raises:
            OSError: none of them is allowed.
        """
        found = await self._resolver.resolve(host, port, family)
        local = [one for one in found if is_local(one["host"])]
        if not local:
            raise OSError(None, "The name leads out of the user's network")
        return local

    @override
    async def close(self) -> None:
        """Do nothing: the resolver belongs to Home Assistant."""


@callback
@singleton(f"{DOMAIN}_local")
def _local(hass: HomeAssistant) -> aiohttp.ClientSession:
    """Return a session that only reaches the user's network."""
    # The resolver exists once there is a session.
    async_get_clientsession(hass)
    return make_session(hass, LocalResolver(hass.data[DATA_RESOLVER]))
