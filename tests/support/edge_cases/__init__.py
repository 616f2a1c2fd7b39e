"""Homes that no owner's demo needs: empty, huge, and full of what clouds should not send."""

from collections.abc import Callable, Mapping

from custom_components.habitat.simulator.cityflow.server import CityFlowCloud
from custom_components.habitat.simulator.core.clock import Clock
from custom_components.habitat.simulator.core.server import CloudServer
from custom_components.habitat.simulator.farmbot.server import FarmBotCloud
from custom_components.habitat.simulator.flair.server import FlairCloud
from custom_components.habitat.simulator.flowcommand.server import FlowCommandCloud
from custom_components.habitat.simulator.flower_power.server import FlowerPowerCloud

from . import cityflow, farmbot, flair, flowcommand, flower_power

CLOUDS: Mapping[str, Callable[[str, Clock], CloudServer]] = {
    "flair": lambda home, clock: FlairCloud(flair.HOMES[home](1, clock)),
    "farmbot": lambda home, clock: FarmBotCloud(farmbot.HOMES[home](1, clock)),
    "flower_power": lambda home, clock: FlowerPowerCloud(
        flower_power.HOMES[home](1, clock)
    ),
    "flowcommand": lambda home, clock: FlowCommandCloud(
        flowcommand.HOMES[home](1, clock)
    ),
    "cityflow": lambda home, clock: CityFlowCloud(cityflow.HOMES[home](1, clock)),
}
"""Makes a vendor's cloud of a home by its name, of an edge case too."""
