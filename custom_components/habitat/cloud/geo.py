"""Where on earth something is."""


def validated_coordinates(
    latitude: float | None, longitude: float | None
) -> tuple[float, float] | None:
    """Return a latitude and a longitude in degrees; None when they name no place.

    0, 0 is what devices send that do not know where they are.
    """
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return latitude, longitude
