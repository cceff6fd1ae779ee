"""Templates of a timesheet: a day or a week of hours under a name, to log again.

Only the id of an issue is kept. Comments, start times, and attributes are not kept, because they describe the
original work.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from timesheet.domain.errors import InvalidInput, NotFound
from timesheet.domain.message import message
from timesheet.domain.name import check_unique, read_name
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.worklog import BY_START, Worklog

MOST_TEMPLATES = 50
MOST_HOURS = 200
GONE = message("This template no longer exists.")


@dataclass(frozen=True, slots=True)
class TemplateHours:
    """The time of one issue on one weekday; 0 is Monday."""

    issue_id: int
    weekday: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Template:
    """Hours under a name: those of one day, or of a week if it is ``weekly``."""

    id: str
    name: str
    weekly: bool
    hours: tuple[TemplateHours, ...]


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of one person, in their order."""

    all: tuple[Template, ...] = ()

    def get(self, template_id: str) -> Template:
        """Return one template. Raise NotFound if it is gone."""
        for template in self.all:
            if template.id == template_id:
                return template
        raise NotFound(GONE)

    def with_saved(self, template: Template) -> Templates:
        """Return them with this one in its place, or last. Raise InvalidInput for its name, no hours, or too many."""
        named = self._named(template, template.name)
        if not named.hours:
            raise InvalidInput(message("There is no time to save on these days."), field="weekly")
        if len(named.hours) > MOST_HOURS:
            raise InvalidInput(
                message("A template can have up to {most} times. Save a day instead.", most=MOST_HOURS),
                field="weekly",
            )
        if any(other.id == named.id for other in self.all):
            return self._replaced(named)
        if len(self.all) >= MOST_TEMPLATES:
            raise InvalidInput(
                message("At most {most} templates can be saved. Delete one first.", most=MOST_TEMPLATES),
                field="name",
            )
        return Templates((*self.all, named))

    def with_name(self, template_id: str, name: str) -> Templates:
        """Return them with another name for one. Raise InvalidInput for the name, NotFound if it is gone."""
        return self._replaced(self._named(self.get(template_id), name))

    def moved(self, template_id: str, step: int) -> Templates:
        """Return them with one moved by ``step`` places, at most to either end."""
        template = self.get(template_id)
        others = [other for other in self.all if other is not template]
        others.insert(max(0, self.all.index(template) + step), template)
        return Templates(tuple(others))

    def without(self, template_id: str) -> Templates:
        """Return them without this one."""
        return Templates(tuple(other for other in self.all if other.id != template_id))

    def with_restored(self, template: Template, place: int) -> Templates:
        """Return them with a deleted one back in its place. Raise InvalidInput for its name, or for too many."""
        if any(other.id == template.id for other in self.all):
            return self
        return self.with_saved(template).moved(template.id, place - len(self.all))

    def _named(self, template: Template, name: str) -> Template:
        clean = read_name(name, "template")
        check_unique(clean, (other.name for other in self.all if other.id != template.id), "template")
        return replace(template, name=clean)

    def _replaced(self, template: Template) -> Templates:
        return Templates(tuple(template if other.id == template.id else other for other in self.all))


def hours_of(worklogs: Iterable[Worklog], span: DateSpan) -> tuple[TemplateHours, ...]:
    """Return the hours of each issue on each weekday of ``span``, which is at most a week."""
    sums: dict[tuple[int, int], int] = {}
    for worklog in sorted(worklogs, key=BY_START):
        if worklog.day in span:
            cell = worklog.day.weekday(), worklog.issue_id
            sums[cell] = sums.get(cell, 0) + worklog.seconds
    return tuple(
        TemplateHours(issue_id, weekday, seconds) for (weekday, issue_id), seconds in sums.items() if seconds
    )
