"""What the bed map shows, and its picture."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import re
from time import perf_counter
from xml.etree import ElementTree as ET

from hypothesis import given, strategies as st
import pytest

from custom_components.habitat.farmbot.bed_map import svg as bed_map
from custom_components.habitat.farmbot.bed_map.bed import (
    MAX_PHOTOS,
    Bed,
    CameraFrame,
    Mark,
    Photo,
    Plant,
    Slot,
    Soil,
    Weed,
    bed_of,
)
from custom_components.habitat.farmbot.bed_map.svg import draw
from custom_components.habitat.farmbot.client.enums import (
    Color,
    CurveType,
    PlantStage,
    PointerType,
)
from custom_components.habitat.farmbot.client.models import (
    Curve,
    FarmwareEnv,
    FirmwareConfig,
    Image,
    ImageMeta,
    Point,
    Tool,
    WebAppConfig,
)
from custom_components.habitat.farmbot.client.status import Axes
from custom_components.habitat.farmbot.garden.crops import COLORS, Foliage, crop_named
from tests.support.strategies import BOUNDED

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
HERE = Axes(x=1000, y=400, z=-120)


def plant(x: float, y: float, name: str = "Carrot", **values: object) -> Plant:
    """Return a plant as it stands in a bed."""
    return replace(
        Plant(x, y, 30, 80, name, name.lower(), PlantStage.PLANTED),
        **values,  # type: ignore[arg-type]  # the fields of a plant
    )


FULL = Bed(
    size_x=2900,
    size_y=1230,
    plants=(
        plant(500, 300),
        plant(1500, 300, "Tomato", spread=600, stage=PlantStage.PLANNED),
        plant(2500, 900, "Lettuce", stage=PlantStage.HARVESTED),
        plant(700, 1000, "Basil", stage=None),
    ),
    weeds=(
        Weed(800, 800, 20, PlantStage.PENDING),
        Weed(900, 800, 20, PlantStage.REMOVED),
        Weed(1000, 800, 20, None),
    ),
    marks=(Mark(1800, 900, 50, Color.PURPLE), Mark(1900, 900, 0, None)),
    soil=(Soil(400, 500, -500), Soil(900, 500, -480), Soil(1400, 500, -470)),
    slots=(
        Slot(50, 100, "Seeder", 1, gantry_mounted=False),
        Slot(50, 300, None, 0, gantry_mounted=False),
        Slot(0, 600, "Trough", 3, gantry_mounted=True),
    ),
    photos=(Photo(300, 300), Photo(600, 300)),
    frame=CameraFrame(260, 200, 3, 10, -20),
)


def read(bed: Bed, position: Axes | None = None) -> ET.Element:
    """Draw a bed and read the picture."""
    return ET.fromstring(draw(bed, position))  # noqa: S314 - our own picture


def texts(root: ET.Element) -> list[str]:
    """Return all that is written on a picture."""
    return [found.text or "" for found in root.iter(f"{SVG}text")]


def places(root: ET.Element, symbol: str) -> list[tuple[float, float]]:
    """Return where a symbol was put."""
    found = []
    for use in root.iter(f"{SVG}use"):
        if use.get("href") == f"#{symbol}":
            moved = re.match(
                r"translate\(([-.\d]+),([-.\d]+)\)", use.get("transform", "")
            )
            if moved:
                found.append((float(moved[1]), float(moved[2])))
    return found


# what is in a bed


def test_bed_of_all() -> None:
    """Points, tools, photos and settings become one bed."""
    points = [
        Point(
            id=2,
            pointer_type=PointerType.PLANT,
            name="Left one",
            openfarm_slug="tomato",
            plant_stage=PlantStage.PLANTED,
            radius=40,
            x=100,
            y=200,
        ),
        Point(id=1, pointer_type=PointerType.WEED, radius=-4, x=10, y=20),
        Point(
            id=3,
            pointer_type=PointerType.GENERIC_POINTER,
            meta={"color": "red"},
            x=1,
            y=2,
        ),
        Point(
            id=4,
            pointer_type=PointerType.GENERIC_POINTER,
            meta={"at_soil_level": "true"},
            x=5,
            y=6,
            z=-480,
        ),
        Point(
            id=5,
            pointer_type=PointerType.TOOL_SLOT,
            tool_id=9,
            pullout_direction=1,
            x=50,
            y=60,
        ),
        Point(id=6, pointer_type=PointerType.TOOL_SLOT, tool_id=404, x=50, y=90),
        Point(id=7, pointer_type=PointerType.PLANT, x=None, y=3),
        Point(id=8, pointer_type=PointerType.PLANT, x=1e9, y=3),
        Point(id=9, pointer_type=PointerType.PLANT, x=1, y=3, discarded_at=NOW),
        Point(id=10, x=1, y=3),
    ]
    found = bed_of(reversed(points), [Tool(id=9, name="Seeder")], [], [], None, None)
    assert found.plants == (
        Plant(100, 200, 40, 600, "Left one", "tomato", PlantStage.PLANTED),
    )
    assert found.weeds == (Weed(10, 20, 0, None),)
    assert found.marks == (Mark(1, 2, 0, Color.RED),)
    assert found.soil == (Soil(5, 6, -480),)
    assert found.slots == (
        Slot(50, 60, "Seeder", 1, gantry_mounted=False),
        Slot(50, 90, None, 0, gantry_mounted=False),
    )
    assert found == bed_of(points, [Tool(id=9, name="Seeder")], [], [], None, None)


def test_spread() -> None:
    """A plant's own curve tells its spread, else its crop, and never less than it is."""
    curve = Curve(id=5, type=CurveType.SPREAD, data={1: 50.0, 60: 333.0})
    water = Curve(id=6, type=CurveType.WATER, data={1: 9999.0})
    points = [
        Point(
            id=number,
            pointer_type=PointerType.PLANT,
            openfarm_slug="carrot",
            x=1,
            y=1,
            **values,  # type: ignore[arg-type]  # the fields of a point
        )
        for number, values in enumerate(
            (
                {"spread_curve_id": 5},
                {"spread_curve_id": 6},
                {"spread_curve_id": 404},
                {"radius": 300},
            )
        )
    ]
    found = bed_of(points, [], [], [], None, None, [curve, water])
    assert [plant.spread for plant in found.plants] == [333, 80, 80, 600]


