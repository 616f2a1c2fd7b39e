"""What Flair's entities have in common."""

from ..entity import HabitatEntity
from .account import FlairAccount


class FlairEntity[R](HabitatEntity[FlairAccount, R]):
    """An entity of a Flair device; one that is out of reach tells nothing new and takes no commands."""

    needs_reach = True
