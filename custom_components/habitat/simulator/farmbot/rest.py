"""The verbs of the REST API on the records of a world."""

from collections.abc import Callable, Mapping
from copy import deepcopy
import re
from typing import cast

from ..core.documents import Json, Record, dump, epoch, number
from . import wire
from .resources import POINT_FIELDS, RESOURCES, UNSTORED, Resource, complaint, fields_of
from .wire import RefusedError
from .world import World, stamp

_MINUTE = 60.0
_COMMON = frozenset({"id", "created_at", "updated_at", "device_id"})


class Rest:
    """What happens to records when clients ask for it."""

    def __init__(self, world: World, placeholder: Callable[[], str]) -> None:
        """Take the world, and what gives the address of a picture that is not there yet."""
        self.world = world
        self.placeholder = placeholder

    def index(self, resource: Resource, query: Mapping[str, str]) -> Json:
        """Return a list, or a page of it."""
        if resource.path == "farm_events":
            self._drop_expired()
        rows = wire.matching(resource, self.world, query.get("filter"))
        if "page" in query and "per" in query:
            if resource.path == "tools":
                # The list is no relation that could be cut into pages.
                raise RefusedError(500, {"error": "Internal server error"})
            if resource.pages:
                page, per = _positive(query["page"]), _positive(query["per"])
                rows = rows[(page - 1) * per : page * per]
        return [wire.record(self.world, resource, row) for row in rows]

    def show(self, resource: Resource, identity: str) -> Json:
        """Return one record."""
        return wire.record(self.world, resource, self.find(resource, identity))

    def create(self, resource: Resource, body: Record, label: str) -> Json:
        """Make a record."""
        if errors := complaint(resource, body, whole=True):
            raise RefusedError(422, errors)
        kept = self.world.tables[resource.path]
        if resource.cap and len(kept) >= resource.cap and not resource.newest_first:
            raise RefusedError(422, _full(resource))
        fields = _writable(resource, body)
        self._judge(resource, {**body, **fields})
        if prepare := _PREPARE.get(resource.path):
            prepare(self, fields)
        made = self.world.create(resource.path, label, **fields)
        if resource.path == "logs" and made["type"] in UNSTORED:
            self.world.forget("logs", cast(int, made["id"]))
        return wire.record(self.world, resource, made)

    def update(
        self, resource: Resource, identity: str, body: Record, label: str
    ) -> Json:
        """Change a record."""
        record = self.find(resource, identity)
        known = {"pointer_type": record["pointer_type"]} if _is_point(record) else {}
        body = {**body, **known}
        if errors := complaint(resource, body, whole=False):
            raise RefusedError(422, errors)
        fields = _writable(resource, body)
        if body.get("updated_at") not in (None, record["updated_at"]) and (
            len(fields) > 1
        ):
            raise RefusedError(409, wire.STALE)
        if isinstance(meta := fields.get("meta"), dict) and resource.path == "points":
            fields["meta"] = {**cast(Record, record.get("meta") or {}), **meta}
        if prepare := _PREPARE.get(resource.path):
            prepare(self, fields)
        self._judge(resource, {**record, **fields})
        changed = self.world.change(
            resource.path, cast(int, record["id"]), label, **fields
        )
        return wire.record(self.world, resource, changed)

    def delete(self, resource: Resource, identities: str, label: str) -> None:
        """Remove a record, or several whose ids have commas between; a single one is reset."""
        if resource.single:
            record = self.find(resource, "")
            fields = {
                name: deepcopy(item.default) for name, item in resource.fields.items()
            }
            self.world.change(resource.path, cast(int, record["id"]), label, **fields)
            return
        if identities == "all":
            identities = ",".join(map(str, self.world.tables[resource.path]))
        found = [
            cast(int, self.find(resource, each)["id"])
            for each in identities.split(",")
            if each
        ]
        for identity in found:
            if used := in_use(self.world, resource, identity):
                raise RefusedError(422, used)
        for identity in found:
            self.world.remove(resource.path, identity, label)

    def find(self, resource: Resource, identity: str) -> Record:
        """Return the kept record of an address.

        Raises:
            RefusedError: there is none.
        """
        if resource.single:
            return self.world.single(resource.path)
        table = self.world.tables[resource.path]
        if not identity.isdecimal() or int(identity) not in table:
            raise RefusedError(404)
        return table[int(identity)]

    def _judge(self, resource: Resource, record: Record) -> None:
        """Check what a record says of others.

        Raises:
            RefusedError: they are not there.
        """
        judge = _JUDGES.get(resource.path)
        if judge is not None and (wrong := judge(self.world, record)):
            raise RefusedError(422, wrong)

    def snapshot_garden(self, body: Record, label: str) -> Json:
        """Save the plants as they are as a garden."""
        fields: Record = {"name": body.get("name") or "Saved Garden"}
        garden = self.world.create("saved_gardens", label, **fields)
        for plant in self._plants():
            kept = ("radius", "x", "y", "z", "name", "openfarm_slug")
            template = {name: plant.get(name) for name in kept}
            self.world.create(
                "plant_templates", label, saved_garden_id=garden["id"], **template
            )
        return garden

    def apply_garden(self, identity: str, label: str, *, instead: bool) -> None:
        """Plant a saved garden, beside the plants that are there or instead of them."""
        garden = self.find(RESOURCES["saved_gardens"], identity)
        if instead:
            for plant in self._plants():
                self.world.remove("points", cast(int, plant["id"]), label)
        for template in self.world.rows("plant_templates"):
            if template["saved_garden_id"] == garden["id"]:
                kept = ("radius", "x", "y", "z", "name", "openfarm_slug")
                fields = {name: template[name] for name in kept}
                self.world.create("points", label, pointer_type="Plant", **fields)

    def publish_sequence(self, identity: str, label: str) -> Json:
        """Share a sequence as its next version."""
        sequence = self.find(RESOURCES["sequences"], identity)
        kept = ("name", "description", "args", "body")
        version = self.world.create(
            "sequence_versions", label, **{name: sequence[name] for name in kept}
        )
        before = cast(list[Json], sequence["sequence_versions"])
        return self.world.change(
            "sequences",
            cast(int, sequence["id"]),
            label,
            sequence_versions=[*before, version["id"]],
        )

    def unpublish_sequence(self, identity: str, label: str) -> Json:
        """Share a sequence no more."""
        sequence = self.find(RESOURCES["sequences"], identity)
        return self.world.change(
            "sequences", cast(int, sequence["id"]), label, sequence_versions=[]
        )

    def install_sequence(self, version: str, label: str) -> Json:
        """Make a sequence of one that somebody shares."""
        shared = self.find(RESOURCES["sequence_versions"], version)
        kept = ("name", "description", "args", "body")
        return self.world.create(
            "sequences",
            label,
            forked=False,
            sequence_version_id=shared["id"],
            **{name: shared[name] for name in kept},
        )

    def upgrade_sequence(self, identity: str, version: str, label: str) -> Json:
        """Bring a sequence to a version that somebody shares."""
        shared = self.find(RESOURCES["sequence_versions"], version)
        sequence = self.find(RESOURCES["sequences"], identity)
        return self.world.change(
            "sequences",
            cast(int, sequence["id"]),
            label,
            forked=False,
            sequence_version_id=shared["id"],
            args=shared["args"],
            body=shared["body"],
        )

    def _plants(self) -> list[Record]:
        return [p for p in self.world.rows("points") if p["pointer_type"] == "Plant"]

    def _drop_expired(self) -> None:
        """Destroy what is over, as reading the list does once the device knows its time zone."""
        if not self.world.device.get("timezone"):
            return
        now = self.world.clock()
        for event in self.world.rows("farm_events"):
            end = epoch(event.get("end_time"))
            if end is not None and end < now:
                self.world.remove("farm_events", cast(int, event["id"]))