@pytest.mark.parametrize(
    ("axis", "map_size", "used", "expected"),
    [
        (14_500, 2000, 700, 2900),
        (0, 2000, 700, 2000),
        (None, None, 701, 2900),
        (None, None, 3501, 3600),
        (None, None, None, 2900),
        (1, 5, 9, 2900),
        (1e12, 1e12, 1e12, 2900),
        (-5, -5, -5, 2900),
    ],
)
def test_size(
    axis: float | None, map_size: float | None, used: float | None, expected: float
) -> None:
    """A bed is as long as its axis, else as its owner says, else as usual, but as long as it is used."""
    firmware = FirmwareConfig(
        id=1, movement_axis_nr_steps_x=axis, movement_step_per_mm_x=5
    )
    web_app = WebAppConfig(id=1, map_size_x=map_size)
    points = [Point(id=1, pointer_type=PointerType.WEED, x=used, y=0)]
    assert bed_of(points, [], [], [], firmware, web_app).size_x == expected


@pytest.mark.parametrize(
    ("told", "expected"), [(1, 1), (2, 2), (3, 3), (4, 4), (0, 2), (9, 2), (None, 2)]
)
def test_quadrant(told: int | None, expected: int) -> None:
    """Home is in the corner that the web app has it in, at the top left without."""
    web_app = WebAppConfig(id=1, bot_origin_quadrant=told, xy_swap=True)
    found = bed_of([], [], [], [], None, web_app)
    assert found.quadrant == expected
    assert found.xy_swap
    assert not bed_of([], [], [], [], None, None).xy_swap


def image(number: int, x: float | None, y: float | None, age: int = 0) -> Image:
    """Return a photo that arrived."""
    return Image(
        id=number,
        created_at=NOW - timedelta(hours=age),
        attachment_processed_at=NOW,
        attachment_url="https://example.com/photo.jpg",
        meta=ImageMeta(x=x, y=y),
    )


def test_photos() -> None:
    """Each place counts once, the newest first; photos on their way have none."""
    images = [
        image(1, 10, 10, age=9),
        image(2, 20, 20, age=1),
        image(3, 10, 10, age=0),
        image(4, None, 20),
        image(5, 1e9, 20),
        replace(image(6, 30, 30), attachment_processed_at=None),
    ]
    found = bed_of([], [], images, [], None, None)
    assert found.photos == (Photo(10, 10), Photo(20, 20))
    many = [image(number, number, 1, age=number) for number in range(450)]
    photos = bed_of([], [], many, [], None, None).photos
    assert photos == tuple(Photo(number, 1) for number in range(MAX_PHOTOS))


