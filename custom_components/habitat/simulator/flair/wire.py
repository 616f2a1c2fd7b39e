"""JSON:API as Flair writes it: paging lives in `meta`, links are paths."""

from collections.abc import Sequence
from itertools import islice
from urllib.parse import urlencode

from aiohttp import web

from ..core.documents import Json, Record, dump, moment
from ..core.noise import fraction
from ..core.statuses import reason
from . import live
from .readings import HISTORY_SECONDS, VIEWS, View
from .schema import RELATIONS, Many, One, Relation
from .world import REPORT_SECONDS, Resource, World

PAGE_SIZE = 50
_JSON = {"Content-Type": "application/json; charset=utf-8"}


def respond(body: bytes, status: int = 200) -> web.Response:
    """Return an answer with the cloud's headers; reason phrases are upper case."""
    return web.Response(
        body=body, status=status, reason=reason(status).upper(), headers=_JSON
    )


def error(status: int, detail: Json = None, title: str | None = None) -> web.Response:
    """Return an error answer."""
    phrase = reason(status)
    entry: Json = {
        "title": title or phrase,
        "status": str(status),
        "detail": phrase if detail is None else detail,
    }
    return respond(dump({"errors": [entry]}), status)


def root() -> Record:
    """Return the listing of all types."""
    return {
        "links": {kind: {"self": f"/api/{kind}", "type": kind} for kind in RELATIONS}
    }


def single(path: str, document: Json) -> Record:
    """Return the envelope of one resource."""
    return {"meta": {"self": path}, "data": document}


def page(path: str, rows: Sequence[Json], total: int, size: int, number: int) -> Record:
    """Return the envelope of one page; `rows` are those of the page, `total` counts all."""
    last = max(1, -(-total // size))

    def link(target: int) -> str:
        return f"{path}?" + urlencode(
            {"include": "", "page[size]": size, "page[page]": target}
        )

    meta: Record = {
        "self": link(number),
        "first": link(1),
        "last": link(last),
        "next": link(number + 1) if number < last else None,
        "prev": link(number - 1) if number > 1 else None,
    }
    return {"meta": meta, "data": list(rows)}


def document(world: World, resource: Resource, at: float) -> Record:
    """Return one resource as it is at a time."""
    return {
        "id": resource.id,
        "type": resource.type,
        "attributes": live.attributes(world, resource, at),
        "relationships": relationships(world, resource),
    }


def relationships(world: World, resource: Resource) -> Record:
    """Return all relationships of a resource, readings and histories included."""
    base = f"/api/{resource.type}/{resource.id}"
    found: Record = {}
    for name, relation in RELATIONS[resource.type].items():
        if isinstance(relation, Many):
            found[name] = _links(base, name)
            if relation.data:
                found[name] = {
                    **_links(base, name),
                    "data": [identifier(item) for item in world.many(resource, name)],
                }
        elif name in resource.relations:
            shown = relation.listed or name
            found[shown] = {
                **_links(base, shown),
                "data": _pointer(resource, name, relation),
            }
    for kind, name in VIEWS:
        if kind == resource.type:
            found[name] = _links(base, name)
    if resource.type == "vents":
        found["current-state"] = _links(base, "current-state")
    return found


def identifier(resource: Resource) -> Record:
    """Return what points to a resource."""
    return {"type": resource.type, "id": resource.id}


def relation_named(kind: str, name: str) -> tuple[str, Relation] | None:
    """Return our own name and the relation that is on the wire as `name`."""
    for key, relation in RELATIONS[kind].items():
        if name == (
            relation.listed if isinstance(relation, One) and relation.listed else key
        ):
            return key, relation
    return None


def reading(world: World, resource: Resource, name: str, view: View) -> Record | None:
    """Return the newest reading under a resource, if it has any."""
    return _reading(world, resource, name, view, float(world.reported()))


def history(
    world: World, resource: Resource, name: str, view: View, size: int, number: int
) -> tuple[list[Json], int]:
    """Return one page of a resource's readings, newest first, and how many there are."""
    step = view.step or REPORT_SECONDS
    newest = world.reported() // step * step
    total = HISTORY_SECONDS // step
    times = (float(newest - step * index) for index in range(total))
    start = (number - 1) * size
    found: list[Json] = []
    for at in islice(times, start, start + size):
        if (record := _reading(world, resource, name, view, at)) is None:
            return [], 0
        found.append(record)
    return found, total


def _reading(
    world: World, resource: Resource, name: str, view: View, at: float
) -> Record | None:
    if resource.traits.get("silent"):
        return None
    at = world.heard(resource, at)
    values = view.read(world, resource, at)
    identity = int(
        fraction(world.seed, resource.type, resource.id, name, int(at)) * 1e12
    )
    created = {"created-at": moment(live.report_time(world, resource, at))}
    return {
        "id": str(identity),
        "type": view.type,
        "attributes": {**created, **values, **resource.pinned_reading},
        "relationships": {},
    }


def _pointer(resource: Resource, name: str, relation: One) -> Json:
    target = resource.relations[name]
    pointer: Json = None
    if target is not None or f"{name} null id" in resource.traits:
        pointer = {"type": relation.target, "id": target}
    if relation.listed:
        return [pointer] if pointer else []
    return pointer


def _links(base: str, name: str) -> Record:
    return {
        "links": {"self": f"{base}/relationships/{name}", "related": f"{base}/{name}"},
    }
