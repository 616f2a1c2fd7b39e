"""What the robot says of itself: the tree that it broadcasts with every change."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..core.documents import Json, Record
from .world import World

AXES = ("x", "y", "z")
_IDLE_LOAD = 0.0


def _zeros() -> dict[str, float]:
    return dict.fromkeys(AXES, 0.0)


@dataclass(slots=True)
class State:
    """The robot's memory; lengths in mm."""

    position: dict[str, float] = field(default_factory=_zeros)
    load: dict[str, float] = field(default_factory=_zeros)
    """How hard each motor works, in %."""
    axes: dict[str, str] = field(default_factory=lambda: dict.fromkeys(AXES, "idle"))
    pins: dict[str, Record] = field(default_factory=dict)
    jobs: dict[str, Record] = field(default_factory=dict)
    busy: bool = False
    locked: bool = False
    locked_at: int = 0
    sync_status: str = "synced"
    soc_temp: int = 47
    throttled: str = "0x0"
    wifi_level: int = -52
    wifi_level_percent: int = 78
    uptime: int = 86_400
    memory_usage: int = 63
    disk_usage: int = 4
    cpu_usage: int = 9
    extra: Record = field(default_factory=dict)
    """What a test lets the robot say besides, at the top of the tree."""

    def tree(self, world: World) -> Record:
        """Return the whole tree."""
        # Each is named anew: who keeps one must not see it change.
        encoders = {axis: round(value, 1) for axis, value in self.position.items()}
        return {
            "location_data": {
                "position": _copy(self.position),
                "scaled_encoders": _copy(encoders),
                "raw_encoders": {axis: value * 5 for axis, value in encoders.items()},
                "load": _copy(self.load),
                "axis_states": _copy(self.axes),
            },
            "pins": {pin: dict(value) for pin, value in self.pins.items()},
            "jobs": {name: dict(job) for name, job in self.jobs.items()},
            "informational_settings": self._information(world),
            "configuration": self._configuration(world),
            "mcu_params": self._parameters(world),
            "user_env": {
                str(env["key"]): env["value"] for env in world.rows("farmware_envs")
            },
            "process_info": {"farmwares": {}},
            **self.extra,
        }

    def _information(self, world: World) -> Record:
        return {
            "busy": self.busy,
            "idle": not self.busy,
            "locked": self.locked,
            "locked_at": self.locked_at,
            "sync_status": self.sync_status,
            "controller_version": world.device["fbos_version"],
            "controller_uuid": f"{world.seed:08d}-4a4e-5f6b-8c6d-0123456789ab",
            "controller_commit": "1f2e3d4c",
            "commit": "1f2e3d4c",
            "firmware_version": "6.6.1.G",
            "firmware_commit": "9a8b7c6d",
            "target": "rpi4",
            "env": "prod",
            "node_name": f"farmbot@farmbot-{world.number:016x}.local",
            "private_ip": "192.0.2.14",
            "soc_temp": self.soc_temp,
            "throttled": self.throttled,
            "wifi_level": self.wifi_level,
            "wifi_level_percent": self.wifi_level_percent,
            "uptime": self.uptime,
            "memory_usage": self.memory_usage,
            "disk_usage": self.disk_usage,
            "cpu_usage": self.cpu_usage,
            "scheduler_usage": self.cpu_usage,
            "video_devices": "video0",
            "update_available": False,
            "last_status": None,
            "cache_bust": None,
        }

    @staticmethod
    def _configuration(world: World) -> Record:
        settings = world.single("fbos_config")
        names = (
            "firmware_hardware",
            "network_not_found_timer",
            "os_auto_update",
            "sequence_body_log",
            "sequence_complete_log",
            "sequence_init_log",
        )
        return {name: settings[name] for name in names}

    @staticmethod
    def _parameters(world: World) -> Record:
        return {
            name: float(value)
            for name, value in world.single("firmware_config").items()
            if isinstance(value, int | float) and name not in ("id", "device_id")
        }


def _copy(values: Mapping[str, Json | float | str]) -> Record:
    return dict(values)
