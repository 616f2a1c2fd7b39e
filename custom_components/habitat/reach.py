"""Addresses that a cloud names, such as those of pictures: only public ones are opened.

They may lead to the account's own server or to a public one. A name is resolved once, checked, and then
connected to; every redirect is checked like the first address.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
import re
import socket
from typing import Protocol, override

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from homeassistant.const import EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.singleton import singleton
from homeassistant.util.ssl import get_default_context

from .const import DOMAIN

_HOPS = 4
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""Addresses of this network end with an IPv4 address."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
"""The IPv6 addresses of the internet; others are local or reserved."""


class OutOfReach(aiohttp.ClientError):
    """An address that is not allowed."""


class PrivateAddressError(OSError):
    """A name with an address in the user's network."""

    def __init__(self, addresses: tuple[str, ...]) -> None:
        """Set the addresses of the name."""
        super().__init__(None, "The name leads into the house")
        self.addresses = addresses


class AddressPolicy(Protocol):
    """Which redirects are allowed, and the session for them."""

    def find(self, address: str | None, base: URL | None = None) -> URL | None:
        """Return the URL of an address, or None if it is not allowed."""

    def session(self, hass: HomeAssistant, url: URL) -> aiohttp.ClientSession:
        """Return the session for an allowed address."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Which of the addresses that an account's cloud names are allowed."""

    server: str
    """The account's own server, wherever it is."""
    alias: str = ""
    """Another name that the server uses for itself, as `//host:port`."""
    plain: bool = False
    """Whether other servers may be asked without encryption."""

    def find(self, address: str | None, base: URL | None = None) -> URL | None:
        """Return the URL of an address, or None if it is not allowed.

        An address without a host, or with the server's other name, is on the server; the user's name of
        the server is used.
        """
        try:
            named = URL(address or "")
            if base is None and not (named.host or named.path.startswith("/")):
                return None
            url = (base or URL(self.server)).join(named)
            own = URL(self.server).origin()
            if self._is_alias(url):
                url = own.join(url.relative())
            if url.origin() == own:
                return url
        except ValueError:
            return None
        known = url.scheme == "https" or (self.plain and url.scheme == "http")
        return url if known and url.host and _may_be_public(url.host) else None

    def is_own(self, url: URL) -> bool:
        """Return whether an address is on the account's own server."""
        return url.origin() == URL(self.server).origin()

    def session(self, hass: HomeAssistant, url: URL) -> aiohttp.ClientSession:
        """Return the session for an allowed address."""
        return async_get_clientsession(hass) if self.is_own(url) else _public(hass)

    def _is_alias(self, url: URL) -> bool:
        if not self.alias or url.scheme not in ("http", "https"):
            return False
        alias = URL(f"{url.scheme}:{self.alias}")
        return alias.host == url.host and alias.port == url.port


@asynccontextmanager
async def async_open(
    hass: HomeAssistant, way: AddressPolicy, url: URL, timeout: aiohttp.ClientTimeout
) -> AsyncGenerator[aiohttp.ClientResponse]:
    """Request an allowed address, without a login.

    Raises:
        OutOfReach: a redirect is not allowed.
        ClientError: the request failed.
        TimeoutError: no answer in time.
    """
    for _ in range(_HOPS):
        session = way.session(hass, url)
        async with session.get(url, timeout=timeout, allow_redirects=False) as answer:
            if answer.status not in _REDIRECTING:
                yield answer
                return
            found = way.find(answer.headers.get("Location"), url)
        if found is None:
            raise OutOfReach("A redirect leads to an address that is not allowed")
        url = found
    raise OutOfReach("A redirect has no end")


def _may_be_public(host: str) -> bool:
    """Return whether a host may be public; a name is checked when it is resolved."""
    try:
        return is_public(host)
    except ValueError:
        # A host that ends with a number is an IPv4 address in another notation.
        return not _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2])


def is_public(text: str) -> bool:
    """Return whether an IP address, or the one it contains, is public.

    Raises:
        ValueError: it is not an IP address.
    """
    address = embedded_address(text)
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast


def embedded_address(text: str) -> IPv4Address | IPv6Address:
    """Return an IP address, or the IPv4 address that it contains.

    Raises:
        ValueError: it is not an IP address.
    """
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = IPv4Address(address.packed[-4:])
        address = inner or address
    return address


async def async_points_into_house(hass: HomeAssistant, server: str, host: str) -> bool:
    """Return whether a public server names a host in the user's network.

    A server in that network may name another one there.
    """
    try:
        return await _is_in_internet(hass, server) and not await _is_in_internet(
            hass, host
        )
    except OSError:
        # It cannot be reached anyway.
        return False


async def _is_in_internet(hass: HomeAssistant, host: str) -> bool:
    found = await hass.loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return all(is_public(str(address[0])) for *_, address in found)


class PublicResolver(AbstractResolver):
    """Resolves names; fails if a name has an address that is not public."""

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
            IntoTheHouse: one of them is in the user's network.
            OSError: there are none.
        """
        found = await self._resolver.resolve(host, port, family)
        addresses = tuple(one["host"] for one in found)
        if not all(map(is_public, addresses)):
            raise PrivateAddressError(addresses)
        return found

    @override
    async def close(self) -> None:
        """Close the resolver."""
        await self._resolver.close()


@callback
@singleton(f"{DOMAIN}_public")
def _public(hass: HomeAssistant) -> aiohttp.ClientSession:
    """Return a session that only reaches public addresses."""
    return make_session(hass, PublicResolver(ThreadedResolver()))


@callback
def make_session(
    hass: HomeAssistant, resolver: AbstractResolver
) -> aiohttp.ClientSession:
    """Return a session without cookies that uses a resolver; it is closed with Home Assistant."""
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, ssl=get_default_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
    )

    async def close(_: Event) -> None:
        await session.close()

    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, close)
    return session