def _farm_event(_: Rest, fields: Record) -> None:
    start = epoch(fields.get("start_time"))
    if start is None:
        return
    if fields.get("time_unit", "never") == "never" or not fields.get("end_time"):
        fields["end_time"] = stamp(start + _MINUTE)


def _image(rest: Rest, fields: Record) -> None:
    """Show a stand-in until the picture itself was fetched."""
    fields[wire.PENDING] = fields["attachment_url"]
    fields["attachment_url"] = rest.placeholder()


def _pin_binding(_: Rest, fields: Record) -> None:
    special = bool(fields.get("special_action"))
    fields["binding_type"] = "special" if special else "standard"


def _point(_: Rest, fields: Record) -> None:
    if isinstance(meta := fields.get("meta"), dict):
        fields["meta"] = {
            name: None if value is None else _hstore(value)
            for name, value in meta.items()
        }


def _reading(rest: Rest, fields: Record) -> None:
    fields.setdefault("read_at", stamp(rest.world.clock()))


def _regimen(rest: Rest, fields: Record) -> None:
    """Number the items anew: a write replaces all of them."""
    items = fields.get("regimen_items")
    if isinstance(items, list):
        fields["regimen_items"] = [
            {
                "id": rest.world.identity(),
                "sequence_id": item.get("sequence_id"),
                "time_offset": item.get("time_offset"),
            }
            for item in items
            if isinstance(item, dict)
        ]


