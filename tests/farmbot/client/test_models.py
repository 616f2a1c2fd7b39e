"""The models on answers as the vendor documents them, and on whatever may be sent."""

from datetime import UTC, datetime

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.enums import LenientEnum
from custom_components.habitat.cloud.models import private_values, public_fields
from custom_components.habitat.cloud.parsing import parse
from custom_components.habitat.cloud.report import ParseReport
from custom_components.habitat.farmbot.client import enums as words, models
from custom_components.habitat.farmbot.client.api import RESOURCES, Resource
from custom_components.habitat.farmbot.client.enums import (
    Channel,
    CurveType,
    DayOperator,
    PlantStage,
    PointerType,
    SortType,
)
from custom_components.habitat.farmbot.client.models import (
    Alert,
    Criteria,
    CriteriaDay,
    Curve,
    FarmBotDevice,
    FarmEvent,
    FirmwareConfig,
    Image,
    Log,
    Peripheral,
    Point,
    PointGroup,
    Sequence,
    StorageAuth,
    Telemetry,
    Tool,
    User,
    Variable,
    WebcamFeed,
)
from tests.farmbot.answers import DEVICE, DOCUMENTS, POINTS, SEQUENCE, UNIX
from tests.support.strategies import BOUNDED, check_model, odd_json

JSON = odd_json("2026-03-01T08:00:00.000Z", "Plant", "planted", "0x5", UNIX, -1, 23.85)
MODELS = sorted(
    (
        item
        for item in vars(models).values()
        if isinstance(item, type) and item.__module__ == models.__name__
    ),
    key=lambda item: item.__name__,
)
REQUIRED: dict[str, Json] = {"id": 1, "label": "where"}
MOMENT = datetime(2026, 3, 1, 8, tzinfo=UTC)


def read[T](kind: type[T], raw: dict[str, Json]) -> T:
    """Read what has nothing odd about it."""
    report = ParseReport("test")
    record = parse(kind, raw, report)
    assert record is not None
    assert not report.counts
    return record


def first(path: str) -> dict[str, Json]:
    """Return the first example of a resource."""
    document = DOCUMENTS[path]
    found = document[0] if isinstance(document, list) else document
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("kind", MODELS)
@given(data=st.data())
@BOUNDED
def test_anything(kind: type[object], data: st.DataObject) -> None:
    """Whatever is sent, the models keep what can be kept."""
    check_model(kind, REQUIRED, JSON, data)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)
def test_examples(resource: Resource[object]) -> None:
    """Every resource's example is read without anything odd about it."""
    document = DOCUMENTS[resource.path]
    for raw in document if isinstance(document, list) else [document]:
        assert isinstance(raw, dict)
        assert read(resource.model, raw) == read(resource.model, dict(raw))


@pytest.mark.parametrize(
    "kind",
    [FarmBotDevice, Point, Tool, Sequence, Variable, models.FeaturedSequence],
)
@pytest.mark.parametrize("odd", [None, {}, []])
def test_required(kind: type[object], odd: Json) -> None:
    """A record without what makes it one is dropped and counted."""
    report = ParseReport("test")
    assert parse(kind, dict.fromkeys(REQUIRED, odd), report) is None
    assert sum(report.counts.values()) == 1


def test_words() -> None:
    """No vocabulary has the same word twice, and unknown words read as None."""
    found = [
        item
        for item in vars(words).values()
        if isinstance(item, type)
        and issubclass(item, LenientEnum)
        and item is not LenientEnum
    ]
    assert len(found) > 20
    for vocabulary in found:
        assert vocabulary.read("of another planet") is None
        assert all(vocabulary.read(word.value.upper()) is word for word in vocabulary)


def test_device() -> None:
    """Coordinates on earth come as text; what is personal is private."""
    robot = read(FarmBotDevice, DEVICE)
    assert (robot.id, robot.fbos_version, robot.rpi) == (77, "15.4.11", "4")
    assert (robot.lat, robot.lng) == (59.9, 10.7)
    assert robot.last_saw_api == MOMENT
    assert set(private_values(robot)) == {
        *("Robin's bed", "Europe/Oslo", "FB-1", "00c0ffee"),
        *(59.9, 10.7),
    }


