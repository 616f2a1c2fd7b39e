"""The Flower Power cloud in miniature: a login, versions, plants and their samples."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import cast, override
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from ..core.documents import Json, Record, dump, epoch
from ..core.server import CloudServer
from ..core.weather import DAY
from . import pictures, wire
from .garden import Garden, Spot
from .tokens import TokenError, Tokens

_EMAIL = "Robin@Example.com"
_MAX_DAYS = 10
_KEPT_ANSWERS = 256


class FlowerPowerCloud(CloudServer):
    """The cloud of one account.

    Attributes:
        garden: the plants; `tokens`: the logins.
        methods: by which methods one may log in.
    """

    def __init__(self, garden: Garden) -> None:
        """Serve a garden; it brings its seed and its clock along."""
        super().__init__(seed=garden.seed, clock=garden.clock)
        self.garden = garden
        self.methods = {"POST", "GET"}
        number = f"{garden.seed:04d}"
        self._credentials = {
            "email": _EMAIL,
            "password": f"simulated-password-{number}",
            "client_id": f"simulated-client-{number}",
            "client_secret": f"simulated-secret-{number}",
        }
        login = {**self._credentials, "username": _EMAIL}
        self.tokens = Tokens(garden.seed, garden.clock, login)
        self._home = garden.fingerprint()
        self._answers: dict[str, bytes] = {}
        self._answers_of: tuple[int, int, bool] | None = None

    @property
    @override
    def credentials(self) -> Mapping[str, str]:
        """Return what logs in."""
        return self._credentials

    def set(self, part: str, identifier: str, **values: Json) -> None:
        """Fix what is said of a location in its "configuration", its "status" or each "sample".

        Objects within are merged with what the cloud says otherwise.
        """
        spot = self.garden.spots[identifier]
        spot.pinned[part] = wire.merged(spot.pinned.get(part, {}), values)
        self.garden.touch(spot, configured=part == "configuration")

    def add(self, spot: Spot) -> Spot:
        """Let a location appear."""
        return self.garden.add(spot)

    def remove(self, identifier: str) -> None:
        """Let a location vanish."""
        self.garden.remove(identifier)

    def water(self, identifier: str) -> None:
        """Water a plant now; it shows with the next upload."""
        spot = self.garden.spots[identifier]
        spot.watered.append(self.garden.now())
        self.garden.touch(spot, configured=False)

    def halt_uploads(self, identifier: str | None = None) -> None:
        """Let nobody come by any more who would upload samples, of one location or of all."""
        if identifier is None:
            self.garden.halted = self.garden.now()
        else:
            self._strand(identifier, self.garden.now())

    def resume_uploads(self, identifier: str | None = None) -> None:
        """Let somebody come by again, and bring what was measured meanwhile."""
        if identifier is None:
            self.garden.halted = None
        else:
            self._strand(identifier, None)

    def _strand(self, identifier: str, since: float | None) -> None:
        spot = self.garden.spots[identifier]
        spot.stranded = since
        self.garden.touch(spot, configured=False)

    def trouble(self, identifier: str, what: str | None) -> None:
        """Let a pot complain: of "in_air", "reserve_empty", "check_system", or of nothing more."""
        spot = self.garden.spots[identifier]
        spot.trouble = what
        self.garden.touch(spot, configured=False)

    def expire_tokens(self) -> None:
        """Let all access tokens die early."""
        self.tokens.expire()

    @override
    def snapshot(self) -> Record:
        """Return what was changed by hand, and the tokens."""
        return {
            "home": self._home,
            "garden": self.garden.snapshot(),
            "tokens": self.tokens.snapshot(),
        }

    @override
    def restore(self, snapshot: Mapping[str, Json]) -> None:
        """Bring this cloud to where a snapshot was taken; one of another garden is ignored."""
        if snapshot.get("home") != self._home:
            return
        self.garden.restore(cast(Record, snapshot["garden"]))
        self.tokens.restore(cast(Record, snapshot["tokens"]))

    @override
    def refusal(self, status: int) -> web.Response:
        """Return the cloud's list of errors; its HTTP status may be 200."""
        return self._error(status, "Something went wrong.", code=status)

    @override
    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request as api-flower-power-pot.parrot.com did."""
        parts = [unquote(part) for part in request.path.split("/") if part]
        match parts:
            # The vendor's own clients came to use newer versions of the address.
            case ["user", "v1" | "v2" | "v3", "authenticate"]:
                return await self._token(request)
            case ["pictures", name]:
                return self._picture(request, name)
            case ["sensor_data", "v6", "sample", "location", identifier]:
                answer = partial(self._samples, request, identifier)
            case ["garden", "v2", "configuration"]:
                answer = partial(self._configuration, request)
            case _ if make := self._contents.get("/".join(parts)):
                answer = partial(self._cached, request.path, make)
            case _:
                return self._error(404, "There is no such address.")
        if not self.tokens.good(request.headers.get("Authorization")):
            return self._error(401, "The access token is invalid or has expired.")
        if request.method != "GET":
            return self._error(405, "The method is not allowed.")
        return answer()

    @property
    def _contents(self) -> Mapping[str, Callable[[], Record]]:
        garden = self.garden
        return {
            "user/v1/verify": dict,
            "user/v1/versions": dict,
            "user/v4/profile": lambda: wire.profile(_EMAIL),
            "garden/v1/status": lambda: {
                "locations": [
                    wire.status(garden, spot) for spot in garden.spots.values()
                ]
            },
        }

    def _configuration(self, request: web.BaseRequest) -> web.Response:
        signed = request.query.get("include_s3_urls") in ("1", "true")
        address = self._address if signed else str
        return self._cached(
            f"{self.url} {signed}",
            lambda: {
                "locations": [
                    wire.configuration(self.garden, spot, address)
                    for spot in self.garden.spots.values()
                ]
            },
        )

    def _samples(self, request: web.BaseRequest, identifier: str) -> web.Response:
        spot = self.garden.spots.get(identifier)
        if spot is None:
            return self._error(404, "There is no such location.")
        now = self.garden.now()
        end = _moment(request.query.get("to_datetime_utc"), now)
        start = _moment(request.query.get("from_datetime_utc"), (end or now) - DAY)
        if start is None or end is None or end < start:
            return self._error(400, "The times can not be read.")
        if end - start > _MAX_DAYS * DAY:
            # As Parrot's own tool expects it: an error that looks well to HTTP.
            return self._error(200, "The from/to should not exceed 10 days.", code=501)
        return self._cached(
            request.path_qs, lambda: wire.samples(self.garden, spot, start, end)
        )

    def _cached(self, question: str, make: Callable[[], Record]) -> web.Response:
        """Return an answer, made once for each state of the garden."""
        state = self.garden.state()
        if state != self._answers_of or len(self._answers) > _KEPT_ANSWERS:
            self._answers.clear()
            self._answers_of = state
        if (body := self._answers.get(question)) is None:
            body = self._answers[question] = wire.envelope(self.garden, make())
        return wire.respond(body)

    async def _token(self, request: web.BaseRequest) -> web.Response:
        if request.method not in self.methods:
            return self._error(405, "The method is not allowed.")
        form = dict(parse_qsl(await request.text())) | dict(request.query)
        try:
            return wire.respond(dump(self.tokens.grant(form)))
        except TokenError as refused:
            body: Json = {
                "error": refused.error,
                "error_description": refused.description,
            }
            return wire.respond(dump(body), 400)

    def _picture(self, request: web.BaseRequest, name: str) -> web.Response:
        """Answer as the store of the pictures: the address is all that it wants to see."""
        image = name.removesuffix(".png")
        if "Authorization" in request.headers:
            return web.Response(status=400, text="Only one auth mechanism allowed")
        if request.query.get("Signature") != pictures.signature(self.seed, image):
            return web.Response(status=403, text="AccessDenied")
        return web.Response(body=pictures.paint(image), content_type="image/png")

    def _address(self, image: str) -> str:
        signature = pictures.signature(self.seed, image)
        query = f"Expires={pictures.EXPIRES}&Signature={signature}"
        return f"{self.url}/pictures/{image}.png?{query}"

    def _error(
        self, status: int, message: str, code: int | None = None
    ) -> web.Response:
        errors: list[Json] = [{"error_code": code or status, "error_message": message}]
        return wire.respond(wire.envelope(self.garden, {}, errors), status)


def _moment(text: str | None, default: float) -> float | None:
    """Read a time of a query; None when it can not be read."""
    return default if text is None else epoch(text)
