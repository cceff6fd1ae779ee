"""The settings that are stored for a site and its people, and the protocol of their store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol
from zoneinfo import ZoneInfo

from timesheet.domain.jira_time import find_zone
from timesheet.domain.timer import TimerRules
from timesheet.domain.worklog.kept_row import KeptRows
from timesheet.domain.worklog.template import Templates


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The settings of a site. ``week_start`` is ``locale`` or a weekday ``0``..``6`` (0 = Monday).

    ``audit_days`` is how long audit events are kept, at least SHORTEST_RETENTION; None = forever. ``language`` is
    that of people whose own the app does not have; empty = English. ``timer_rounding`` is a name of
    TIMER_ROUNDING_NAMES, ``timer_projects`` the ids of projects with timers, with commas; empty = all.
    """

    fallback_zone: str = "UTC"
    week_start: str = "locale"
    version: int = 0
    audit_days: int | None = None
    language: str = ""
    timer_rounding: str = ""
    timer_projects: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """Return the fallback zone: UTC if this version does not know it, as after going back to an older one."""
        return find_zone(self.fallback_zone) or ZoneInfo("UTC")

    @property
    def timers(self) -> TimerRules:
        """Return the rules for timers."""
        return TimerRules.of(self.timer_rounding, self.timer_projects)

    def with_retention(self, days: int | None) -> SiteSettings:
        """Return the same settings with another retention time of audit events."""
        return replace(self, audit_days=days)


@dataclass(frozen=True, slots=True)
class PersonSettings:
    """The display settings of a person. ``duration_format`` is ``hm`` or ``decimal``.

    ``dismissed`` is ``checklist`` if they closed the checklist of first steps, else None. ``language`` is the one
    that they chose; empty = that of their Jira. ``last_week``: the issues of the week before get a row too. ``rows``
    are the issues that keep a row. ``suggestions``: the list and the calendar show suggestions.
    """

    duration_format: str = "hm"
    view: str = "week"
    layout: str = "grid"
    group: str = "issue"
    dismissed: str | None = None
    language: str = ""
    last_week: bool = True
    suggestions: bool = True
    rows: KeptRows = field(default_factory=KeptRows)


class SettingsStore(Protocol):
    """The settings of one site and its people."""

    def read_site(self) -> SiteSettings:
        """Return the site's settings, or the defaults."""

    def save_site(self, settings: SiteSettings) -> SiteSettings:
        """Save with the next version. Raise Conflict if ``version`` is not the stored one."""

    def read_person(self, account_id: str) -> PersonSettings:
        """Return a person's settings, or the defaults."""

    def read_both(self, account_id: str) -> tuple[SiteSettings, PersonSettings]:
        """Return the site's settings and a person's, in one read."""

    def save_person(
        self, account_id: str, settings: PersonSettings, before: PersonSettings | None = None
    ) -> None:
        """Save a person's settings without their rows, or only what differs from those ``before``.

        The last save of a setting wins, because only that person writes it.
        """

    def read_dismissed(self, account_id: str) -> tuple[str, ...]:
        """Return the marks of the suggestions that a person dismissed, the latest last."""

    def change_dismissed(self, account_id: str, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        """Change them, as they are stored now."""

    def change_rows(self, account_id: str, change: Callable[[KeptRows], KeptRows]) -> KeptRows:
        """Change the rows that a person keeps, as they are stored now, and return them."""

    def read_templates(self, account_id: str) -> Templates:
        """Return a person's templates."""

    def change_templates(self, account_id: str, change: Callable[[Templates], Templates]) -> Templates:
        """Change a person's templates, as they are stored now, and return them."""
