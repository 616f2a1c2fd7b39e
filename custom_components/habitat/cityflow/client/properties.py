"""The names of a probe's properties, the same for both generations, and their units."""

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
"""By CityFlow's own name, which may contain dots. See docs/vendors/cityflow.md (Properties), also for
what is inferred: `p1`, `c`, `n` and the missing unit of `r`.
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
"""By CityFlow's spelling in lower case, with plain letters."""
_PLAIN = str.maketrans({"µ": "u", "μ": "u", "³": "3", " ": None})


def key_of(prop: str) -> str:
    """Return the name of a property; an unknown one keeps its own, without dots."""
    return KEYS.get(prop) or f"property_{prop.replace('.', '_')}"


def unit_of(text: str | None) -> str | None:
    """Return a unit of the metadata in Home Assistant's spelling; an unknown one unchanged.

    CityFlow writes the micro sign, Home Assistant the Greek letter.
    """
    text = (text or "").strip()
    return _UNITS.get(text.translate(_PLAIN).lower(), text) or None
