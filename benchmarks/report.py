"""The figures side by side: tables for the terminal and for a page of the documentation."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.metadata import version
import json
import os
from pathlib import Path
import platform

from homeassistant.const import __version__ as home_assistant_version

from . import rival
from .homes import HOMES, STANDARD, Home
from .measure import LATENCY, Figures
from .report_farmbot import FarmBotReport
from .tables import duration, ratio, table

_MANIFEST = Path(__file__).parents[1] / "custom_components/habitat/manifest.json"


class Side(StrEnum):
    """Whose figures."""

    OURS = "Habitat"
    RIVAL = "the rival"


class Job(StrEnum):
    """What was measured."""

    SET_UP = "set-up"
    POLL = "unchanged poll"
    CHANGED_POLL = "poll, 1 % changed"
    WRITE = "one write"


SENSOR_VENDORS = {
    "flower_power": "Flower Power",
    "flowcommand": "FlowCommand",
    "cityflow": "CityFlow",
}
SIZES = (10, 100, 1000)
SENSOR_JOBS = (Job.SET_UP, Job.POLL)
"""What is measured of the vendors of sensors."""

COMPARED = (Job.POLL, Job.WRITE)
"""What the rival's client does as well."""


@dataclass(frozen=True, slots=True)
class Minute:
    """What a minute costs, everything included that happens more rarely; CPU in seconds."""

    requests: float
    cpu: float


@dataclass(slots=True)
class Report:
    """What all benchmarks found."""

    figures: dict[tuple[Home, Job, Side], Figures] = field(default_factory=dict)
    minutes: dict[tuple[Home, Side], Minute] = field(default_factory=dict)
    vents: dict[Home, int] = field(default_factory=dict)
    """How many vents the rival's client finds."""
    sensors: dict[tuple[str, int, Job], Figures] = field(default_factory=dict)
    """By vendor and number of sensors."""
    farmbot: FarmBotReport = field(default_factory=FarmBotReport)

    @property
    def complete(self) -> bool:
        """Whether no figure is missing."""
        return (
            len(self.figures) == len(HOMES) * (len(Job) + len(COMPARED))
            and len(self.minutes) == len(HOMES) * len(Side)
            and len(self.vents) == len(HOMES)
            and len(self.sensors) == len(SENSOR_VENDORS) * len(SIZES) * len(SENSOR_JOBS)
            and self.farmbot.complete
        )

    def lines(self) -> Iterator[str]:
        """Yield all tables."""
        yield from self._tables()
        yield from self.farmbot.lines()

    def _tables(self) -> Iterator[str]:
        """Yield those of devices and sensors, ratios first."""
        yield from table(
            ("Ratio (rival : Habitat)", "Requests", "Rounds", "Time", "CPU"),
            self._ratios(),
        )
        yield ""
        yield from table(
            ("Habitat", "Requests", "Rounds", "Time", "CPU", "State writes"),
            self._costs(),
        )
        yield ""
        yield from table(
            ("Sensors", "Requests", "Rounds", "Time", "CPU", "State writes"),
            self._sensors(),
        )

    def _sensors(self) -> Iterator[Sequence[str]]:
        for (vendor, size, job), figures in self.sensors.items():
            yield (
                f"{SENSOR_VENDORS[vendor]}, {size}: {job}",
                str(figures.requests),
                str(figures.rounds),
                duration(figures.wall),
                duration(figures.cpu),
                str(figures.writes),
            )

    def page(self) -> str:
        """Return the page of the documentation."""
        habitat = json.loads(_MANIFEST.read_text(encoding="utf-8"))["version"]
        machine = (
            f"Habitat {habitat} on Home Assistant {home_assistant_version}, "
            f"Python {platform.python_version()}, aiohttp {version('aiohttp')}; "
            f"{_processor()}, {os.cpu_count()} cores"
        )
        ours = self.figures[STANDARD, Job.POLL, Side.OURS]
        other = self.figures[STANDARD, Job.POLL, Side.RIVAL]
        return _PAGE.format(
            standard=f"{STANDARD.vents} vents, {STANDARD.pucks} pucks, {STANDARD.bridges} bridge",
            rival=rival.NAME,
            requests=other.requests / ours.requests,
            rounds=other.rounds / ours.rounds,
            wall=other.wall / ours.wall,
            cpu=other.cpu / ours.cpu,
            tables="\n".join(self._tables()),
            farmbot=self.farmbot.section(),
            machine=machine,
            latency=duration(LATENCY),
        )

    def _ratios(self) -> Iterator[Sequence[str]]:
        for home in HOMES:
            for job in COMPARED:
                ours = self.figures.get((home, job, Side.OURS))
                other = self.figures.get((home, job, Side.RIVAL))
                if ours and other:
                    yield (
                        f"{home}: {job}",
                        ratio(other.requests, ours.requests, str),
                        ratio(other.rounds, ours.rounds, str),
                        ratio(other.wall, ours.wall, duration),
                        ratio(other.cpu, ours.cpu, duration),
                    )
            minute = self.minutes.get((home, Side.OURS))
            other_minute = self.minutes.get((home, Side.RIVAL))
            if minute and other_minute:
                yield (
                    f"{home}: a minute",
                    ratio(other_minute.requests, minute.requests, "{:.0f}".format),
                    "",
                    "",
                    ratio(other_minute.cpu, minute.cpu, duration),
                )
            if home in self.vents:
                seen = f"{self.vents[home]} : {home.vents}"
                yield f"{home}: vents found", seen, "", "", ""

    def _costs(self) -> Iterator[Sequence[str]]:
        for home in HOMES:
            for job in Job:
                if found := self.figures.get((home, job, Side.OURS)):
                    yield (
                        f"{home}: {job}",
                        str(found.requests),
                        str(found.rounds),
                        duration(found.wall),
                        duration(found.cpu),
                        str(found.writes),
                    )


def _processor() -> str:
    """Return the processor's name, on systems that tell it the one of its architecture."""
    try:
        known = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        known = ""
    names = (
        line.partition(":")[2].strip()
        for line in known.splitlines()
        if line.startswith("model name")
    )
    return next(names, platform.machine())


_PAGE = """# Benchmarks

In a usual house ({standard}) that does not change, {rival}, the client that the older Flair integration is
built on, makes {requests:.1f} times Habitat's requests in {rounds:.0f} times the rounds, takes {wall:.0f} times as long and
{cpu:.1f} times the CPU for a poll, and it polls twice as often.

{tables}

`scripts/benchmark` measures this and writes this page. {machine}.

## How it is measured

Both sides ask the same simulated Flair cloud in the same run, over real sockets, through Home
Assistant's own HTTP session. The cloud runs in a process of its own, so no figure holds its work.

- **Requests** are counted by the cloud. **Rounds** is the longest row of requests that waited for one
  another.
- **Time** is how long it takes when each answer comes {latency} later than it could: the best of three
  where that is quick.
- **CPU** is what the client's process spends, system calls included, without that latency: the median of
  many runs.
- **State writes** counts every state that is written, changed or not.
- **The rival** is measured alone: neither the CPU nor the state writes of its entities are in its figures,
  while Habitat's hold all of Home Assistant's work. Its write is followed by a poll, as in its integration.
  It reads the first 50 of each kind of device and no more, so in large homes it does less.
- **A minute** is Habitat's one poll with its share of the slower sources (readings every five minutes, zones
  and schedules every fifteen), beside the two polls that the rival's integration makes.
- **Sensors** is how many plants, flow sensors or probes there are; all of them are shown. Nobody else speaks to
  these clouds from Home Assistant, so there is no rival.
- **Set-up** is that of a known account, as after a restart: requests include the readings that follow,
  time and CPU end when the account is loaded.

{farmbot}"""