def envs(**values: str | None) -> list[FarmwareEnv]:
    """Return settings of the camera's calibration."""
    return [
        FarmwareEnv(id=number, key=f"CAMERA_CALIBRATION_{name}", value=value)
        for number, (name, value) in enumerate(values.items())
    ]


def test_frame() -> None:
    """A calibrated camera sees so many mm."""
    found = bed_of(
        [],
        [],
        [],
        [
            *envs(
                coord_scale="0.5",
                center_pixel_location_x='"320"',
                center_pixel_location_y="240",
                total_rotation_angle="3.5",
                camera_offset_x="25",
            ),
            FarmwareEnv(id=98, key="camera", value="USB"),
            FarmwareEnv(id=99),
        ],
        None,
        None,
    )
    assert found.frame == CameraFrame(320, 240, 3.5, 25, 0)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"coord_scale": "0.5"},
        {"coord_scale": "0", "center_pixel_location_x": "1"},
        {
            "coord_scale": "-1",
            "center_pixel_location_x": "320",
            "center_pixel_location_y": "240",
        },
        {
            "coord_scale": "none",
            "center_pixel_location_x": None,
            "center_pixel_location_y": "240",
        },
        {
            "coord_scale": "1e300",
            "center_pixel_location_x": "1e300",
            "center_pixel_location_y": "240",
        },
    ],
)
def test_no_frame(settings: dict[str, str | None]) -> None:
    """A camera that nobody calibrated sees nobody knows what."""
    assert bed_of([], [], [], envs(**settings), None, None).frame is None


def test_crops() -> None:
    """Crops look alike every time, known ones as they do in a garden."""
    assert crop_named("cherry-tomato") == crop_named("Cherry Tomato")
    assert crop_named("carrot").foliage is Foliage.FEATHERY
    assert crop_named("sweet-potato") != crop_named("potato")
    unknown = {crop_named(f"no-such-crop-{number}") for number in range(300)}
    assert {crop.color for crop in unknown} == set(COLORS)
    assert {crop.foliage for crop in unknown} == set(Foliage)
    assert crop_named("\ud800") == crop_named("\ud800")


# its picture


def test_same_bed_same_picture() -> None:
    """The picture depends on nothing but the bed and the robot's place."""
    first = draw(FULL, HERE)
    bed_map._static_layers.cache_clear()
    assert draw(replace(FULL), Axes(x=1000, y=400, z=-120)) == first
    assert draw(FULL, Axes(x=1001, y=400, z=-120)) != first
    assert draw(replace(FULL, weeds=()), HERE) != first


def test_to_scale() -> None:
    """A millimetre is a millimetre, and what is larger is drawn larger."""
    root = read(FULL)
    left, top, width, height = map(float, root.get("viewBox", "").split())
    assert left < 0 > top
    assert width > 2900
    assert height > 1230
    assert places(root, "feathery1") == [(500, 300)]
    clip = root.find(f"{SVG}defs/{SVG}clipPath/{SVG}rect")
    assert clip is not None
    assert (clip.get("width"), clip.get("height")) == ("2900", "1230")


@pytest.mark.parametrize(
    ("quadrant", "swapped", "expected"),
    [
        (1, False, (2400, 300)),
        (2, False, (500, 300)),
        (3, False, (500, 930)),
        (4, False, (2400, 930)),
        (1, True, (930, 500)),
        (2, True, (300, 500)),
        (3, True, (300, 2400)),
        (4, True, (930, 2400)),
    ],
)
def test_orientation(
    quadrant: int, swapped: bool, expected: tuple[float, float]
) -> None:
    """The map lies as it does in the web app."""
    bed = replace(FULL, quadrant=quadrant, xy_swap=swapped)
    root = read(bed, HERE)
    assert places(root, "feathery1") == [expected]
    # The robot's head and the slots lie by the same rule, and no picture is like another.
    assert "Seeder" in texts(root)
    assert draw(bed, HERE) != draw(replace(bed, quadrant=quadrant % 4 + 1), HERE)


def test_written() -> None:
    """Names, measures, counts and the robot's place can be read."""
    written = texts(read(FULL, HERE))
    for text in ("Tomato", "Seeder", "Trough", "x 2.90 m", "1", "Carrot 1"):
        assert text in written
    assert "x 1000\N{EN SPACE}y 400\N{EN SPACE}z -120" in written
    # two of three weeds are still there; gone plants are no crop to count
    assert written.count("2") >= 2
    assert "Lettuce 1" not in written


