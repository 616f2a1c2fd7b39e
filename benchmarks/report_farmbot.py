"""FarmBot's figures: its tables, and what they mean."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Any, Final

from custom_components.habitat.farmbot.client import api
from custom_components.habitat.farmbot.client.api import Resource

from .gardens import GARDENS, PLANTS
from .measure import Figures
from .tables import duration, ratio, size, table

RIVAL_ASKS: Final[Mapping[Resource[Any], int]] = {api.IMAGES: 240, api.SEQUENCES: 12}
"""What the rival polls, and how often an hour, by its source: every 15 s and every 5 min."""
FLOODS: Final = ((100, False), (10, True), (100, True))
"""States a second, and whether the robot moves; it tells some ten a second when it does."""
STOPS: Final = ((0, False), (20, False), (20, True))
"""Commands that wait, and whether the robot tells a hundred states a second besides."""
DAYS: Final = tuple((name, there) for name in GARDENS[1:] for there in (True, False))
"""Gardens, and whether there is a broker."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What it costs to ask for all lists."""

    figures: Figures
    bytes: int
    """Of the answers' bodies, uncompressed; so everywhere here."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds of CPU to read one state of so many bytes, and only to parse its JSON."""

    bytes: int
    cpu: float
    parsing: float


@dataclass(frozen=True, slots=True)
class Flood:
    """What many states cost, each figure but the share a second."""

    messages: float
    share: float
    """Of one core."""
    writes: float
    most: float
    """State writes of the busiest entity."""


@dataclass(frozen=True, slots=True)
class Change:
    """Seconds of CPU from a message to the written states, and how many those are."""

    cpu: float
    writes: int


@dataclass(frozen=True, slots=True)
class Hour:
    """What went to the server in an hour, and the pings to the robot."""

    requests: int
    bytes: int
    pings: int


