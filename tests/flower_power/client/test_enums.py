"""The vocabularies: prefixes fall off, spellings are put right, unknown words are unknown."""

import pytest

from custom_components.habitat.cloud.documents import Json
from custom_components.habitat.cloud.enums import LenientEnum
from custom_components.habitat.flower_power.client.enums import (
    Color,
    Instruction,
    SensorType,
    SharingStatus,
    Status,
    TankInstruction,
    WateringMode,
)


@pytest.mark.parametrize(
    ("kind", "raw", "word"),
    [
        (Status, "status_ok", Status.OK),
        (Status, "status_warning", Status.WARNING),
        (Status, "status_critical", Status.CRITICAL),
        (Status, "predicted_action", Status.PREDICTED_ACTION),
        (Status, "WAITING_DATA", Status.WAITING_DATA),
        (Status, "action_done", Status.ACTION_DONE),
        (Instruction, "air_temperature_too_low", Instruction.TOO_LOW),
        (Instruction, "light_good", Instruction.GOOD),
        (Instruction, "light_too_high", Instruction.TOO_HIGH),
        (Instruction, "light_soon_available", Instruction.SOON_AVAILABLE),
        (Instruction, "fertilizer_unavailable", Instruction.NOT_AVAILABLE),
        (Instruction, "fertilizer_not_measurable", Instruction.NOT_MEASURABLE),
        (Instruction, "air_temperature_no_plant", Instruction.NO_PLANT),
        (Instruction, "soil_moisture_prediction", Instruction.PREDICTION),
        (TankInstruction, "automatic_watering_off", TankInstruction.OFF),
        (TankInstruction, "automatic_watering_good", TankInstruction.GOOD),
        (TankInstruction, "automatic_watering_in_air", TankInstruction.IN_AIR),
        (
            TankInstruction,
            "automatic_watering_reserve_empty",
            TankInstruction.RESERVE_EMPTY,
        ),
        (
            TankInstruction,
            "automatic_watering_check_system",
            TankInstruction.CHECK_SYSTEM,
        ),
        (
            TankInstruction,
            "automatic_watering_unkwown_error",
            TankInstruction.UNKNOWN_ERROR,
        ),
        (WateringMode, "off", WateringMode.OFF),
        (WateringMode, "Vacation", WateringMode.VACATION),
        (SharingStatus, "never_remind", SharingStatus.NEVER_REMIND),
        (SensorType, "flower-power", SensorType.FLOWER_POWER),
        (SensorType, "Flower power", SensorType.FLOWER_POWER),
        (SensorType, "Parrot Pot", SensorType.POT),
        (SensorType, "pot", SensorType.POT),
        (SensorType, "H2O", SensorType.H2O),
        (Color, 1, Color.BROWN),
        (Color, 6, Color.CLASSIC_GREEN),
        (Color, "7", Color.GRAY_BLUE),
        (Color, "lemon", Color.LEMON),
    ],
)
def test_known(kind: type[LenientEnum], raw: Json, word: LenientEnum) -> None:
    """Every word that is known reads as itself."""
    assert kind.read(raw) is word


@pytest.mark.parametrize(
    "kind",
    [Status, Instruction, TankInstruction, WateringMode, SensorType, SharingStatus],
)
def test_unknown(kind: type[LenientEnum]) -> None:
    """Anything else is unknown."""
    odd: list[Json] = ["status_sublime", "dongle", "", None, 3, True, [], {}]
    for raw in odd:
        assert kind.read(raw) is None


def test_unknown_colors() -> None:
    """There are seven colours."""
    odd: list[Json] = [0, 8, -1, True, "blue", None, []]
    for raw in odd:
        assert Color.read(raw) is None


def test_states_have_names_of_their_own() -> None:
    """Home Assistant has a meaning of its own for two words."""
    for kind in (Status, Instruction, TankInstruction, WateringMode):
        assert not {"unavailable", "unknown"} & {word.value for word in kind}