def _full(resource: Resource) -> Record:
    match resource.path:
        case "points":
            return {
                "point_limit": "Your device has hit the max limit for point usage (currently"
                f" {resource.cap}). Please delete unused map points and plants to create more "
            }
        case "farmware_envs":
            return {
                "configs": f"You are over the limit of {resource.cap} Farmware Envs."
            }
        case path:
            return {path: f"Limit of {resource.cap} reached"}


def _judge_point(world: World, record: Record) -> Record:
    if record.get("pointer_type") not in POINT_FIELDS:
        return {
            "pointer_type": "Please provide a JSON object with a `pointer_type` that matches one of"
            f" the following values: {', '.join(sorted(POINT_FIELDS))}"
        }
    wrong: Record = {
        name: "Curve ID is not valid"
        for name in ("water_curve_id", "spread_curve_id", "height_curve_id")
        if record.get(name) and record[name] not in world.tables["curves"]
    }
    tool = record.get("tool_id")
    if record.get("pointer_type") == "ToolSlot" and (
        tool and tool not in world.tables["tools"]
    ):
        wrong["tool_id"] = f"Can't find tool with id {tool}"
    return wrong


def _judge_event(world: World, record: Record) -> Record:
    path = "regimens" if record.get("executable_type") == "Regimen" else "sequences"
    if record.get("executable_id") not in world.tables[path]:
        return {
            "farm_event": "An event requires a sequence or regimen. Provided values were either"
            " not present, or not valid."
        }
    start, end = epoch(record.get("start_time")), epoch(record.get("end_time"))
    if None not in (start, end) and number(start, 0) > number(end, 0):
        return {
            "end_time": "This event starts before it ends. Did you flip the start and end times?"
        }
    return {}


def _judge_log(_: World, record: Record) -> Record:
    if _PRIVATE.search(str(record.get("message")).upper()):
        return {"log": "Log message contained EXCLUDEed words"}
    return {}


_PRIVATE = re.compile("WPA|PSK|PASSWORD|NERVES")
_JUDGES: Mapping[str, Callable[[World, Record], Record]] = {
    "farm_events": _judge_event,
    "logs": _judge_log,
    "points": _judge_point,
}
"""What the server says of records that name others which are not there."""


def in_use(world: World, resource: Resource, identity: int) -> Record | None:
    """Return why a record can not be destroyed yet."""
    if resource.path == "tools":
        if any(slot.get("tool_id") == identity for slot in world.rows("points")):
            return {
                "tool": "Can't delete tool or seed container because it is still in a slot. Please"
                " remove it from the slot first."
            }
    elif resource.path == "sequences":
        users = [
            f" the following {path}: {', '.join(names)}"
            for path, names in _users(world, identity).items()
            if names
        ]
        if users:
            return {"sequence": f"Sequence is still in use by{' and'.join(users)}"}
    return None


def _users(world: World, sequence: int) -> dict[str, list[str]]:
    """Return the names of what runs a sequence, by what it is."""
    events = [
        str(event["start_time"])[:10]
        for event in world.rows("farm_events")
        if (event["executable_type"], event["executable_id"]) == ("Sequence", sequence)
    ]
    regimens = [
        str(regimen["name"])
        for regimen in world.rows("regimens")
        if any(
            isinstance(item, dict) and item.get("sequence_id") == sequence
            for item in cast(list[Json], regimen.get("regimen_items") or [])
        )
    ]
    callers = [
        str(row["name"])
        for row in world.rows("sequences")
        if row["id"] != sequence
        and f'"sequence_id":{sequence}}}' in dump(row.get("body")).decode()
    ]
    return {"events": events, "regimens": regimens, "sequences": callers}


type Prepare = Callable[[Rest, Record], None]

_PREPARE: Mapping[str, Prepare] = {
    "farm_events": _farm_event,
    "images": _image,
    "pin_bindings": _pin_binding,
    "points": _point,
    "regimens": _regimen,
    "sensor_readings": _reading,
}
"""What the server makes of the fields of some resources before it keeps them."""


def _writable(resource: Resource, body: Record) -> Record:
    return {
        name: body[name]
        for name, field in fields_of(resource, body).items()
        if name in body and not field.fixed and name not in _COMMON
    }


def _is_point(record: Record) -> bool:
    return "pointer_type" in record


def _positive(text: str) -> int:
    return max(1, int(number(int(text) if text.isdecimal() else None, 1)))


def _hstore(value: Json) -> str:
    """Write a value as the column that holds nothing but texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