@pytest.mark.parametrize("value", [UNIX, float(UNIX), "2026-03-01T08:00:00.000Z"])
@pytest.mark.parametrize("kind", [Alert, Log, Telemetry])
def test_unix_time(kind: type[Alert | Log | Telemetry], value: Json) -> None:
    """Some resources are made at a number of seconds."""
    assert read(kind, {"id": 1, "created_at": value}).created_at == MOMENT


@pytest.mark.parametrize("value", [True, 1e300, "soon", [], {"s": 1}])
def test_no_time(value: Json) -> None:
    """What is no time is none, and counted."""
    report = ParseReport("test")
    alert = parse(Alert, {"id": 1, "created_at": value}, report)
    assert alert == Alert(id=1)
    assert report.counts == {"Alert.created_at": 1}


@pytest.mark.parametrize(
    ("value", "bits"), [("0x0", 0), ("0x50005", 0x50005), (5, 5), ("five", None)]
)
def test_throttled(value: Json, bits: int | None) -> None:
    """The bit field is written in hexadecimal."""
    record = parse(Telemetry, {"id": 1, "throttled": value}, ParseReport("test"))
    assert record is not None
    assert record.throttled == bits


def test_points() -> None:
    """All four kinds are one model."""
    plant, soil, weed, slot = (
        read(Point, raw) for raw in POINTS if isinstance(raw, dict)
    )
    assert plant.pointer_type is PointerType.PLANT
    assert (plant.plant_stage, plant.planted_at) == (PlantStage.PLANTED, MOMENT)
    assert (plant.x, plant.meta) == (100.0, {"bed": "3"})
    assert not plant.at_soil_level
    assert soil.at_soil_level
    assert soil.z == -480.25
    assert weed.plant_stage is PlantStage.PENDING
    assert (slot.tool_id, slot.pullout_direction, slot.gantry_mounted) == (5, 1, False)


def test_odd_meta() -> None:
    """What is no text in meta is left out; meta that is none is empty, and counted."""
    assert read(Point, {"id": 1, "meta": {"a": [], "b": 5, "c": None}}).meta == {
        "b": "5"
    }
    report = ParseReport("test")
    assert parse(Point, {"id": 1, "meta": "no"}, report) == Point(id=1)
    assert report.counts == {"Point.meta": 1}


def test_criteria() -> None:
    """What makes a point belong to a group."""
    group = read(PointGroup, first("point_groups"))
    assert (group.point_ids, group.sort_type) == ((1, 2), SortType.YX_ASCENDING)
    assert group.criteria == Criteria(
        day=CriteriaDay(op=DayOperator.YOUNGER, days_ago=10),
        string_eq={"openfarm_slug": ("carrot",), "meta.bed": ("3",)},
        number_eq={"z": (0, 1)},
        number_lt={"x": 400},
        number_gt={"x": 1.5},
    )
    assert read(PointGroup, {"id": 1, "criteria": {}}).criteria == Criteria()
    assert read(PointGroup, {"id": 1, "criteria": {"day": None}}).criteria == Criteria()


@pytest.mark.parametrize(
    "odd",
    [
        "all",
        {"day": 5},
        {"day": {"op": "=", "days_ago": 3}},
        {"day": {"op": [], "days_ago": 3}},
        {"day": {"op": "<", "days_ago": "three"}},
        {"string_eq": ["openfarm_slug"]},
        {"string_eq": {"openfarm_slug": "carrot"}},
        {"string_eq": {"openfarm_slug": [["carrot"]]}},
        {"number_eq": {"z": [None]}},
        {"number_lt": {"x": "far"}},
    ],
)
def test_odd_criteria(odd: Json) -> None:
    """Criteria that cannot be read whole let nobody in: half of them would let in too many."""
    report = ParseReport("test")
    raw: dict[str, Json] = {"id": 1, "point_ids": [7], "criteria": odd}
    assert parse(PointGroup, raw, report) == PointGroup(id=1, point_ids=(7,))
    assert report.counts == {"PointGroup.criteria": 1}


def test_curve() -> None:
    """A curve's days are numbers in their order."""
    curve = read(Curve, first("curves"))
    assert curve.type is CurveType.WATER
    assert list(curve.data.items()) == [(1, 50.0), (20, 250.0)]


@pytest.mark.parametrize("odd", [5, {"soon": 1}, {"1": "much"}])
def test_odd_curve(odd: Json) -> None:
    """A curve with an odd point is none."""
    report = ParseReport("test")
    assert parse(Curve, {"id": 1, "data": odd}, report) == Curve(id=1)
    assert report.counts == {"Curve.data": 1}


