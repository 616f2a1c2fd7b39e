"""What a cloud sent that the models did not expect."""

from collections import Counter
import logging

from .privacy import Privacy

_LOGGER = logging.getLogger(__name__)

MAX_REPORTED = 200
"""Kinds of oddities that are told apart; a cloud must not fill the memory with them."""
_FURTHER = "further fields"


class ParseReport:
    """Counts what a cloud sent that the models did not expect, and logs each kind once."""

    def __init__(self, source: str, privacy: Privacy | None = None) -> None:
        """Name the source for the log: the vendor; `privacy` learns what the models call private."""
        self._source = source
        self.privacy = privacy or Privacy()
        self.counts: Counter[str] = Counter()

    def record(self, what: str) -> None:
        """Count one oddity, such as "Vent.percent_open"; always by a name of ours.

        The cloud's own keys have no end, and may say anything.
        """
        if what not in self.counts and len(self.counts) >= MAX_REPORTED:
            what = _FURTHER
        self.counts[what] += 1
        if self.counts[what] == 1:
            _LOGGER.info(
                "%s sent something unexpected in %s; it reads as unknown",
                self._source,
                what,
            )
