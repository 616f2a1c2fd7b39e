"""Addresses in the user's own network that a cloud names: asked only where the user wants that.

Nothing goes there by itself, only when somebody wants to see what is there. A redirect is followed
within the server that was named; Home Assistant itself and what is no device of the network, such as
this computer's own services, is not asked, unless the user has given that host as the account's server.
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
from .reach import Reach, make_session, what_is_meant

_NOT_FOR_USERS = tuple(
    ip_network(network)
    for network in (
        # The Supervisor and its apps.
        "172.30.32.0/23",
        "fd0c:ac1e:2100::/48",
        # Where clouds that rent computers out keep what these may know.
        "fd00:ec2::/32",
        "fd20:ce::/32",
    )
)
"""Private addresses where no device of the user's is."""

_MULTICAST_NAMES = ".local"
"""Names that the network itself answers for (mDNS), whether or not their device is on."""


@dataclass(frozen=True, slots=True)
class LocalReach:
    """Where one address in the user's network leads: to the server that it names, no further."""

    url: URL
    trusted: bool
    """Whether the user has given the host as the account's server."""

    def find(self, address: str | None, base: URL | None = None) -> URL | None:
        """Return where a redirect leads; None where nobody goes."""
        try:
            url = (base or self.url).join(URL(address or ""))
            return url if url.origin() == self.url.origin() else None
        except ValueError:
            return None

    def session(self, hass: HomeAssistant, url: URL) -> aiohttp.ClientSession:
        """Return what asks there."""
        return async_get_clientsession(hass) if self.trusted else _local(hass)

    def admits(self, addresses: Iterable[str]) -> bool:
        """Say whether the host may be asked, by what its name stands for."""
        return self.trusted or any(is_local(address) for address in addresses)


def find_local(
    hass: HomeAssistant, reach: Reach, address: str | None
) -> LocalReach | None:
    """Return the way to an address that may be in the user's network; None where there is none.

    Of a name only looking it up tells, which asking there does.
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
    """Say whether a name stands for a device of the network, without looking it up."""
    return host.rstrip(".").endswith(_MULTICAST_NAMES)


def is_local(text: str) -> bool:
    """Say whether an IP address may be that of a device in the user's network.

    Raises:
        ValueError: it is none.
    """
    address = what_is_meant(text)
    return is_private(address) and not any(
        address in network for network in _NOT_FOR_USERS
    )


def _is_home_assistant(hass: HomeAssistant, url: URL) -> bool:
    """Say whether an address is Home Assistant's, which has many: its port is enough."""
    api = hass.config.api
    return (api is not None and url.port == api.port) or is_hass_url(
        hass, str(url.origin())
    )


class LocalResolver(AbstractResolver):
    """Looks names up as Home Assistant does, and knows only addresses in the user's network."""

    def __init__(self, resolver: AbstractResolver) -> None:
        """Take who looks them up."""
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
            OSError: none of them may be asked.
        """
        found = await self._resolver.resolve(host, port, family)
        local = [one for one in found if is_local(one["host"])]
        if not local:
            raise OSError(None, "The name leads out of the user's network")
        return local

    @override
    async def close(self) -> None:
        """Leave it to Home Assistant, whose resolver it is."""


@callback
@singleton(f"{DOMAIN}_local")
def _local(hass: HomeAssistant) -> aiohttp.ClientSession:
    """Return a session that reaches nothing but the user's network."""
    # It is there once there is a session.
    async_get_clientsession(hass)
    return make_session(hass, LocalResolver(hass.data[DATA_RESOLVER]))
