"""Geographic coordinates."""


def validated_coordinates(
    latitude: float | None, longitude: float | None
) -> tuple[float, float] | None:
    """Return a latitude and a longitude in degrees, or None if they are not valid.

    Devices that do not know their position send 0, 0.
    """
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude
