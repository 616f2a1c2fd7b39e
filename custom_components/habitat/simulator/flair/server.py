"""Flair's cloud in miniature: tokens, JSON:API and a home that answers."""

import asyncio
from collections.abc import Mapping
from typing import cast, override

from aiohttp import web

from ..core.documents import Json, Record, dump
from ..core.server import CloudServer
from ..core.statuses import html_error
from . import wire
from .defaults import DEFAULTS
from .readings import VIEWS
from .requests import mapping, paging, read_body
from .schema import FORBIDDEN, READ_ONLY, RELATIONS, Many
from .tokens import Client, Owner, TokenError, Tokens
from .world import Resource, World
from .writes import RefusedError, patch

_SCOPE_OF = {"users": "users", "vents": "vents", "pucks": "pucks", "puck2s": "pucks"}
_WRITE_SECONDS = 0.02
_CREATED = "2026-01-01T08:00:00.000000+00:00"


class FlairCloud(CloudServer):
    """The cloud of one account.

    Attributes:
        world: the home; `tokens`: the logins.
        write_burst_errors: every second write that overlaps another one gets a 500 page.
    """

    def __init__(
        self,
        world: World,
        *,
        write_burst_errors: bool = True,
    ) -> None:
        """Serve a home; it brings its seed and its clock along."""
        super().__init__(seed=world.seed, clock=world.clock)
        self.world = world
        self.write_burst_errors = write_burst_errors
        number = f"{world.seed:04d}"
        self._client = Client(
            id=f"simulated-client-{number}", secret=f"simulated-secret-{number}"
        )
        legacy = Client(
            id=f"legacy-client-{number}", secret=f"legacy-secret-{number}", legacy=True
        )
        self.legacy_credentials: Mapping[str, str] = {
            "client_id": legacy.id,
            "client_secret": legacy.secret,
        }
        self.owner = Owner(
            email="robin@example.com", password=f"simulated-password-{number}"
        )
        self.tokens = Tokens(
            world.seed, world.clock, (self._client, legacy), self.owner
        )
        self._home = world.fingerprint()
        self._writing = 0
        self._overlaps = 0
        self._pages: dict[str, bytes] = {}
        self._pages_of = (-1, -1)

    @property
    @override
    def credentials(self) -> Mapping[str, str]:
        """Return what logs in at `/oauth2/token`."""
        return {"client_id": self._client.id, "client_secret": self._client.secret}

    def set(self, kind: str, identity: str, **attributes: Json) -> None:
        """Fix attributes (underscores stand for hyphens) until somebody writes them."""
        resource = self.world.resources[kind][identity]
        resource.pinned.update(_hyphens(attributes))
        self.world.touch(resource)

    def set_reading(self, kind: str, identity: str, **attributes: Json) -> None:
        """Fix what a device's readings say."""
        resource = self.world.resources[kind][identity]
        resource.pinned_reading.update(_hyphens(attributes))
        self.world.touch(resource)

    def stick(self, vent_id: str, percent_open: float) -> None:
        """Let a vent stay where it is, whatever it is told."""
        vent = self.world.resources["vents"][vent_id]
        vent.memory["stuck"] = percent_open
        self.world.touch(vent)

    def lose(
        self,
        kind: str,
        identity: str,
        since: float | None = None,
        *,
        noticed: bool = True,
    ) -> None:
        """Let a device or a thermostat fall silent, see `World.lose`."""
        resource = self.world.resources[kind][identity]
        self.world.lose(resource, since, noticed=noticed)

    def find(self, kind: str, identity: str) -> None:
        """Let it be heard of again."""
        self.world.find(self.world.resources[kind][identity])

    def add(
        self,
        kind: str,
        identity: str,
        relations: Mapping[str, str | None],
        **attributes: Json,
    ) -> Resource:
        """Let a device or a room appear."""
        values = {**DEFAULTS[kind], "created-at": _CREATED, **_hyphens(attributes)}
        return self.world.add(Resource(kind, identity, values, dict(relations)))

    def remove(self, kind: str, identity: str) -> None:
        """Let a device or a room vanish."""
        self.world.remove(self.world.resources[kind][identity])

    def expire_tokens(self) -> None:
        """Let all access tokens die early."""
        self.tokens.expire()

    @override
    def snapshot(self) -> Record:
        """Return what writes changed, and the tokens."""
        return {
            "home": self._home,
            "world": self.world.snapshot(),
            "tokens": self.tokens.snapshot(),
        }

    @override
    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring this cloud to where a snapshot was taken; one of another home is ignored."""
        if snapshot.get("home") != self._home:
            return
        self.world.restore(cast(Record, snapshot["world"]))
        self.tokens.restore(cast(Record, snapshot["tokens"]))

    @override
    def refusal(self, status: int) -> web.Response:
        """Return Flair's error answer for a status."""
        return wire.error(status)

    @override
    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request as api.flair.co does."""
        match request.method, [part for part in request.path.split("/") if part]:
            case "POST", ["oauth2", "token"]:
                return await self._token(request, legacy=False)
            case "POST", ["oauth", "token"]:
                return await self._token(request, legacy=True)
            case "GET", ["api"]:
                return wire.respond(dump(wire.root()))
            case method, ["api", kind, *rest]:
                try:
                    return await self._api(request, method, kind, rest)
                except RefusedError as refused:
                    return wire.error(refused.status, refused.detail, refused.title)
        return wire.error(404)

    async def _token(self, request: web.BaseRequest, *, legacy: bool) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        try:
            return wire.respond(dump(self.tokens.grant(form, legacy=legacy)))
        except TokenError as refused:
            body: Json = {
                "error": refused.error,
                "error_description": refused.description,
            }
            response = wire.respond(dump(body), refused.status)
            if refused.retry_after is not None:
                response.headers["Retry-After"] = str(int(refused.retry_after) + 1)
            return response

    async def _api(
        self, request: web.BaseRequest, method: str, kind: str, rest: list[str]
    ) -> web.Response:
        self._authorize(request, kind, writing=method != "GET")
        if kind not in RELATIONS and (kind, rest) != ("weather-readings", []):
            raise RefusedError(404, f"Could not find {kind}")
        if method == "GET":
            return wire.respond(self._cached(request, kind, rest))
        return await self._write(request, method, kind, rest)

    def _authorize(self, request: web.BaseRequest, kind: str, *, writing: bool) -> None:
        scopes = self.tokens.scopes(request.headers.get("Authorization"))
        if scopes is None:
            raise RefusedError(401, "The access token is invalid or has expired.")
        right = f"{_SCOPE_OF.get(kind, 'structures')}.{'edit' if writing else 'view'}"
        if kind in FORBIDDEN or right not in scopes:
            raise RefusedError(403, "The access token has no scope for this request.")

    def _cached(self, request: web.BaseRequest, kind: str, rest: list[str]) -> bytes:
        """Return an answer, made once for each state of the world."""
        state = (self.world.version, self.world.reported())
        if state != self._pages_of:
            self._pages.clear()
            self._pages_of = state
        if (body := self._pages.get(request.path_qs)) is None:
            body = self._pages[request.path_qs] = dump(self._read(request, kind, rest))
        return body

    def _read(self, request: web.BaseRequest, kind: str, rest: list[str]) -> Record:
        path = request.path
        match rest:
            case []:
                return self._collection(request, self._everything(kind))
            case [identity]:
                return wire.single(path, self._document(self._find(kind, identity)))
            case [identity, name]:
                return self._related(request, self._find(kind, identity), name)
            case [identity, "relationships", name]:
                resource = self._find(kind, identity)
                shown = wire.relationships(self.world, resource).get(name)
                if isinstance(shown, dict):
                    return {
                        **wire.single(path, shown.get("data")),
                        "links": shown["links"],
                    }
        raise RefusedError(404, f"Could not find {kind}")

    def _everything(self, kind: str) -> list[Resource] | list[Record]:
        if kind != "weather-readings":
            return list(self.world.all(kind))
        view = VIEWS["structures", "current-weather"]
        return [
            found
            for structure in self.world.all("structures")
            if (found := wire.reading(self.world, structure, "current-weather", view))
        ]

    def _related(
        self, request: web.BaseRequest, resource: Resource, name: str
    ) -> Record:
        if view := VIEWS.get((resource.type, name)):
            if view.step:
                size, number = paging(request)
                rows, total = wire.history(
                    self.world, resource, name, view, size, number
                )
                return wire.page(request.path, rows, total, size, number)
            if (reading := wire.reading(self.world, resource, name, view)) is None:
                raise RefusedError(404, f"Could not find {view.type}")
            return wire.single(request.path, reading)
        if (found := wire.relation_named(resource.type, name)) is None:
            raise RefusedError(404, f"Could not find {name}")
        key, relation = found
        if isinstance(relation, Many) or relation.listed:
            return self._collection(request, self.world.many(resource, key))
        other = self.world.one(resource, key)
        return wire.single(request.path, self._document(other) if other else None)

    def _collection(
        self, request: web.BaseRequest, found: list[Resource] | list[Record]
    ) -> Record:
        size, number = paging(request)
        rows = [
            self._document(item) if isinstance(item, Resource) else item
            for item in found[(number - 1) * size : number * size]
        ]
        return wire.page(request.path, rows, len(found), size, number)

    def _document(self, resource: Resource) -> Record:
        return wire.document(self.world, resource, self.world.reported())

    def _find(self, kind: str, identity: str) -> Resource:
        if (found := self.world.get(kind, identity)) is None:
            raise RefusedError(404, f"Could not find {kind}")
        return found

    async def _write(
        self, request: web.BaseRequest, method: str, kind: str, rest: list[str]
    ) -> web.Response:
        body = read_body(await request.read()) if request.can_read_body else {}
        overlapping = self._writing > 0
        self._writing += 1
        try:
            await asyncio.sleep(_WRITE_SECONDS)
        finally:
            self._writing -= 1
        if overlapping and self.write_burst_errors:
            self._overlaps += 1
            if self._overlaps % 2:
                return html_error(500)
        match method, rest:
            case "PATCH", [identity]:
                resource = self._find(kind, identity)
                self._patch(resource, body)
                return self._changed(request, resource)
            case "POST", []:
                resource = self._create(kind, body)
                return self._changed(request, resource, 201)
            case "DELETE", [identity] if kind not in READ_ONLY:
                self.world.remove(self._find(kind, identity))
                return web.Response(status=204, reason="NO CONTENT")
            case (("PATCH" | "POST" | "DELETE"), [identity, "relationships", name]):
                self._relate(method, self._find(kind, identity), name, body.get("data"))
                return web.Response(status=204, reason="NO CONTENT")
        raise RefusedError(405, "The method is not allowed for the requested URL.")

    def _patch(self, resource: Resource, body: Record) -> None:
        data = mapping(body.get("data"))
        if data.get("type", resource.type) != resource.type:
            raise RefusedError(422, "The type is not that of the resource.")
        if str(data.get("id", resource.id)) != resource.id:
            raise RefusedError(422, "The id is not that of the resource.")
        values = mapping(data.get("attributes", {}))
        patch(self.world, resource, values)
        for name, relation in mapping(data.get("relationships", {})).items():
            self._relate("PATCH", resource, name, mapping(relation).get("data"))

    def _create(self, kind: str, body: Record) -> Resource:
        if kind in READ_ONLY:
            raise RefusedError(403, "Resources of this type can not be created.")
        data = mapping(body.get("data"))
        taken = self.world.resources[kind]
        identity = next(
            name
            for count in range(len(taken) + 1)
            if (name := f"{98_0000 + count}") not in taken
        )
        values = {**DEFAULTS[kind], "created-at": _CREATED}
        resource = self.world.add(Resource(kind, identity, values))
        try:
            self._patch(resource, {"data": {**data, "id": identity}})
        except RefusedError:
            self.world.remove(resource)
            raise
        return resource

    def _relate(self, method: str, resource: Resource, name: str, data: Json) -> None:
        if (found := wire.relation_named(resource.type, name)) is None:
            raise RefusedError(404, f"Could not find {name}")
        key, relation = found
        wanted = data if isinstance(data, list) else [data]
        ids = [str(item.get("id")) for item in wanted if isinstance(item, dict)]
        others = [self._find(relation.target, identity) for identity in ids]
        if not isinstance(relation, Many):
            target = others[0].id if others and method != "DELETE" else None
            self.world.relate(resource, key, target)
            return
        if method == "PATCH":
            for other in list(self.world.many(resource, key)):
                self.world.relate(other, relation.via, None)
        for other in others:
            self.world.relate(
                other, relation.via, None if method == "DELETE" else resource.id
            )

    def _changed(
        self, request: web.BaseRequest, resource: Resource, status: int = 200
    ) -> web.Response:
        return wire.respond(
            dump(wire.single(request.path, self._document(resource))), status
        )


def _hyphens(attributes: Mapping[str, Json]) -> Record:
    return {name.replace("_", "-"): value for name, value in attributes.items()}