def test_legend() -> None:
    """Crops are counted, called as all of their plants are, else by their slug."""
    plants = (
        *(plant(100 * n, 100, f"Basil {n}", crop="sweet-basil") for n in range(1, 4)),
        *(plant(100 * n, 300, "Möhre", crop="carrot") for n in range(1, 3)),
        plant(100, 500, "", crop=""),
    )
    written = texts(read(Bed(2900, 1230, plants=plants)))
    assert written[-4:] == ["6", "Sweet basil 3", "Möhre 2", "1"]


def test_robot() -> None:
    """Without a position there is no robot; the slots of its gantry stay."""
    still = texts(read(FULL))
    assert not any("y 400" in text for text in still)
    assert "Trough" in still
    for position in (Axes(), Axes(x=5), Axes(y=5)):
        assert draw(FULL, position) == draw(FULL)
    assert "x 10\N{EN SPACE}y 20" in texts(read(FULL, Axes(x=10, y=20)))
    far = texts(read(FULL, Axes(x=1e300, y=-1e300, z=0)))
    assert "x 99999\N{EN SPACE}y -99999\N{EN SPACE}z 0" in far


@pytest.mark.parametrize("x", [0, 1450, 2900])
@pytest.mark.parametrize("y", [0, 600, 1230])
def test_robot_stays_in_the_picture(x: float, y: float) -> None:
    """What says where the robot is never leaves the picture."""
    root = read(Bed(2900, 1230), Axes(x=x, y=y, z=0))
    left, top, width, height = map(float, root.get("viewBox", "").split())
    chip = list(root.iter(f"{SVG}rect"))[-1]
    chip_x, chip_y = float(chip.get("x", "")), float(chip.get("y", ""))
    assert left <= chip_x <= left + width - float(chip.get("width", ""))
    assert top <= chip_y <= top + height - float(chip.get("height", ""))


def test_outside() -> None:
    """What is far outside the bed is left out."""
    root = read(
        replace(
            Bed(1000, 1000),
            plants=(plant(500, 500), plant(5000, 500), plant(500, -900)),
            weeds=(Weed(-700, 1, 5, None),),
            marks=(Mark(1, 7000, 5, None),),
            soil=(Soil(7000, 1, -1),),
            slots=(Slot(-700, 5, "Far", 1, gantry_mounted=False),),
            photos=(Photo(-900, 1),),
        )
    )
    assert places(root, "feathery1") == [(500, 500)]
    assert "Far" not in texts(root)
    assert not [use for use in root.iter(f"{SVG}use") if use.get("href") == "#photo"]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "]]>",
        "& \" ' <",
        "\x00\x08\x1b",
        "\ud800 lone",
        "\ufffe\uffff",
        "名前" * 20,
        "\u202eright to left",
        "",
    ],
)
def test_rubbish_names(name: str) -> None:
    """Whatever a name is, the picture is valid and has no more than pictures have."""
    bed = replace(
        FULL,
        plants=(plant(500, 300, name), plant(1500, 300, name, stage=None)),
        slots=(Slot(50, 100, name, 2, gantry_mounted=False),),
    )
    root = read(bed, HERE)
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds <= {
        *("svg", "defs", "clipPath", "rect", "linearGradient", "stop", "pattern"),
        *("circle", "g", "path", "use", "text", "line"),
    }
    assert all(
        value.startswith("#")
        for element in root.iter()
        for key, value in element.items()
        if key.endswith("href")
    )


coordinates = st.floats(-3000, 3000) | st.sampled_from([0.0, 1e9, -1e9, 2900.0])
radii = st.floats(0, 1000) | st.just(1e9)
names = st.text(max_size=30)


@BOUNDED
@given(
    size_x=st.floats(100, 100_000),
    size_y=st.floats(100, 100_000),
    quadrant=st.integers(1, 4),
    xy_swap=st.booleans(),
    plants=st.lists(
        st.builds(
            Plant,
            coordinates,
            coordinates,
            radii,
            radii,
            names,
            names,
            st.none() | st.sampled_from(PlantStage),
        ),
        max_size=5,
    ).map(tuple),
    soil=st.lists(
        st.builds(Soil, coordinates, coordinates, coordinates), max_size=4
    ).map(tuple),
    slots=st.lists(
        st.builds(
            Slot,
            coordinates,
            coordinates,
            st.none() | names,
            st.integers(-1, 9),
            st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
    frame=st.none()
    | st.builds(CameraFrame, radii, radii, coordinates, coordinates, coordinates),
    position=st.none()
    | st.builds(
        lambda x, y, z: Axes(x=x, y=y, z=z), coordinates, coordinates, st.none()
    ),
)
def test_any_bed(
    size_x: float,
    size_y: float,
    quadrant: int,
    xy_swap: bool,
    plants: tuple[Plant, ...],
    soil: tuple[Soil, ...],
    slots: tuple[Slot, ...],
    frame: CameraFrame | None,
    position: Axes | None,
) -> None:
    """Whatever a bed is, its picture is valid, and all its numbers are some."""
    bed = Bed(
        size_x=size_x,
        size_y=size_y,
        quadrant=quadrant,
        xy_swap=xy_swap,
        plants=plants,
        soil=soil,
        slots=slots,
        photos=(Photo(50, 50),),
        frame=frame,
    )
    root = read(bed, position)
    for element in root.iter():
        for value in element.attrib.values():
            assert "nan" not in value
            assert "inf" not in value.replace("infinite", "")
        for key in ("r", "width", "height", "stroke-width"):
            assert float(element.get(key, "1")) >= 0


def test_names_do_not_overlap() -> None:
    """In a crowded bed only some names are written, and none over another."""
    crowd = tuple(
        plant(x * 90 + 60, y * 90 + 60, f"Crop {x * y}")
        for x in range(30)
        for y in range(12)
    )
    root = read(Bed(2900, 1230, plants=crowd))
    names = [
        (float(text.get("x", "")), float(text.get("y", "")), len(text.text or ""))
        for text in root.iter(f"{SVG}text")
        if text.get("paint-order")
    ]
    assert 5 < len(names) <= 150
    size = 1.75 * 29
    for number, (x, y, length) in enumerate(names):
        for other_x, other_y, other_length in names[:number]:
            apart = (length + other_length) * 0.25 * size
            assert abs(x - other_x) >= apart or abs(y - other_y) >= size


def test_names_are_not_too_many() -> None:
    """There are never more names than can be taken in, however much room there is."""
    field = tuple(
        plant(x * 145 + 60, y * 120 + 40, f"{x}-{y}", radius=5, spread=10)
        for x in range(20)
        for y in range(10)
    )
    root = read(Bed(2900, 1230, plants=field))
    assert (
        len([text for text in root.iter(f"{SVG}text") if text.get("paint-order")])
        == 150
    )


@pytest.mark.parametrize("swapped", [False, True])
def test_tools_in_one_place(swapped: bool) -> None:
    """Names of tools are not written over each other either."""
    slots = tuple(
        Slot(50 + 5 * number, 100, f"Tool {number}", 1, gantry_mounted=False)
        for number in range(3)
    )
    written = texts(read(Bed(2900, 1230, xy_swap=swapped, slots=slots)))
    assert sum(text.startswith("Tool") for text in written) == 1


@pytest.mark.parametrize(
    "bed",
    [
        Bed(
            6000,
            3000,
            plants=tuple(
                plant(
                    number * 611 % 6000,
                    number * 389 % 3000,
                    f"Crop {number % 40}",
                    radius=10 + number % 90,
                    stage=list(PlantStage)[number % 7],
                )
                for number in range(1000)
            ),
        ),
        Bed(
            6000,
            3000,
            plants=tuple(
                plant(1500, 700, f"Crop {n}", radius=500) for n in range(1000)
            ),
        ),
        Bed(
            6000,
            3000,
            marks=tuple(
                Mark(number * 611 % 6000, number * 389 % 3000, 40, Color.RED)
                for number in range(1000)
            ),
            photos=tuple(Photo(number * 29, number * 14) for number in range(200)),
        ),
    ],
)
def test_a_thousand_points(bed: Bed) -> None:
    """A full garden is drawn in no time, in few bytes; a robot that moves costs next to none."""
    took = []
    for _ in range(5):
        bed_map._static_layers.cache_clear()
        before = perf_counter()
        picture = draw(bed, HERE)
        took.append(perf_counter() - before)
    assert min(took) < 0.25
    assert len(picture) < 400_000
    before = perf_counter()
    for step in range(20):
        draw(bed, Axes(x=float(step), y=0, z=0))
    assert perf_counter() - before < 0.5
