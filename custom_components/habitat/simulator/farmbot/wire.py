"""Records as answers and sync messages have them."""

from collections.abc import Mapping

from aiohttp import web

from ..core.documents import Json, Record, dump, number
from .resources import Resource
from .world import World

PENDING = "pending_url"
"""Where a picture is that the server has not fetched yet; it keeps that to itself."""
LOCKED_OUT: Record = {
    "error": {"jwt": "Please log out and try again.", "strategy": "jwt"}
}
NO_TOKEN: Record = {
    "error": "You failed to authenticate with the API. Ensure that you  provide a JSON Web Token"
    " in the `Authorization:` header."
}
TERMS: Record = {"error": "all device users must agree to terms of service."}
UNVERIFIED: Record = {"error": "You can't perform that action. Verify account first"}
NO_USER: Record = {
    "error": "API requests need a `user` attribute that is a JSON object."
}
NOT_JSON: Record = {
    "error": "That request was not valid JSON. Consider checking the request body with a JSON"
    " validator."
}
ONLY_JSON: Record = {
    "error": "This is a JSON API. Please use a _valid_ JSON object or array. Validate JSON objects"
    " at https://jsonlint.com/"
}
STALE: Record = {
    "stale_record": "Local data conflicts with remote data. Resolve conflicts and again"
}
GONE: Record = {"error": "Document not found."}
_MESSAGES: Mapping[int, Json] = {
    401: LOCKED_OUT,
    403: {"error": "You can't perform that action."},
    404: GONE,
    422: {"error": "Validation failed."},
    451: TERMS,
}


class RefusedError(Exception):
    """The server says no."""

    def __init__(self, status: int, body: Json = None) -> None:
        """Keep the status and the body, by default the usual one."""
        super().__init__(status)
        self.status = status
        self.body = _MESSAGES.get(status) if body is None else body


def respond(document: Json, status: int = 200) -> web.Response:
    """Return a JSON document."""
    return web.Response(
        body=dump(document), status=status, content_type="application/json"
    )


def refusal(status: int) -> web.Response:
    """Return the usual answer of a status; the limiter speaks plain text."""
    if status == 429:
        return web.Response(status=429, text="Retry later\n")
    return respond(_MESSAGES.get(status, {"error": "Internal server error"}), status)


def record(world: World, resource: Resource, kept: Record) -> Record:
    """Return a record as the API answers with it."""
    if resource.path == "tools":
        slots = world.tables["points"].values()
        sits = any(slot.get("tool_id") == kept["id"] for slot in slots)
        return {**kept, "status": "active" if sits else "inactive"}
    if resource.path == "images":
        return {name: value for name, value in kept.items() if name != PENDING}
    if resource.path == "points" and kept.get("pointer_type") == "Plant":
        return {**kept, **{axis: _rounded(kept[axis]) for axis in "xyz"}}
    return kept


def sync_body(world: World, resource: Resource, kept: Record | None) -> Json:
    """Return a record as sync messages tell of it; None is one that is gone."""
    if kept is None:
        return None
    if resource.path == "tools":
        # The server looks for the slot only when it is asked.
        return {**kept, "status": "inactive"}
    return record(world, resource, kept)


def found_points(world: World, query: Record) -> list[Record]:
    """Return the points that a search finds; `meta` and texts match exactly."""
    return [
        point
        for point in world.rows("points")
        if all(_fits(point.get(name), value) for name, value in query.items())
    ]


def found_logs(world: World, query: Mapping[str, str]) -> list[Record]:
    """Return the logs that a search finds, newest first."""
    settings = world.single("web_app_config")
    return [
        log
        for log in reversed(world.rows("logs"))
        if all(str(log.get(name)) == value for name, value in query.items())
        and number(log["verbosity"], 1) <= number(settings.get(f"{log['type']}_log"), 3)
    ]


def matching(resource: Resource, world: World, filter_: str | None) -> list[Record]:
    """Return the records of a list in its order, with those of points that a filter keeps."""
    rows = world.rows(resource.path)
    if resource.path == "points" and filter_ != "all":
        gone = filter_ == "old"
        rows = [row for row in rows if bool(row.get("discarded_at")) == gone]
    if resource.newest_first:
        rows.reverse()
    return rows[: resource.cap]


def _fits(value: Json, wanted: Json) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            value.get(name) == each for name, each in wanted.items()
        )
    return value == wanted


def _rounded(value: Json) -> Json:
    return round(value) if isinstance(value, float) else value