def test_variables() -> None:
    """A sequence asks for what is declared as a parameter, and keeps the rest to itself."""
    sequence = read(Sequence, SEQUENCE)
    assert sequence.variables == (
        Variable(
            label="where",
            kind="coordinate",
            default='{"kind":"coordinate","args":{"x":1,"y":2,"z":3}}',
        ),
    )
    assert sequence.body == '[{"kind":"wait","args":{"milliseconds":100}}]'
    assert sequence.sequence_versions == (3, 4)
    version = read(models.SequenceVersion, first("sequence_versions"))
    assert version.variables == sequence.variables


def declared(*args: Json) -> Json:
    """Return the arguments of a sequence that declares parameters."""
    body: list[Json] = [
        {"kind": "parameter_declaration", "args": item} for item in args
    ]
    return {"locals": {"body": body}}


@pytest.mark.parametrize(
    ("args", "variables"),
    [
        (None, ()),
        ("odd", ()),
        ({"locals": []}, ()),
        ({"locals": {"body": {"kind": "parameter_declaration"}}}, ()),
        ({"locals": {"body": ["odd", {"kind": "parameter_declaration"}]}}, ()),
        (declared("odd", {"label": ""}, {"label": []}), ()),
        (declared({"label": "a"}), (Variable(label="a"),)),
        (
            declared({"label": "a", "default_value": {"kind": 5}}),
            (Variable(label="a", kind="5", default='{"kind":5}'),),
        ),
    ],
)
def test_odd_variables(args: Json, variables: tuple[Variable, ...]) -> None:
    """Declarations of any shape declare what can be read."""
    assert read(Sequence, {"id": 1, "args": args}).variables == variables


def test_nodes() -> None:
    """CeleryScript is kept as text; what is none is counted."""
    event = read(FarmEvent, first("farm_events"))
    assert event.body is not None
    assert event.body.startswith('[{"kind":"parameter_application"')
    assert read(FarmEvent, {"id": 1, "body": []}).body == "[]"
    report = ParseReport("test")
    assert parse(FarmEvent, {"id": 1, "body": "no"}, report) == FarmEvent(id=1)
    assert report.counts == {"FarmEvent.body": 1}


def test_axes() -> None:
    """An axis is as long as its steps say; 0 steps is a length that nobody set."""
    config = read(FirmwareConfig, first("firmware_config"))
    assert config.length("x") == 2900
    assert config.length("y") is None
    assert config.length("z") is None


def test_images() -> None:
    """A photo on its way has a placeholder's address."""
    found = DOCUMENTS["images"]
    assert isinstance(found, list)
    there, coming = (read(Image, raw) for raw in found if isinstance(raw, dict))
    assert there.processed
    assert (there.meta.x, there.meta.y, there.meta.name) == (10, 20.5, "photo")
    assert not coming.processed
    assert coming.attachment_url is not None


def test_log() -> None:
    """The broker's logs are those of the server without an id."""
    raw = {name: value for name, value in first("logs").items() if name != "id"}
    log = read(Log, raw)
    assert log.id is None
    assert log.channels == (Channel.TOAST, Channel.EMAIL)


@pytest.mark.parametrize(("mode", "analog"), [(0, False), (1, True), (None, False)])
def test_mode(mode: Json, analog: bool) -> None:
    """Analog is what is said to be."""
    assert read(Peripheral, {"id": 1, "mode": mode}).analog is analog


@pytest.mark.parametrize(
    ("kind", "path", "secrets"),
    [
        (User, "users", {"Robin", "robin@example.com"}),
        (WebcamFeed, "webcam_feeds", {"http://192.0.2.4/cam.jpg", "Bed"}),
        (models.FarmwareEnv, "farmware_envs", {"USB"}),
        (Image, "images", {"https://storage.example.com/11.jpg", "photo"}),
    ],
)
def test_private(kind: type[object], path: str, secrets: set[str]) -> None:
    """What is somebody's own stays out of diagnostics."""
    record = read(kind, first(path))
    assert set(private_values(record)) == secrets
    public = {value for _, value in public_fields(record) if isinstance(value, str)}
    assert not public & secrets


def test_upload_is_private() -> None:
    """The signature of an upload is a secret with all around it."""
    leave = read(StorageAuth, first("storage_auth"))
    assert list(private_values(leave)) == [leave.form_data]
    assert leave.form_data["signature"] == "s3cret"
