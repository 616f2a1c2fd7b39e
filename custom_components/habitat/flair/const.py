"""Constants of Flair."""

from typing import Final

APP_URL: Final = "https://my.flair.co/"
"""Flair's web app; the pair for the API is made there, under Account Settings."""

MANUFACTURER: Final = "Flair"

MIN_TEMP: Final = 10.0
MAX_TEMP: Final = 32.23
"""°C; what Flair takes as a set point of a home, a room or a puck (50 to 90 °F)."""

UNTIL_NEXT_EVENT: Final = "next_schedule_event"
UNTIL_CANCELLED: Final = "cancelled"