@dataclass(frozen=True, slots=True)
class Map:
    """Seconds of CPU to draw the bed, and when only the robot moved."""

    cold: float
    moved: float
    bytes: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Seconds from the press to the broker, in the median and at worst, and to the reply."""

    median: float
    worst: float
    confirmed: float


@dataclass(slots=True)
class FarmBotReport:
    """What the benchmarks of FarmBot found."""

    starts: dict[str | int, Lists] = field(default_factory=dict)
    """By garden, as the next."""
    reconciles: dict[str | int, Lists] = field(default_factory=dict)
    readings: dict[bool, Reading] = field(default_factory=dict)
    """By whether the robot moves."""
    floods: dict[tuple[int, bool], Flood] = field(default_factory=dict)
    changes: dict[int, Change] = field(default_factory=dict)
    """By the number of plants."""
    days: dict[tuple[str, bool], tuple[Hour, ...]] = field(default_factory=dict)
    rival: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By garden: the bytes of one answer to each thing that the rival asks for."""
    maps: dict[int, Map] = field(default_factory=dict)
    stops: dict[tuple[int, bool], Stop] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether no figure is missing."""
        gardens = {*GARDENS, *PLANTS}
        return (
            self.starts.keys() == gardens
            and self.reconciles.keys() == gardens
            and self.readings.keys() == {False, True}
            and self.floods.keys() == {*FLOODS}
            and self.changes.keys() == {*PLANTS}
            and self.days.keys() == {*DAYS}
            and self.maps.keys() == {*PLANTS}
            and self.stops.keys() == {*STOPS}
        )

    def lines(self) -> Iterator[str]:
        """Yield those tables that have figures."""
        tables = (
            self._lists(),
            self._hours(),
            self._ratios(),
            self._readings(),
            self._floods(),
            self._changes(),
            self._maps(),
            self._stops(),
        )
        for head, rows in tables:
            if rows:
                yield ""
                yield from table(head, rows)

    def section(self) -> str:
        """Return the section of the page; nothing may be missing."""
        first, last = PLANTS[0], PLANTS[-1]
        start, reconcile = self.starts["large"], self.reconciles["large"]
        moving, still = self.readings[True], self.readings[False]
        slow, fast = self.floods[10, True], self.floods[100, True]
        pushed, polled = (self.days["large", there] for there in (True, False))
        photos, sequences = self.rival["large"]
        per_hour, rarer = RIVAL_ASKS.values()
        alone, crowded = self.stops[STOPS[0]], self.stops[STOPS[-1]]
        return _SECTION.format(
            tables="\n".join(self.lines()).strip(),
            start=start.figures,
            start_size=size(start.bytes),
            first=first,
            last=last,
            times=last // first,
            grown=self.starts[last].figures.cpu / self.starts[first].figures.cpu,
            calm=start.figures.cpu / reconcile.figures.cpu,
            reconcile=duration(reconcile.figures.cpu),
            still=still.cpu / still.parsing,
            moving=moving.cpu / moving.parsing,
            share=f"{fast.share:.1%}",
            slow=f"{slow.share:.1%}",
            most=fast.most,
            change=duration(self.changes[last].cpu),
            change_grown=self.changes[last].cpu / self.changes[first].cpu,
            writes=self.changes[last].writes,
            idle=sum(hour.requests == 0 for hour in pushed),
            hours=len(pushed),
            busiest=max(hour.requests for hour in pushed),
            pushed=_mean(pushed, "requests"),
            pings=max(hour.pings for hour in pushed),
            polled=size(max(hour.bytes for hour in polled)),
            photos=size(photos),
            photo_hour=size(photos * per_hour),
            asks=per_hour,
            sequence_hour=size(sequences * rarer),
            beside_pushed=photos * per_hour / _mean(pushed, "bytes"),
            beside_polled=photos * per_hour / _mean(polled, "bytes"),
            map=self.maps[last].cold / self.maps[last].moved,
            map_size=size(self.maps[last].bytes),
            map_cold=duration(self.maps[last].cold),
            alone=duration(alone.median),
            crowded=crowded.median / alone.median,
            worst=duration(crowded.worst),
        )

    def _lists(self) -> _Table:
        head = (
            "FarmBot",
            "Requests",
            "At once",
            "Bytes",
            "Time",
            "CPU",
            "Growth",
            "State writes",
        )
        rows: list[Sequence[str]] = []
        for job, all_found in (
            ("start", self.starts),
            ("unchanged reconcile", self.reconciles),
        ):
            least = all_found.get(PLANTS[0])
            for garden, found in all_found.items():
                figures = found.figures
                rows.append(
                    (
                        f"{_name(garden)}: {job}",
                        str(figures.requests),
                        str(figures.at_once),
                        size(found.bytes),
                        duration(figures.wall),
                        duration(figures.cpu),
                        _grown(figures.cpu, least.figures.cpu if least else None),
                        str(figures.writes),
                    )
                )
        return head, rows

    def _hours(self) -> _Table:
        head = (
            "An hour of a day without events",
            "Requests",
            "at most",
            "Bytes",
            "at most",
            "Pings",
        )
        rows = [
            (
                f"{garden}, {_link(there)}",
                f"{_mean(hours, 'requests'):.1f}",
                str(max(hour.requests for hour in hours)),
                size(_mean(hours, "bytes")),
                size(max(hour.bytes for hour in hours)),
                f"{_mean(hours, 'pings'):.0f}",
            )
            for (garden, there), hours in self.days.items()
        ]
        return head, rows

    def _ratios(self) -> _Table:
        head = "Ratio (rival's list of photos : all of Habitat)", "Requests", "Bytes"
        times = RIVAL_ASKS[api.IMAGES]
        rows = [
            (
                f"{garden}, {_link(there)}",
                ratio(times, _mean(hours, "requests"), "{:.3g}".format),
                ratio(times * self.rival[garden][0], _mean(hours, "bytes"), size),
            )
            for (garden, there), hours in self.days.items()
            if garden in self.rival
        ]
        return head, rows

    def _readings(self) -> _Table:
        head = "One state of the robot", "Bytes", "CPU (read : only its JSON parsed)"
        rows = [
            (
                "moving" if moving else "unchanged",
                size(found.bytes),
                ratio(found.cpu, found.parsing, duration),
            )
            for moving, found in self.readings.items()
        ]
        return head, rows

    def _floods(self) -> _Table:
        head = (
            "States a second",
            "Heard a second",
            "Share of a core",
            "Writes a second",
            "of one entity",
        )
        rows = [
            (
                f"{rate}, {'moving' if moving else 'at rest'}",
                f"{found.messages:.0f}",
                f"{found.share:.1%}",
                f"{found.writes:.1f}",
                f"{found.most:.1f}",
            )
            for (rate, moving), found in self.floods.items()
        ]
        return head, rows

    def _changes(self) -> _Table:
        head = "One plant is harvested, among", "CPU", "Growth", "State writes"
        least = self.changes.get(PLANTS[0])
        rows = [
            (
                str(plants),
                duration(found.cpu),
                _grown(found.cpu, least.cpu if least else None),
                str(found.writes),
            )
            for plants, found in self.changes.items()
        ]
        return head, rows

    def _maps(self) -> _Table:
        head = "Bed map", "CPU (all drawn : only the robot moved)", "Growth", "Bytes"
        least = self.maps.get(PLANTS[0])
        rows = [
            (
                _name(plants),
                ratio(found.cold, found.moved, duration),
                _grown(found.cold, least.cold if least else None),
                size(found.bytes),
            )
            for plants, found in self.maps.items()
        ]
        return head, rows

    def _stops(self) -> _Table:
        head = (
            "Emergency stop",
            "At the broker after",
            "Growth",
            "at most",
            "The robot's reply after",
        )
        least = self.stops.get(STOPS[0])
        rows = [
            (
                f"{waiting or 'no'} commands wait{', 100 states a second' * flooded}",
                duration(found.median),
                _grown(found.median, least.median if least else None),
                duration(found.worst),
                duration(found.confirmed),
            )
            for (waiting, flooded), found in self.stops.items()
        ]
        return head, rows


type _Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def _name(garden: str | int) -> str:
    return garden if isinstance(garden, str) else f"{garden} plants"


def _link(there: bool) -> str:
    return "with the broker" if there else "without"


def _mean(hours: Sequence[Hour], what: str) -> float:
    return float(mean(getattr(hour, what) for hour in hours))


def _grown(value: float, least: float | None) -> str:
    """Write how many times the smallest of its kind something is."""
    return f"{value / least:.1f} ×" if least else ""


_SECTION = """## FarmBot

