"""What only the user can put right, in Home Assistant's list of repairs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re

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
    new_login: bool = False
    """Whether another login puts it right."""


class Issues:
    """The open issues of one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start with those that are open."""
        self._hass = hass
        self._entry_id = entry.entry_id
        # What was open before a reload stays so, until it is known to be over.
        self._open: dict[str, Issue | None] = dict.fromkeys(
            _open_issues(hass, entry.entry_id)
        )

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
                    data={"entry_id": self._entry_id},
                    is_fixable=issue.new_login,
                    severity=ir.IssueSeverity.WARNING,
                    translation_key=issue.key,
                    translation_placeholders={
                        name: plain(text) for name, text in issue.placeholders.items()
                    },
                    learn_more_url=issue.learn_more,
                )
        self._open = {**current}

    def _issue_id(self, issue: Issue) -> str:
        return "_".join(filter(None, (issue.key, self._entry_id, issue.subject)))


_MARKUP = str.maketrans(
    {
        "<": "‹", ">": "›", "&": "＆", "[": "⟦", "]": "⟧", "*": "∗", "_": "＿", "`": "ʼ",
        "\\": "＼", "|": "∣", "#": "＃", "~": "∼", "!": "ǃ",
    }
)  # fmt: skip
"""What Markdown or HTML would take for its own, as what looks like it and means nothing."""
_LINK = re.compile(r"(?i)(?<=[a-z])://|(?<=\bwww)\.|(?<=\bmailto):")


def plain(text: str) -> str:
    """Return text of a cloud so that nothing but its letters is seen where Markdown is shown.

    A title is no Markdown, so an escape would be seen there.
    """
    return _LINK.sub(" ", " ".join(text.split()).translate(_MARKUP))


@callback
def async_delete_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Close every issue of an account that is removed."""
    for issue_id in _open_issues(hass, entry_id):
        ir.async_delete_issue(hass, DOMAIN, issue_id)


def _open_issues(hass: HomeAssistant, entry_id: str) -> list[str]:
    return [
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and entry_id in issue_id
    ]
