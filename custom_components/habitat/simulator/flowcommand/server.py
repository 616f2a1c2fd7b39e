"""FlowCommand's cloud in miniature: lists in pages, pings, volumes, and webhooks."""

from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
import hashlib
import hmac
import math
from typing import cast, override

import aiohttp
from aiohttp import web

from ..core.documents import Json, Record, dump, epoch
from ..core.server import CloudServer
from ..core.statuses import reason
from . import flow
from .world import Ping, Sensor, World

PAGE_SIZE = 1000
SIGNATURE_HEADER = "FC-Signature"
_PREFIX = ["api", "v1", "flow_sensors"]
_DETAILS: Mapping[int, str] = {
    400: "Malformed request.",
    401: "Invalid token.",
    403: "You do not have permission to perform this action.",
    404: "Not found.",
    405: 'Method "POST" not allowed.',
    429: "Request was throttled. Expected available in 30 seconds.",
    500: "A server error occurred.",
}


class RefusedError(Exception):
    """The cloud says no."""

    def __init__(self, status: int, body: Json = None) -> None:
        """Keep the status and the error document, by default the usual one."""
        super().__init__(status)
        self.status = status
        self.body = body


class FlowCommandCloud(CloudServer):
    """The cloud of one account.

    Attributes:
        world: the sensors.
        page_size: how many records a page has.
        forbids: refused logins get 403, as when the server's first way of logging in has no
            challenge, instead of 401.
        next_base: what the links to other pages begin with, by default what the client asked.
    """

    def __init__(self, world: World) -> None:
        """Serve a world; it brings its seed and its clock along."""
        super().__init__(seed=world.seed, clock=world.clock)
        self.world = world
        self.page_size = PAGE_SIZE
        self.forbids = False
        self.next_base: str | None = None
        self.username = "robin"
        self.password = f"simulated:password-{world.seed:04d}"
        self._logins = 0
        self._built = sorted(world.sensors)
        self._rows: dict[int, tuple[float, float, Record]] = {}
        self._rows_of = -1
        self._bodies: dict[str, bytes] = {}
        self._bodies_from = 0.0
        self._bodies_until = 0.0

    @property
    @override
    def credentials(self) -> Mapping[str, str]:
        """Return the token."""
        return {"api_token": self._token}

    @property
    def basic_credentials(self) -> Mapping[str, str]:
        """Return the user name and the password."""
        return {"username": self.username, "password": self.password}

    @property
    def _token(self) -> str:
        text = f"token {self.seed} {self._logins}"
        return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    def renew_token(self) -> None:
        """Let the vendor give out a new token for the same sensors; the old one is void."""
        self._logins += 1

    def set(self, sensor_id: int, **fields: Json) -> None:
        """Fix fields of a sensor as they are on the wire."""
        self.world.sensors[sensor_id].pinned.update(fields)
        self.world.touch(sensor_id)

    def add(self, sensor: Sensor) -> Sensor:
        """Let a sensor appear."""
        return self.world.add(sensor)

    def remove(self, sensor_id: int) -> None:
        """Let a sensor vanish."""
        self.world.remove(sensor_id)

    def silence(self, sensor_id: int) -> None:
        """Let a sensor send nothing more by itself."""
        self.world.sensors[sensor_id].silent_after = self.clock()
        self.world.touch(sensor_id)

    def ping(self, sensor_id: int, flowrate: Json, *, at: float | None = None) -> Ping:
        """Let a ping come in now that was taken at a time, by default now as well."""
        now = self.clock()
        sensor = self.world.sensors[sensor_id]
        number = -len(sensor.own) * 16_384 + 2**40 - sensor_id
        ping = Ping(number, sensor_id, flowrate, now if at is None else at, now)
        sensor.own.append(ping)
        self.world.touch(sensor_id)
        return ping

    def newest(self, sensor_id: int) -> Ping | None:
        """Return the newest ping of a sensor."""
        return flow.newest(self.world, self.world.sensors[sensor_id])[0]

    def webhook(self, ping: Ping) -> Record:
        """Return what a webhook is told of a ping."""
        sensor = self.world.sensors.get(ping.sensor_id)
        row = _ping(sensor or Sensor(id=ping.sensor_id, name="Unknown"), ping)
        return {"type": "ping_received", "api_version": "1", "data": row}

    async def push(
        self,
        url: str,
        secret: str | None,
        event: Ping | Json,
        *,
        sign: bool = False,
    ) -> int:
        """Post a ping, or any document, to a webhook and return the status of the answer.

        The signature is the secret itself, or with `sign` the HMAC of the body.
        """
        body = dump(self.webhook(event) if isinstance(event, Ping) else event)
        headers = {"Content-Type": "application/json"}
        if secret is not None:
            headers[SIGNATURE_HEADER] = (
                hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
                if sign
                else secret
            )
        timeout = aiohttp.ClientTimeout(total=10)
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            http.post(url, data=body, headers=headers) as response,
        ):
            return response.status

    @override
    def snapshot(self) -> Record:
        """Return what the control surface changed."""
        return {
            "built": list[Json](self._built),
            "world": self.world.snapshot(),
            "logins": self._logins,
        }

    @override
    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring this cloud to where a snapshot was taken; one of other sensors is ignored."""
        if snapshot.get("built") != self._built:
            return
        self.world.restore(cast(Record, snapshot["world"]))
        self._logins = cast(int, snapshot["logins"])

    @override
    def refusal(self, status: int) -> web.Response:
        """Return the error answer for a status."""
        detail = _DETAILS.get(status) or reason(status)
        response = _respond(dump({"detail": detail}), status)
        if status == 401:
            response.headers["WWW-Authenticate"] = "Token"
        return response

    @override
    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request as app.flowcommand.com does."""
        try:
            return self._answer(request)
        except RefusedError as refused:
            if refused.body is None:
                return self.refusal(refused.status)
            return _respond(dump(refused.body), refused.status)

    def _answer(self, request: web.BaseRequest) -> web.Response:
        *parts, last = request.path.split("/")[1:]
        if parts[:3] != _PREFIX and [*parts, last] != _PREFIX:
            raise RefusedError(404)
        if last:
            where = f"{request.path}/?{request.query_string}".rstrip("?")
            return web.Response(status=301, headers={"Location": where})
        self._authorize(request)
        if request.method != "GET":
            raise RefusedError(405)
        match parts[3:]:
            case []:
                return _respond(self._list(request))
            case [number, "pings"]:
                return _respond(self._pings(request, self._find(number)))
            case [number, "flow_volume", start, end]:
                sensor = self._find(number)
                row = self._volume(sensor, *_bounds({"start": start, "end": end}))
                return _respond(dump(row))
            case [number, "flow_volume_hours", start, end]:
                sensor = self._find(number)
                bounds = _bounds({"start": start, "end": end})
                return _respond(self._hours(request, sensor, *bounds))
        raise RefusedError(404)

    def _authorize(self, request: web.BaseRequest) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        said = "Authentication credentials were not provided."
        if scheme == "Token":
            if given == self._token:
                return
            said = "Invalid token."
        elif scheme == "Basic":
            if _basic(given) == f"{self.username}:{self.password}":
                return
            said = "Invalid username/password."
        raise RefusedError(403 if self.forbids else 401, {"detail": said})

    def _find(self, number: str) -> Sensor:
        found = self.world.sensors.get(int(number)) if number.isdecimal() else None
        if found is None:
            raise RefusedError(404)
        return found

    def _list(self, request: web.BaseRequest) -> bytes:
        """Return a page of the list, made once for each state of it."""
        now = self.clock()
        if self._rows_of != self.world.version:
            self._rows_of = self.world.version
            self._rows.clear()
            self._bodies_until = 0.0
        if not self._bodies_from <= now < self._bodies_until:
            self._bodies.clear()
            self._refresh(now)
        key = f"{request.host}{request.path_qs}"
        if (body := self._bodies.get(key)) is None:
            rows = [self._rows[sensor.id][2] for sensor in self.world.ordered()]
            page = self._page(request, len(rows), lambda part: list[Json](rows[part]))
            body = self._bodies[key] = page
        return body

    def _refresh(self, now: float) -> None:
        """Bring the rows of those sensors up to date that had a ping meanwhile."""
        until = math.inf
        for sensor in self.world.sensors.values():
            known = self._rows.get(sensor.id)
            if known is None or not known[0] <= now < known[1]:
                ping, lasts = flow.newest(self.world, sensor)
                known = self._rows[sensor.id] = now, lasts, _sensor(sensor, ping)
            until = min(until, known[1])
        self._bodies_from, self._bodies_until = now, until

    def _pings(self, request: web.BaseRequest, sensor: Sensor) -> bytes:
        start, end = _bounds(request.query)
        # "After" and "before" are meant as they are said.
        found = flow.known(self.world, sensor, start, end)
        found.reverse()

        def rows(part: slice) -> list[Json]:
            pings = (flow.read(self.world, sensor, item) for item in found[part])
            return [_ping(sensor, ping) for ping in pings]

        return self._page(request, len(found), rows)

    def _volume(self, sensor: Sensor, start: float, end: float) -> Record:
        return {
            **_about(sensor),
            "flow_volume": flow.volume(self.world, sensor, start, end),
            "start": _zulu(start),
            "end": _zulu(end),
        }

    def _hours(
        self, request: web.BaseRequest, sensor: Sensor, start: float, end: float
    ) -> bytes:
        found = flow.hours(self.world, sensor, start, end)
        return self._page(
            request,
            len(found),
            lambda part: [self._volume(sensor, at, at + 3600) for at in found[part]],
        )

    def _page(
        self,
        request: web.BaseRequest,
        count: int,
        rows: Callable[[slice], Sequence[Json]],
    ) -> bytes:
        """Return one page of a list, with absolute links to its neighbours."""
        text = request.query.get("page", "1")
        number = int(text) if text.isdecimal() else 0
        first = (number - 1) * self.page_size
        if number < 1 or (number > 1 and first >= count):
            raise RefusedError(404, {"detail": "Invalid page."})

        def link(target: int) -> str:
            base = self.next_base or f"http://{request.host}"
            query = request.url.update_query(page=str(target)).raw_query_string
            return f"{base}{request.path}?{query}"

        more = first + self.page_size < count
        return dump(
            {
                "count": count,
                "next": link(number + 1) if more else None,
                "previous": link(number - 1) if number > 1 else None,
                "results": list(rows(slice(first, first + self.page_size))),
            }
        )


