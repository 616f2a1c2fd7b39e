"""Constants of Flair."""

from typing import Final

APP_URL: Final = "https://my.flair.co/"
"""Flair's web app. Users make the pair of client id and secret there, under Account Settings."""

MANUFACTURER: Final = "Flair"

MIN_TEMP: Final = 10.0
MAX_TEMP: Final = 32.23
"""°C; the set points that Flair accepts (50 to 90 °F), see docs/vendors/flair.md."""

UNTIL_NEXT_EVENT: Final = "next_schedule_event"
UNTIL_CANCELLED: Final = "cancelled"