{tables}

All on the machine named above. Growth compares with the first of its kind: {first} plants, or no commands that wait.

### What they mean

- **Start**: an account that is full (1000 points, 450 photos, 75 sequences) is read with {start.requests} requests, at most
  {start.at_once} at a time, and {start_size}. {times} times the plants cost {grown:.1f} times the CPU, since most of a start is work
  for entities, of which a robot has as many whatever grows around it.
- **Unchanged reconcile**: asking for all lists once more writes no state and takes {reconcile} of CPU in that account, whose
  start takes {calm:.0f} times as much. An answer that is byte for byte the old one is not even parsed.
- **States**: the robot sends its whole state with every change; what did not change since the last is not read again,
  so a state costs {still:.1f} times what parsing its JSON does, and {moving:.1f} times while the robot moves. Of a hundred states
  a second only the newest is read, once a second: they take {share} of a core (ten a second: {slow}), and no
  entity is written more than {most:.1f} times a second.
- **One plant among many**: from the broker's message to the last written state ({writes} of them: counts and map) it takes
  {change} of CPU among {last} plants, {change_grown:.1f} times as much as among {first}. The counts and what the map shows are
  summed up anew over all points, which is where the growth comes from.
- **A day without events**: with the broker {idle} of {hours} hours pass without a single request; in the others the lists are
  reconciled with up to {busiest}, which makes {pushed:.1f} an hour in the mean, and the robot is pinged {pings} times an hour.
  Without the broker the full account takes {polled} in its busiest hour.
- **The rival**, sambiam/Farmbot-for-Home-Assistant 2.13.0, asks for the list of photos every 15 s by its source, {asks}
  times an hour: with 450 photos one answer of the simulated cloud weighs {photos}, which comes to {photo_hour} an hour,
  {beside_pushed:.0f} times all that Habitat reads with the broker and {beside_polled:.0f} times that without (by the 253 bytes of a
  photo in the vendor's documented example, which is not uploaded yet, it comes to 27 MB). This is computed from the size of that
  one answer, nothing of the rival was run; its list of sequences every 5 min, {sequence_hour} an hour, would come on top.
- **Bed map**: {last} plants are drawn in {map_cold}, outside the event loop, into {map_size}. When only the robot moved the
  drawing of all that stays is used again, which is {map:.0f} times as fast.
- **Emergency stop**: from the press of the button to the broker it takes {alone}; with 20 commands that wait for their
  reply and a hundred states a second {crowded:.1f} times that, {worst} in the worst of 21 tries. It is sent at once and waits
  for none of the others.

### How that is measured

On the simulated FarmBot cloud in a process of its own, its REST API over real sockets and its message broker
over plain MQTT, with a robot at it. Bytes are those of the answers' bodies, uncompressed; MQTT is not in them.

- **Start**, **Unchanged reconcile**: as for the other vendors. The gardens of so many plants hold nothing else but the
  robot's own parts; demo and standard are the demo's garden, in which nothing happens by itself here, and whose
  webcams are looked at once besides.
- **Read**: a state as the robot broadcasts it, after one that was the same or in which all axes moved on.
- **Heard**, **Share of a core**: over 10 s; the CPU of the whole process, MQTT client and Home Assistant included.
- **One plant is harvested**: the median of 13; what the message waits for its turn, up to a second, is no CPU.
- **An hour of a day**: 24 hours after the first, on a clock that jumps; without the broker its port is closed.
- **At the broker**: from the call of the button's action to when the broker begins to hand the message on, on the
  clock that both processes share; the median of 21. The commands that wait are movements, of which the robot
  carries out one at a time.
"""
