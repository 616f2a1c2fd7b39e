"""What a probe's properties are called here: one name for both generations, and their units."""

from collections.abc import Mapping

KEYS: Mapping[str, str] = {
    "b": "battery",
    "t": "temperature",
    "h": "humidity",
    "p": "pressure",
    "l": "illuminance",
    "p1": "pm10",
    "p2": "pm25",
    "mP1": "pm1",
    "mP2": "pm25",
    "mP4": "pm4",
    "mPX": "pm10",
    "nP1": "particles_pm1",
    "nP2": "particles_pm25",
    "nP4": "particles_pm4",
    "nPX": "particles_pm10",
    "aPS": "particle_size",
    "s.avg": "noise",
    "s.max": "noise_max",
    "s.min": "noise_min",
    "s.sd": "noise_std",
    "s.var": "noise_var",
    "nA": "noise",
    "nMa": "noise_max",
    "nMi": "noise_min",
    "nS": "noise_std",
    "r": "rain_signal",
    "r.avg": "rain_signal",
    "r.max": "rain_signal_max",
    "r.min": "rain_signal_min",
    "r.sd": "rain_signal_std",
    "r.var": "rain_signal_var",
    "c": "co_raw",
    "n": "no2_raw",
    "uv": "uv",
    "seq": "message_counter",
}
"""By CityFlow's own name, which may hold dots.

`p1` is inferred to be PM10: in rows it is larger than `p2`, which the vendor calls "Particle
Pollution" and is PM2.5. `c` and `n` are taken to be the uncalibrated CO and NO2 cells, and `r`
is a microphone under the lid that hears rain; the vendor's unit for it is a slip.
"""

_UNITS: Mapping[str, str] = {
    "%": "%",
    "°c": "°C",
    "c": "°C",
    "hpa": "hPa",
    "mbar": "hPa",
    "lx": "lx",
    "lux": "lx",
    "db": "dB",
    "db(a)": "dBA",
    "dba": "dBA",
    "v": "V",
    "ppm": "ppm",
    "ppb": "ppb",
    "ug/m3": "μg/m³",
    "1/cm3": "1/cm³",
    "#/cm3": "1/cm³",
    "um": "μm",
}
"""By CityFlow's spelling in lower case, with plain letters for the special ones."""
_PLAIN = str.maketrans({"µ": "u", "μ": "u", "³": "3", " ": None})


def key_of(prop: str) -> str:
    """Return the name of a property; one that is not known keeps its own, dots apart."""
    return KEYS.get(prop) or f"property_{prop.replace('.', '_')}"


def unit_of(text: str | None) -> str | None:
    """Return a unit of the metadata as Home Assistant spells it; an unknown one as it is.

    CityFlow writes the micro sign where Home Assistant has the Greek letter.
    """
    text = (text or "").strip()
    return _UNITS.get(text.translate(_PLAIN).lower(), text) or None
