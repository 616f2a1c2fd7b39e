"""What only the user can put right, and the way to do so."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class Issue:
    """Something to put right."""

    key: str
    """The translation key."""
    subject: str = ""
    """What of several it is about, such as a device's id."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    learn_more: str | None = None


class Issues:
    """The open issues of one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start without any."""
        self._hass = hass
        self._entry_id = entry.entry_id
        self._open: dict[str, Issue] = {}

    @callback
    def update(self, issues: Iterable[Issue]) -> None:
        """Open what is new and close what is over."""
        current = {self._issue_id(issue): issue for issue in issues}
        for issue_id in self._open.keys() - current.keys():
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        for issue_id, issue in current.items():
            if self._open.get(issue_id) != issue:
                ir.async_create_issue(
                    self._hass,
                    DOMAIN,
                    issue_id,
                    is_fixable=False,
                    severity=ir.IssueSeverity.WARNING,
                    translation_key=issue.key,
                    translation_placeholders=dict(issue.placeholders),
                    learn_more_url=issue.learn_more,
                )
        self._open = current

    def _issue_id(self, issue: Issue) -> str:
        return "_".join(filter(None, (issue.key, self._entry_id, issue.subject)))


@callback
def async_delete_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Close every issue of an account that is removed."""
    for domain, issue_id in list(ir.async_get(hass).issues):
        if domain == DOMAIN and entry_id in issue_id:
            ir.async_delete_issue(hass, domain, issue_id)
