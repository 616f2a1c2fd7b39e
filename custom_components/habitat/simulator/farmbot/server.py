"""The FarmBot cloud in miniature: the REST API, and what it tells the broker."""

import asyncio
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import cast, override
from uuid import uuid4

from aiohttp import web

from ..core.documents import Json, Record, dump, load
from ..core.server import CloudServer
from . import mqtt, pictures, uploads, web_socket, wire
from .broker import Broker, Gate
from .embedded import EmbeddedBroker
from .link import Link
from .live import live
from .resources import RESOURCES, Resource
from .rest import Rest
from .robot import Robot
from .tokens import PUBLIC_KEY, Tokens
from .wire import RefusedError, respond
from .world import World, stamp

RPC_HEADER = "X-Farmbot-Rpc-Id"
"""A label of a request that its answer and its sync messages repeat."""
_MESSAGES = 5_000
_PROCESSING = 1.5
_SERVER = "farmbot_server"
_OPEN = frozenset(
    {"global_config", "global_bulletins", "featured_sequences", "public_key", "corpus"}
)
_VERBS: Mapping[tuple[str, bool], str] = {
    ("GET", False): "I",
    ("GET", True): "S",
    ("POST", False): "C",
    ("PATCH", True): "U",
    ("PUT", True): "U",
    ("DELETE", True): "D",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message that went through the broker; `at` is in seconds since the epoch."""

    topic: str
    size: int
    at: float


class FarmBotCloud(CloudServer):
    """The cloud of one account with one robot.

    Attributes:
        world: the records; `set` writes them as they are on the wire.
        robot: what stands in the garden.
        broker: `stop()` and `start()` are its loss and its return; `gate` says who comes in.
        messages: the newest messages that went through the embedded broker, oldest first.
        verified, agreed: whether the account is, and whether its user agreed to the terms.
    """

    def __init__(self, world: World, broker: Broker | None = None) -> None:
        """Serve a world; by default with a broker of its own."""
        super().__init__(seed=world.seed, clock=world.clock)
        self.world = world
        self.broker = EmbeddedBroker() if broker is None else broker
        self.verified = True
        self.agreed = True
        self.email = "robin@example.com"
        self.password = f"simulated-password-{world.seed:04d}"
        self.tokens = Tokens(seed=world.seed, clock=world.clock, fixed=self._claims)
        self.uploads = uploads.Uploads(world.seed)
        self.messages: deque[Message] = deque(maxlen=_MESSAGES)
        secret = str(uuid4())
        bot = f"device_{world.number}"
        self.gate = Gate(
            clock=world.clock,
            password=lambda user, password: (
                self._may_connect(user, password)
                or (user in (bot, _SERVER) and password == secret)
            ),
            server=_SERVER,
            heard=self._heard,
        )
        self.robot = Robot(world, secret, self._upload)
        self._link = Link(_SERVER, _SERVER, secret, (), lambda _, __: None)
        self._rest = Rest(
            world, lambda: f"{self.url}/placeholder_farmbot.jpg?text=Processing..."
        )
        self._built = {path: sorted(rows) for path, rows in world.tables.items()}
        self._tasks: set[asyncio.Task[None]] = set()
        world.listeners.append(self._wrote)

    @property
    @override
    def credentials(self) -> Mapping[str, str]:
        """Return what logs in."""
        return {"email": self.email, "password": self.password}

    @override
    async def start(self, port: int = 0) -> None:
        """Serve, with the broker first: what logs in is told where that is."""
        await self.broker.start(self.gate)
        try:
            await super().start(port)
        except OSError:
            await self.stop()
            raise
        pictures.settle(self.world, self.url)
        for image in self.world.rows("images"):
            if wire.PENDING in image:
                self._spawn(self._process(cast(int, image["id"])))
        self._link.start(*self.broker.address)
        self.robot.start(*self.broker.address)
        self._spawn(live(self.robot))

    @override
    async def stop(self) -> None:
        """Stop serving, and let the robot fall silent."""
        for task in list(self._tasks):
            task.cancel()
        await self.robot.stop()
        await self._link.stop()
        await self.broker.stop()
        await super().stop()

    async def connected(self, seconds: float = 5.0) -> None:
        """Wait until the robot and the server are connected to the broker.

        Raises:
            TimeoutError: they are not in that time.
        """
        async with asyncio.timeout(seconds):
            await self.robot.connected.wait()
            await self._link.connected.wait()

    def publish(self, topic: str, payload: bytes | Json) -> None:
        """Publish anything; what is no text of bytes goes out as JSON."""
        raw = payload if isinstance(payload, bytes) else dump(payload)
        self._link.publish(topic, raw)

    def set(self, path: str, identity: int, /, **fields: Json) -> Record:
        """Write fields of a record as somebody with the web app would."""
        return self.world.change(path, identity, **fields)

    def said(self, match: str) -> int:
        """Return how many logged messages have a text in their topic."""
        return sum(match in message.topic for message in self.messages)

    def expire_tokens(self) -> None:
        """Let all tokens die early; who is connected to the broker stays so."""
        self.tokens.expire()

    @override
    def snapshot(self) -> Record:
        """Return what was written; the tokens are forgotten."""
        return {
            "built": cast(Json, self._built),
            "world": self.world.snapshot(),
            "robot": {
                "position": cast(Json, self.robot.state.position),
                "pins": cast(Json, self.robot.state.pins),
                "locked": self.robot.state.locked,
            },
        }

    @override
    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring this cloud to where a snapshot was taken; one of another garden is ignored."""
        if snapshot.get("built") != self._built:
            return
        self.world.restore(cast(Record, snapshot["world"]))
        robot = cast(Record, snapshot["robot"])
        self.robot.state.position = cast(dict[str, float], robot["position"])
        self.robot.state.pins = cast(dict[str, Record], robot["pins"])
        if robot["locked"]:
            self.robot.machine.hold()

    @override
    def refusal(self, status: int) -> web.Response:
        """Return the usual answer of a status."""
        return wire.refusal(status)

    @override
    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request as my.farm.bot does."""
        label = request.headers.get(RPC_HEADER) or str(uuid4())
        try:
            response: web.StreamResponse = await self._answer(request, label)
        except RefusedError as refused:
            response = respond(refused.body, refused.status)
        response.headers[RPC_HEADER] = label
        return response

    async def _answer(self, request: web.BaseRequest, label: str) -> web.StreamResponse:
        parts = [part for part in request.path.split("/") if part]
        match parts:
            case ["api", "tokens"]:
                return await self._token(request)
            case ["api", name, *rest] if name in _OPEN:
                return self._open(name, rest)
            case ["api", name, *rest]:
                self._check(request)
                body = await _document(request)
                return self._resource(request, name, rest, body, label)
            case [web_socket.PATH]:
                return await web_socket.relay(request, *self.broker.address)
            case [uploads.PATH, *_]:
                return await self.uploads.answer(request)
            case [pictures.FILM]:
                return await pictures.film(request, self)
            case _ if picture := pictures.answer(request, self.clock()):
                return picture
            case _:
                raise RefusedError(404)

    def _resource(
        self,
        request: web.BaseRequest,
        name: str,
        rest: list[str],
        body: Record,
        label: str,
    ) -> web.Response:
        if (special := self._special(request, name, rest, body, label)) is not None:
            return special
        resource = RESOURCES.get(name)
        if resource is None or len(rest) > 1:
            raise RefusedError(404)
        identity = rest[0] if rest else ""
        key = request.method, bool(identity) or resource.single or name == "users"
        verb = "I" if name == "users" and key[0] == "GET" else _VERBS.get(key, "")
        if not verb or verb not in resource.verbs:
            raise RefusedError(404)
        return self._verb(request, resource, verb, identity, body, label)

    def _verb(
        self,
        request: web.BaseRequest,
        resource: Resource,
        verb: str,
        identity: str,
        body: Record,
        label: str,
    ) -> web.Response:
        if resource.path == "users" and verb != "I":
            identity = str(self.world.single("users")["id"])
        match verb:
            case "I":
                return respond(self._rest.index(resource, request.query))
            case "S":
                return respond(self._rest.show(resource, identity))
            case "C":
                return respond(self._rest.create(resource, body, label))
            case "U":
                return respond(self._rest.update(resource, identity, body, label))
            case _:
                self._rest.delete(resource, identity, label)
                return web.Response(content_type="application/json")

    def _special(
        self,
        request: web.BaseRequest,
        name: str,
        rest: list[str],
        body: Record,
        label: str,
    ) -> web.Response | None:
        """Answer what is no plain verb of a resource, or None."""
        match [request.method, name, *rest]:
            case ["POST", "points", "search"]:
                return respond(cast(Json, wire.found_points(self.world, body)))
            case ["GET", "logs", "search"]:
                return respond(cast(Json, wire.found_logs(self.world, request.query)))
            case ["GET", "releases"]:
                return respond(self._release(request.query.get("platform", "")))
            case ["GET", "storage_auth"]:
                return respond(self.uploads.grant(self.url))
            case ["GET", "device", "sync"]:
                self._seen()
                return respond({"now": stamp(self.clock())})
            case ["POST", "export_data"]:
                return respond(None, 202)
            case ["POST", "saved_gardens", "snapshot"]:
                return respond(self._rest.snapshot_garden(body, label))
            case ["POST" | "PATCH" as method, "saved_gardens", garden, "apply"]:
                self._rest.apply_garden(garden, label, instead=method == "POST")
                return respond(None)
            case ["POST", "sequences", sequence, "publish"]:
                return respond(self._rest.publish_sequence(sequence, label))
            case ["POST", "sequences", sequence, "unpublish"]:
                return respond(self._rest.unpublish_sequence(sequence, label))
            case ["POST", "sequences", version, "install"]:
                return respond(self._rest.install_sequence(version, label))
            case ["POST", "sequences", sequence, "upgrade", version]:
                return respond(self._rest.upgrade_sequence(sequence, version, label))
            case ["POST", "farmware_installations", farmware, "refresh"]:
                found = RESOURCES["farmware_installations"]
                return respond(self._rest.show(found, farmware))
            case _:
                return None

    def _check(self, request: web.BaseRequest) -> Record:
        """Return the claims of a request's token.

        Raises:
            RefusedError: there is none, or it is not good.
        """
        header = request.headers.get("Authorization")
        if not header:
            raise RefusedError(401, wire.NO_TOKEN)
        claims = self.tokens.claims(header)
        if claims is None:
            raise RefusedError(401)
        if not self.agreed:
            raise RefusedError(451)
        return claims

    async def _token(self, request: web.BaseRequest) -> web.Response:
        header = request.headers.get("Authorization", "")
        match request.method:
            case "POST":
                return self._log_in(request, await _document(request))
            case "GET":
                claims = self._check(request)
                until = cast(float, claims["exp"])
                again = self.tokens.issue(str(claims["aud"]), until=until)
                return respond({"token": again})
            case "DELETE":
                self._check(request)
                self.tokens.revoke(header)
                return web.Response(status=204)
            case _:
                raise RefusedError(404)

    def _log_in(self, request: web.BaseRequest, body: Record) -> web.Response:
        user = body.get("user", {})
        if not isinstance(user, dict):
            raise RefusedError(422, wire.NO_USER)
        email = str(user.get("email") or "").strip().lower()
        if not email or not user.get("password"):
            blank = "can't be nil" if user.get("password") is None else "can't be blank"
            raise RefusedError(
                422,
                {
                    **({} if email else {"email": "Email can't be blank"}),
                    **(
                        {}
                        if user.get("password")
                        else {"password": f"Password {blank}"}
                    ),
                },
            )
        if email != self.email.lower() or user.get("password") != self.password:
            raise RefusedError(422, {"auth": "Bad email or password."})
        if not self.verified:
            raise RefusedError(403, wire.UNVERIFIED)
        if not self.agreed:
            raise RefusedError(451)
        token = self.tokens.issue(_audience(request))
        return respond({"token": token, "user": self._user()})

    def _open(self, name: str, rest: list[str]) -> web.Response:
        """Answer what anybody may ask."""
        match [name, *rest]:
            case ["global_config"]:
                return respond(_global_config(self._claims()))
            case ["featured_sequences"]:
                return respond(cast(Json, self.world.featured))
            case ["public_key"]:
                return web.Response(text=PUBLIC_KEY)
            case ["corpus"]:
                return respond({"version": 20180209, "enums": [], "nodes": []})
            case ["global_bulletins", slug] if slug in self.world.bulletins:
                return respond(self.world.bulletins[slug])
            case _:
                raise RefusedError(404)

    def _release(self, platform: str) -> Json:
        """Return the system that is to be had; asking for it is noted, and told to everybody."""
        number = self.world.number
        self.world.change("device", number, last_ota_attempt_at=stamp(self.clock()))
        if not platform.startswith("rpi"):
            raise RefusedError(404)
        version = self.world.update
        if version is None or version == self.world.device["fbos_version"]:
            raise RefusedError(422, {"version": "Already on the latest version."})
        now = stamp(self.clock())
        image = f"https://example.com/farmbot-{platform}-{version}"
        return {
            "id": 41,
            "created_at": now,
            "updated_at": now,
            "image_url": f"{image}.fw",
            "dot_img_url": f"{image}.img",
            "version": version,
            "platform": platform,
            "channel": self.world.single("fbos_config")["update_channel"],
        }

    def _claims(self) -> Mapping[str, Json]:
        host, port = self.broker.address
        return {
            "sub": self.world.single("users")["id"],
            "iss": self.url.removeprefix("http:"),
            "bot": f"device_{self.world.number}",
            "vhost": "/",
            # A host only, as from the vendor's server: its clients know the port.
            "mqtt": host,
            # Also says to clients that there is no TLS.
            "mqtt_ws": f"ws{self.url.removeprefix('http')}/{web_socket.PATH}",
            **({} if port == mqtt.PORT else {"mqtt_port": port}),
        }

    def _user(self) -> Record:
        user = self.world.single("users")
        return {
            **user,
            "device_id": self.world.number,
            "agreed_to_terms_at": user["created_at"],
        }

    def _may_connect(self, user: str, password: str) -> bool:
        claims = self.tokens.claims(password)
        return claims is not None and claims["bot"] == user

    def _seen(self) -> None:
        now = stamp(self.clock())
        self.world.quietly("device", self.world.number, last_saw_api=now)

    def _heard(self, topic: str, size: int) -> None:
        self.messages.append(Message(topic, size, self.clock()))

    def _wrote(
        self, resource: Resource, identity: int, record: Record | None, label: str
    ) -> None:
        """Tell everybody of what was written."""
        beneath = f"bot/device_{self.world.number}"
        if resource.path == "logs" and record is not None:
            told = {name: value for name, value in record.items() if name != "id"}
            self.publish(f"{beneath}/logs", told)
        if resource.path == "images" and record is not None and wire.PENDING in record:
            self._spawn(self._process(identity))
        if resource.kind:
            body = wire.sync_body(self.world, resource, record)
            message: Json = {"args": {"label": label or str(uuid4())}, "body": body}
            self.publish(f"{beneath}/sync/{resource.kind}/{identity}", message)

    def _upload(self, meta: Record) -> None:
        """Take a picture from the robot."""
        body: Record = {
            "attachment_url": f"{self.url}{pictures.path(self.seed, meta)}",
            "meta": meta,
        }
        self._rest.create(RESOURCES["images"], body, str(uuid4()))

    async def _process(self, identity: int) -> None:
        """Fetch a picture, which takes a while."""
        await asyncio.sleep(_PROCESSING / self.robot.machine.pace)
        record = self.world.tables["images"].get(identity)
        if record and (address := record.pop(wire.PENDING, None)):
            now = stamp(self.clock())
            self.world.change(
                "images", identity, attachment_url=address, attachment_processed_at=now
            )

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _document(request: web.BaseRequest) -> Record:
    """Return the object that a request brings; none is an empty one."""
    raw = await request.read()
    if not raw:
        return {}
    try:
        body = load(raw)
    except ValueError:
        raise RefusedError(422, wire.NOT_JSON) from None
    if not isinstance(body, dict):
        raise RefusedError(422, wire.ONLY_JSON)
    return body


def _audience(request: web.BaseRequest) -> str:
    agent = request.headers.get("User-Agent", "")
    if not agent or "FARMBOTOS" in agent.upper():
        return "bot"
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return "human"
    return "unknown"


def _global_config(claims: Mapping[str, Json]) -> Record:
    return {
        "FBOS_END_OF_LIFE_VERSION": "14.6.0",
        "MINIMUM_FBOS_VERSION": "14.6.0",
        "TOS_URL": "https://example.com/tos",
        "PRIV_URL": "https://example.com/privacy",
        "NODE_ENV": "production",
        "LONG_REVISION": "0123456789abcdef0123456789abcdef01234567",
        "SHORT_REVISION": "01234567",
        "MQTT_WS": claims["mqtt_ws"],
    }
