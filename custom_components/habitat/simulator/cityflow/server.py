"""CityFlow's cloud in miniature: logins, devices, latest rows and averages."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
import math
import re
from typing import cast, override

from aiohttp import web

from ..core.documents import Json, Record, dump, epoch, load
from ..core.server import CloudServer
from ..core.statuses import reason
from . import air
from .tokens import Tokens
from .world import Probe, World

LATEST_SECONDS = 45 * 60.0
"""Older rows are not among the latest."""
_ROOTS = ("organizations", "devices", "measurements")
_DAY = 86_400.0
_RESOLUTION = re.compile(r"([1-9][0-9]*)([mhd])")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400}
_AVATAR = "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkI"
_MESSAGES: Mapping[int, str] = {
    400: "Your request is invalid.",
    401: "Your API key is wrong.",
    403: "The resource requested is hidden for administrators only.",
    404: "The specified resource could not be found.",
    405: "You tried to access a resource with an invalid method.",
    429: "You're requesting too many resources! Slow down!",
    500: "We had a problem with our server. Try again later.",
    503: "We're temporarily offline for maintenance. Please try again later.",
}


class RefusedError(Exception):
    """The cloud says no."""

    def __init__(self, status: int, message: str | None = None) -> None:
        """Keep the status and what to say, by default the usual."""
        super().__init__(status)
        self.status = status
        self.message = message


class CityFlowCloud(CloudServer):
    """The cloud of one account.

    Attributes:
        world: the city; `tokens`: the logins.
        types_forbidden: device types are for administrators only.
        organizations: those that the account belongs to.
    """

    def __init__(self, world: World) -> None:
        """Serve a city; it brings its seed and its clock along."""
        super().__init__(seed=world.seed, clock=world.clock)
        self.world = world
        self.types_forbidden = False
        self.organizations: list[Record] = [
            {"id": 1, "name": "Simulated City", "role": 2}
        ]
        self.email = "robin@example.com"
        self.password = f"simulated-password-{world.seed:04d}"
        self.tokens = Tokens(world.seed, world.clock, 9_900_000 + world.seed)
        self._built = sorted(world.probes)
        self._rows: dict[str, tuple[float, float, Record | None]] = {}
        self._bodies: dict[str, bytes] = {}
        self._version = -1
        self._from = 0.0
        self._until = 0.0

    @property
    @override
    def credentials(self) -> Mapping[str, str]:
        """Return the API key."""
        return {"api_token": self.tokens.key()}

    @property
    def login_credentials(self) -> Mapping[str, str]:
        """Return e-mail and password."""
        return {"email": self.email, "password": self.password}

    def set(self, device_id: str, **fields: Json) -> None:
        """Fix fields of a device as the list has them."""
        self.world.probes[device_id].pinned.update(fields)
        self.world.touch(device_id)

    def set_row(self, device_id: str, fields: Mapping[str, Json]) -> None:
        """Fix what a device's rows say, by property."""
        self.world.probes[device_id].pinned_row.update(fields)
        self.world.touch(device_id)

    def add(self, probe: Probe) -> Probe:
        """Let a device appear."""
        return self.world.add(probe)

    def remove(self, device_id: str) -> None:
        """Let a device vanish."""
        self.world.remove(device_id)

    def silence(self, device_id: str) -> None:
        """Let a device send nothing more."""
        self.world.probes[device_id].silent_after = self.clock()
        self.world.touch(device_id)

    def expire_tokens(self) -> None:
        """Let the tokens of all logins die early."""
        self.tokens.expire()

    def renew_key(self) -> None:
        """Let somebody replace the API key."""
        self.tokens.renew_key()

    @override
    def snapshot(self) -> Record:
        """Return what the control surface changed, and the tokens."""
        return {
            "built": list[Json](self._built),
            "world": self.world.snapshot(),
            "tokens": self.tokens.snapshot(),
        }

    @override
    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring this cloud to where a snapshot was taken; one of another city is ignored."""
        if snapshot.get("built") != self._built:
            return
        self.world.restore(cast(Record, snapshot["world"]))
        self.tokens.restore(cast(Record, snapshot["tokens"]))

    @override
    def refusal(self, status: int) -> web.Response:
        """Return the error answer for a status."""
        message = _MESSAGES.get(status) or reason(status)
        return _respond(dump({"message": message}), status)

    @override
    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request as api.cityflow.live did."""
        try:
            parts = [part for part in request.path.split("/") if part]
            if parts == ["users", "login"]:
                return await self._login(request)
            return _respond(self._answer(request, parts))
        except RefusedError as refused:
            if refused.message is None:
                return self.refusal(refused.status)
            return _respond(dump({"message": refused.message}), refused.status)

    async def _login(self, request: web.BaseRequest) -> web.Response:
        if request.method != "POST":
            raise RefusedError(405)
        try:
            form = load(await request.read())
        except ValueError:
            form = None
        if not isinstance(form, dict):
            raise RefusedError(400)
        if (form.get("email"), form.get("password")) != (self.email, self.password):
            raise RefusedError(401, "Wrong email or password.")
        return _respond(
            dump(
                {
                    "email": self.email,
                    "first_name": "Robin",
                    "last_name": "Example",
                    "avatar": _AVATAR * 40,
                    "token": self.tokens.log_in(),
                }
            )
        )

    def _answer(self, request: web.BaseRequest, parts: list[str]) -> bytes:
        if not parts or parts[0] not in _ROOTS:
            raise RefusedError(404)
        if not self.tokens.good(request.headers.get("Authorization")):
            raise RefusedError(401)
        if request.method != "GET":
            raise RefusedError(405)
        match parts:
            case ["organizations"]:
                return dump(list[Json](self.organizations))
            case ["devices"]:
                return self._cached("devices", self._devices)
            case ["devices", "types"]:
                return self._types()
            case ["devices", "types", organization]:
                if not any(organization == str(it["id"]) for it in self.organizations):
                    raise RefusedError(404)
                return self._types()
            case ["devices", device_id] if device_id in self.world.probes:
                return dump(_device(self.world.probes[device_id]))
            case ["measurements", "latest"]:
                return self._cached("latest", self._latest)
            case ["measurements", "history", "device-type", number]:
                return self._history(
                    request, lambda probe: str(probe.type) == number, about=True
                )
            case ["measurements", "history", "location", number]:
                return self._history(
                    request, lambda probe: str(probe.location) == number, about=False
                )
        raise RefusedError(404)

    def _cached(self, name: str, make: Callable[[], Json]) -> bytes:
        """Return an answer, made once for each state of the city."""
        now = self.clock()
        if self._version != self.world.version:
            self._version = self.world.version
            self._rows.clear()
            self._until = 0.0
        if not self._from <= now < self._until:
            self._bodies.clear()
            self._refresh(now)
        if (body := self._bodies.get(name)) is None:
            body = self._bodies[name] = dump(make())
        return body

    def _refresh(self, now: float) -> None:
        """Bring the rows of those probes up to date that sent one, or fell silent, meanwhile."""
        until = math.inf
        for probe in self.world.probes.values():
            known = self._rows.get(probe.id)
            if known is None or not known[0] <= now < known[1]:
                known = self._rows[probe.id] = (now, *self._row(probe, now))
            until = min(until, known[1])
        self._from, self._until = now, until

    def _row(self, probe: Probe, now: float) -> tuple[float, Record | None]:
        """Return until when a probe's newest row is the newest, and the row."""
        at, following = self.world.sent(probe)
        if at is None:
            return following, None
        if now - at > LATEST_SECONDS:
            return following, None
        row: Record = {
            "time": _milliseconds(at),
            "firmware_version": probe.firmware,
            "location": str(probe.location),
            **air.properties(self.world, probe, at),
            "device_id": probe.measures_as or probe.id,
        }
        return min(following, at + LATEST_SECONDS), {**row, **probe.pinned_row}

    def _latest(self) -> Json:
        """Return the rows by device type, whose number is text in here."""
        by_type: dict[str, list[Json]] = {}
        for probe in self.world.probes.values():
            if (row := self._rows[probe.id][2]) is not None:
                by_type.setdefault(str(probe.type), []).append(row)
        return {**by_type}

    def _devices(self) -> Json:
        return [_device(probe) for probe in self.world.probes.values() if probe.listed]

    def _types(self) -> bytes:
        if self.types_forbidden:
            raise RefusedError(403)
        return dump(list[Json](self.world.types))

    def _history(
        self,
        request: web.BaseRequest,
        wanted: Callable[[Probe], bool],
        *,
        about: bool,
    ) -> bytes:
        """Return the averages of some probes; bins begin at multiples of their length."""
        now = self.clock()
        start = _moment(request, "from", now - _DAY)
        end = min(_moment(request, "to", now), now)
        found = _RESOLUTION.fullmatch(request.query.get("resolution", "10m"))
        if found is None:
            raise RefusedError(400, "Unknown resolution.")
        step = int(found[1]) * _SECONDS[found[2]]
        probes = [probe for probe in self.world.probes.values() if wanted(probe)]
        rows: list[Json] = []
        for at in range(int(start // step) * step, math.ceil(end), step):
            rows.extend(
                self._bin(probe, at, step, about=about)
                for probe in probes
                if _active(probe, at, step)
            )
        return dump(rows)

    def _bin(self, probe: Probe, at: int, step: int, *, about: bool) -> Record:
        middle = min(at + step / 2, self.clock())
        means = air.properties(self.world, probe, middle)
        row: Record = {
            "time": _milliseconds(at),
            **{f"mean_{name}": value for name, value in means.items()},
        }
        if about:
            row["device_id"] = probe.measures_as or probe.id
            row["location"] = str(probe.location)
        return row


def _active(probe: Probe, at: int, step: int) -> bool:
    silent = probe.silent_after
    return at + step > probe.installed_at and (silent is None or at < silent)


def _device(probe: Probe) -> Record:
    return {
        "id": probe.id,
        "type": probe.type,
        "location": probe.location,
        "latitude": probe.latitude,
        "longitude": probe.longitude,
        "roles": [2],
        "permissions": [],
        "tags": list[Json](probe.tags),
        "location_name": probe.location_name,
        "city": probe.city,
        "country": probe.country,
        **probe.pinned,
    }


def _respond(body: bytes, status: int = 200) -> web.Response:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return web.Response(body=body, status=status, headers=headers)


def _moment(request: web.BaseRequest, name: str, default: float) -> float:
    """Return a bound of a history; a date without a time will do."""
    text = request.query.get(name)
    if text is None:
        return default
    if len(text) == len("2021-11-14"):
        text += "T00:00:00Z"
    if (at := epoch(text)) is None:
        raise RefusedError(400, f"Invalid {name}.")
    return at


def _milliseconds(at: float) -> str:
    text = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
