"""An import plan in words: the names of the ids in it, section by section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from urllib.parse import urlsplit

from timesheet.domain.alphabet import alphabetical
from timesheet.domain.message import message
from timesheet.domain.person import erased
from timesheet.services.transfer.change import ADDED, CHANGED, DELETED, ObjectChange
from timesheet.services.transfer.fact import Fact
from timesheet.services.transfer.plan import ImportPlan
from timesheet.services.transfer.review import Note, PlanSection
from timesheet.services.viewer.person import name_groups
from timesheet.web.http.context import Context
from timesheet.web.http.language import _, _n, list_values, localize

TITLES: Mapping[PlanSection, str] = MappingProxyType(
    {
        PlanSection.SETTINGS: message("General"),
        PlanSection.PERIODS: message("Periods"),
        PlanSection.PERMISSIONS: message("Permissions"),
        PlanSection.LEGENDS: message("Absence types"),
        PlanSection.SCHEMES: message("Workload schemes"),
        PlanSection.CALENDARS: message("Global calendars"),
        PlanSection.LABELS: message("User labels"),
        PlanSection.ATTRIBUTES: message("Attributes"),
        PlanSection.TEAMS: message("Teams"),
        PlanSection.LEAVES: message("Leaves"),
    }
)
UNCHANGED: Mapping[PlanSection, str] = MappingProxyType(
    {
        PlanSection.LEGENDS: message("absence types {count}"),
        PlanSection.SCHEMES: message("workload schemes {count}"),
        PlanSection.CALENDARS: message("global calendars {count}"),
        PlanSection.LABELS: message("user labels {count}"),
        PlanSection.ATTRIBUTES: message("attributes {count}"),
        PlanSection.TEAMS: message("teams {count}"),
        PlanSection.LEAVES: message("leaves {count}"),
    }
)
CHANGE_NAMES: Mapping[str, str] = MappingProxyType(
    {ADDED: message("added"), CHANGED: message("changed"), DELETED: message("deleted")}
)
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "role": message("role {name}"),
        "scheme": message("scheme {name}"),
        "member": message("member {name}"),
        "group": message("group {name}"),
        "view": message("view {name}"),
    }
)
MOST_LINES = 500
"""The maximum number of changes listed in one section."""


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact before and after in words; None if there is none."""

    label: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A change in words: its kind, the object, the kind of part, and its facts."""

    kind: str
    kind_name: str
    title: str
    facts: tuple[FactLine, ...]


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note, and the people in it by name or id."""

    sentence: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section with changes or notes; ``more`` counts the changes that are not listed."""

    title: str
    tally: str
    changes: tuple[ChangeLine, ...]
    notes: tuple[NoteLine, ...]
    more: int


class PlanView:
    """The sections of a plan with changes or notes; names are read once for all."""

    def __init__(self, context: Context, plan: ImportPlan) -> None:
        self._plan = plan
        facts = [fact for change in plan.changes for fact in _facts(change)]
        people = {who for fact in facts for who in fact.people} | {c.thing.person for c in plan.changes}
        people |= {who for note in plan.notes for who in note.people}
        groups = {group for fact in facts for group in fact.groups} | {c.thing.group for c in plan.changes}
        projects = sorted({number for fact in facts for number in fact.projects})
        self._people = {
            who: localize(found.name)
            for who, found in context.team_context.people(people - {""}).items()
            if found.known or erased(who)
        }
        self._groups = name_groups(
            context.directory, context.cache, context.site.key, context.identity.account_id, groups - {""}
        )
        found = context.directory.read_projects(projects) if projects else {}
        self._projects = {number: project.key for number, project in found.items()}

    @property
    def sections(self) -> list[SectionView]:
        """Return the sections in the order of the configuration."""
        return [view for section in PlanSection if (view := self._section(section))]

    @property
    def unchanged(self) -> str:
        """Return the counts of what stays as it is."""
        counts = ((UNCHANGED[one], count) for one, count in self._plan.unchanged.items() if one in UNCHANGED)
        return list_values(localize(message(pattern, count=count)) for pattern, count in counts if count)

    def _section(self, section: PlanSection) -> SectionView | None:
        changes = [change for change in self._plan.changes if change.section is section]
        notes = tuple(self._note(note) for note in self._plan.notes if note.section is section)
        if not changes and not notes:
            return None
        lines = tuple(self._line(change) for change in changes[:MOST_LINES])
        return SectionView(
            localize(TITLES[section]), _tally_of(changes), lines, notes, max(0, len(changes) - MOST_LINES)
        )

    def _line(self, change: ObjectChange) -> ChangeLine:
        thing = change.thing
        who = self._people.get(thing.person, thing.person) or (
            localize(self._groups.name(thing.group)) if thing.group else ""
        )
        part = thing.part_name or who
        part = localize(message(PARTS[thing.part], name=part)) if thing.part else part
        name = localize(thing.name)
        title = _("{name}: {part}", name=name, part=part) if name and part else name or part
        facts = (
            FactLine(localize(one.label), self._words(one.before), self._words(one.after))
            for one in change.differences
        )
        return ChangeLine(
            change.kind,
            localize(CHANGE_NAMES[change.kind]),
            title,
            tuple(fact for fact in facts if fact.before or fact.after),
        )

    def _note(self, note: Note) -> NoteLine:
        return NoteLine(note.sentence, tuple(self._people.get(who, who) for who in note.people))

    def _words(self, fact: Fact | None) -> str | None:
        if fact is None:
            return None
        listed = [localize(text) for text in fact.texts]
        listed += [self._people.get(who, who) for who in fact.people]
        listed += [localize(self._groups.name(group)) for group in fact.groups]
        listed += [self._projects.get(number, str(number)) for number in fact.projects]
        return localize(fact.text) or list_values(
            listed if fact.in_order else sorted(listed, key=alphabetical)
        )


def summary_of(plan: ImportPlan) -> str:
    """Return what an import has done, in one sentence."""
    return _("{counts}.", counts=_tally_of(plan.changes)) if plan.changes else _("Nothing had to change.")


def _tally_of(changes: Collection[ObjectChange]) -> str:
    """Return how many objects have each kind of change: ``2 added, 1 changed``. Parts of teams are counted apart."""
    objects = _counts_of(change for change in changes if not change.thing.part)
    parts = _counts_of(change for change in changes if change.thing.part)
    if not parts:
        return objects
    if not objects:
        return _("members and other parts of teams: {counts}", counts=parts)
    return _("{counts}; members and other parts of teams: {parts}", counts=objects, parts=parts)


def _counts_of(changes: Iterable[ObjectChange]) -> str:
    counts = Counter(change.kind for change in changes)
    texts = (
        (counts[ADDED], _n("{count} added", "{count} added", counts[ADDED])),
        (counts[CHANGED], _n("{count} changed", "{count} changed", counts[CHANGED])),
        (counts[DELETED], _n("{count} deleted", "{count} deleted", counts[DELETED])),
    )
    return list_values(words for count, words in texts if count)


def configuration_file_name(address: str, today: date) -> str:
    """Return a file name with the site and the day."""
    host = re.sub(r"[^a-z0-9.]+", "-", urlsplit(address).netloc.lower())
    return f"timesheet-{host}-{today.isoformat()}.json"


def _facts(change: ObjectChange) -> Iterable[Fact]:
    for difference in change.differences:
        yield from (fact for fact in (difference.before, difference.after) if fact)
