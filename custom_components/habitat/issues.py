"""Issues that only the user can repair, in Home Assistant's repairs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that the user must repair."""

    key: str
    """The translation key."""
    subject: str = ""
    """What it is about if there may be several, such as the id of a device."""
    placeholders: Mapping[str, str] = field(default_factory=dict)
    learn_more: str | None = None
    new_login: bool = False
    """Whether another login repairs it."""


class Issues:
    """The open issues of one account."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Start with the open issues of the account."""
        self._hass = hass
        self._entry_id = entry.entry_id
        # Issues that were open before a reload stay open until the first update.
        self._open: dict[str, Issue | None] = dict.fromkeys(
            _open_issues(hass, entry.entry_id)
        )

    @callback
    def update(self, issues: Iterable[Issue]) -> None:
        """Open new issues and close those that are repaired."""
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
"""Characters with a meaning in Markdown or HTML, replaced by similar ones without."""
_LINK = re.compile(r"(?i)(?<=[a-z])://|(?<=\bwww)\.|(?<=\bmailto):")


def plain(text: str) -> str:
    """Return text of a cloud without Markdown and HTML.

    Characters are replaced and not escaped, because a title would show the escape.
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
