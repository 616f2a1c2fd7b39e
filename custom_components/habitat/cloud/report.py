"""The parts of answers that the models do not expect."""

from collections import Counter
import logging

from .privacy import Privacy

_LOGGER = logging.getLogger(__name__)

MAX_REPORTED = 200
"""Kinds of oddities that are counted separately; a cloud must not fill the memory with them."""
_FURTHER = "further fields"


class ParseReport:
    """Counts what the models do not expect in answers, and logs each kind once."""

    def __init__(self, source: str, privacy: Privacy | None = None) -> None:
        """Set the vendor's name for the log; `privacy` collects the private values of records."""
        self._source = source
        self.privacy = privacy or Privacy()
        self.counts: Counter[str] = Counter()

    def record(self, what: str) -> None:
        """Count one oddity, such as "Vent.percent_open".

        `what` is always a name of this code: keys of the cloud may be private, and have no limit.
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