def _respond(body: bytes, status: int = 200) -> web.Response:
    headers = {"Content-Type": "application/json", "Vary": "Accept"}
    return web.Response(body=body, status=status, headers=headers)


def _basic(given: str) -> str | None:
    try:
        return b64decode(given, validate=True).decode()
    except ValueError:
        return None


def _bounds(query: Mapping[str, str]) -> tuple[float, float]:
    """Return start and end in seconds since the epoch; what is not given is endless."""
    bounds: list[float] = []
    for name, default in (("start", 0.0), ("end", 32_503_680_000.0)):
        text = query.get(name)
        at = default if text is None else epoch(text)
        if at is None:
            raise RefusedError(400, {name: ["Enter a valid date/time."]})
        bounds.append(at)
    return bounds[0], bounds[1]


def _sensor(sensor: Sensor, ping: Ping | None) -> Record:
    return {
        "id": sensor.id,
        "name": sensor.name,
        "tag": sensor.tag,
        "latitude": sensor.latitude,
        "longitude": sensor.longitude,
        "pipe_diameter": sensor.pipe_diameter,
        "last_ping_flowrate": ping.flowrate if ping else None,
        "last_ping_datetime": _zulu(ping.at) if ping else None,
        "activated_at": _zulu(sensor.activated_at),
        **sensor.pinned,
    }


def _about(sensor: Sensor) -> Record:
    shown = {"name": sensor.name, "tag": sensor.tag, **sensor.pinned}
    return {
        "sensor_id": sensor.id,
        "sensor_name": shown["name"],
        "sensor_tag": shown["tag"],
    }


def _ping(sensor: Sensor, ping: Ping) -> Record:
    return {
        "id": ping.id,
        **_about(sensor),
        "flowrate": ping.flowrate,
        "datetime": _zulu(ping.at),
    }


def _zulu(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
