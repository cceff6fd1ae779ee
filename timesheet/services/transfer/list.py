"""Compute a site's lists after an import: legends, workload schemes, global calendars, labels, leaves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Generic, TypeVar

from timesheet.domain.attribute.attribute import LONGEST_ATTRIBUTE_NAME, Attribute, Option, checked_attribute
from timesheet.domain.calendar.global_calendar import (
    GlobalCalendar,
    NonWorkingDay,
    check_once,
    checked_calendar,
    merge,
    merged,
)
from timesheet.domain.calendar.leave import Leave, check_leaves, with_leaves
from timesheet.domain.calendar.legend import LONGEST_TITLE, Legend, SystemLegend, check_chosen, checked_legend
from timesheet.domain.calendar.workload_scheme import WorkloadScheme, checked_scheme
from timesheet.domain.message import message
from timesheet.domain.name import LONGEST_NAME, read_name
from timesheet.domain.team.label import LONGEST_LABEL, UserLabel, checked_label
from timesheet.services.site.label import check_people
from timesheet.services.transfer.ids import Ids, Matched, note_matches
from timesheet.services.transfer.match import free_letter, match
from timesheet.services.transfer.review import Import, PlanSection

Listed = TypeVar("Listed", Legend, WorkloadScheme, GlobalCalendar, UserLabel, Attribute)
DAYS_HAVE_IT = message("“{name}” is not in the file but stays: days off have it.")
TEAMS_HAVE_IT = message("“{name}” is not in the file but stays: teams or members have it.")
MEMBERS_FOLLOW_IT = message("“{name}” is not in the file but stays: members use it.")
NO_LEGEND = message("There is no such absence type, neither in the file nor here.")
NAMELESS = "?"


@dataclass(frozen=True, slots=True)
class _ListImport(Generic[Listed]):
    """The import of one list: the objects of the file and those of the site, whose names ``name_of`` returns."""

    work: Import
    section: PlanSection
    kind: Matched[Listed]
    name_of: Callable[[Listed], str]

    def staying(self, rest: Iterable[Listed], used: Collection[str], why: str) -> list[Listed]:
        """Return the objects that stay although the file does not have them: all in a merge, otherwise those in
        use, with a note.
        """
        if not self.work.choices.replace:
            return list(rest)
        staying = [thing for thing in rest if thing.id in used]
        for thing in staying:
            self.work.review.note(self.section, message(why, name=self.name_of(thing)))
        return staying

    def name(self, thing: Listed, rest: Iterable[Listed], longest: int) -> str:
        """Return the name of an object of the file; one that none of the ``rest`` has, with a note if it changes."""
        return self.work.review.named(self.section, self.name_of(thing), map(self.name_of, rest), longest)

    def objects(
        self,
        rest: Sequence[Listed],
        build: Callable[[Listed, Listed | None], Listed],
        checked: Callable[[Listed, Sequence[Listed]], Listed],
    ) -> tuple[Listed, ...]:
        """Return the objects that stay and those of the file.

        Each changed object passes the rules of an ordinary save.
        """
        imported: Sequence[Listed] = self.kind.imported or ()
        review = self.work.review
        review.unique(f"$.{self.section}", (thing.id for thing in imported))
        note_matches(self.work, self.section, self.kind, self.name_of)
        built: list[Listed] = [build(thing, self.kind.stored.get(thing.id)) for thing in imported]
        after: list[Listed] = list(rest)
        everything = after + built
        for index, thing in enumerate(built):
            if thing == self.kind.stored.get(imported[index].id):
                after.append(thing)
            else:
                rules = partial(checked, thing, everything)
                after.append(review.check(f"$.{self.section}[{index}]", rules, thing))
        return tuple(after)


def legends_after(work: Import, ids: Ids, used: Collection[str]) -> tuple[Legend, ...]:
    """Return the legends; of those missing from the file, the ``used`` ones stay."""
    kind, review = ids.legends, work.review
    if kind.imported is None:
        return work.current.legends
    listed = _ListImport(work, PlanSection.LEGENDS, kind, _title)
    own = [legend for legend in kind.rest if legend.deletable]
    rest = [legend for legend in kind.rest if not legend.deletable]
    rest += listed.staying(own, used, DAYS_HAVE_IT)

    def build(legend: Legend, stored: Legend | None) -> Legend:
        if stored is not None and not stored.changeable and legend.id != stored.id:
            return stored
        title = listed.name(legend, rest, LONGEST_TITLE)
        letter = free_letter(legend.letter, (other.letter for other in rest))
        if letter != legend.letter:
            sentence = message(
                "“{taken}” stands for another one here: “{title}” gets “{letter}”.",
                taken=legend.letter,
                title=title,
                letter=letter,
            )
            review.note(PlanSection.LEGENDS, sentence)
        base = stored or replace(legend, id=kind.ids[legend.id])
        return replace(base, title=title, color=legend.color, letter=letter)

    return listed.objects(rest, build, checked_legend)


def schemes_after(work: Import, ids: Ids, used: Collection[str]) -> tuple[WorkloadScheme, ...]:
    """Return the site-wide workload schemes; the default and the ``used`` ones stay."""
    kind = ids.schemes
    if kind.imported is None:
        return work.current.schemes
    listed = _ListImport(work, PlanSection.SCHEMES, kind, _name)
    own = [scheme for scheme in kind.rest if scheme.id != work.default_scheme]
    rest = [scheme for scheme in kind.rest if scheme.id == work.default_scheme]
    rest += listed.staying(own, used, TEAMS_HAVE_IT)

    def build(scheme: WorkloadScheme, stored: WorkloadScheme | None) -> WorkloadScheme:
        name = listed.name(scheme, rest, LONGEST_NAME)
        base = stored or replace(scheme, id=kind.ids[scheme.id])
        return replace(base, name=name, weekdays=scheme.weekdays)

    return listed.objects(rest, build, checked_scheme)


def calendars_after(work: Import, ids: Ids, used: Collection[str]) -> tuple[GlobalCalendar, ...]:
    """Return the global calendars with their days; ``used`` ones stay. In a merge, days of the file replace
    overlapping ones.
    """
    kind, review = ids.calendars, work.review
    if kind.imported is None:
        return work.current.calendars
    listed = _ListImport(work, PlanSection.CALENDARS, kind, _name)
    rest = listed.staying(kind.rest, used, MEMBERS_FOLLOW_IT)
    path = {calendar.id: f"$.calendars[{index}].days" for index, calendar in enumerate(kind.imported)}

    def build(calendar: GlobalCalendar, stored: GlobalCalendar | None) -> GlobalCalendar:
        name = listed.name(calendar, rest, LONGEST_NAME)
        days = _days(work, ids, calendar.days, path[calendar.id], set(stored.days if stored else ()))
        # Check the file's days first: merged one by one, a half could replace a whole day of the same file.
        review.check(path[calendar.id], partial(check_once, days), None)
        if stored is not None and not work.choices.replace:
            preview = merge(stored.days, days)
            days = merged(stored.days, preview, {new.date for _, new in preview.conflicting})
        base = stored or replace(calendar, id=kind.ids[calendar.id])
        return replace(base, name=name, days=days)

    def checked(calendar: GlobalCalendar, others: Iterable[GlobalCalendar]) -> GlobalCalendar:
        return checked_calendar(calendar, others, (), calendar.days)  # ``_days`` has checked their legends.

    return listed.objects(rest, build, checked)


def labels_after(work: Import, ids: Ids) -> tuple[UserLabel, ...]:
    """Return the user labels; in a merge, they keep people whom the file does not name."""
    kind, review = ids.labels, work.review
    if kind.imported is None:
        return work.current.labels
    listed = _ListImport(work, PlanSection.LABELS, kind, _name)
    rest = [] if work.choices.replace else list(kind.rest)

    def build(label: UserLabel, stored: UserLabel | None) -> UserLabel:
        people = review.known(PlanSection.LABELS, label.people, work.known.people)
        if stored is not None and not work.choices.replace:
            people |= stored.people
        name = listed.name(label, rest, LONGEST_LABEL)
        base = stored or replace(label, id=kind.ids[label.id])
        return replace(base, name=name, color=label.color, people=people)

    def checked(label: UserLabel, others: Iterable[UserLabel]) -> UserLabel:
        check_people(label.people)
        return checked_label(label, others)

    return listed.objects(rest, build, checked)


def attributes_after(work: Import, ids: Ids) -> tuple[Attribute, ...]:
    """Return the attributes; those missing from the file are never deleted, because worklogs have them.

    They stay in a merge and are retired otherwise.
    """
    kind = ids.attributes
    if kind.imported is None:
        return work.current.attributes
    listed = _ListImport(work, PlanSection.ATTRIBUTES, kind, _name)
    retiring = work.choices.replace
    rest = [replace(one, retired=True) if retiring and not one.built_in else one for one in kind.rest]

    def build(attribute: Attribute, stored: Attribute | None) -> Attribute:
        name = listed.name(attribute, rest, LONGEST_ATTRIBUTE_NAME)
        number, version = kind.ids[attribute.id], stored.version if stored else 0
        if stored is None:
            return replace(attribute, id=number, name=name)
        options, ids_here = options_after(stored, attribute)
        default = ids_here.get(attribute.default, attribute.default)
        return replace(attribute, id=number, name=name, default=default, options=options, version=version)

    return listed.objects(rest, build, checked_attribute)


def options_after(stored: Attribute, imported: Attribute) -> tuple[tuple[Option, ...], Mapping[str, str]]:
    """Return the options of an attribute, and their ids here by their ids in the file.

    An option of the file is the one with its id here, or else with its name: worklogs name options by their ids.
    """
    found = match(stored.options, imported.options, lambda one: one.id, lambda one: one.name)
    ids = {one.id: found[one.id].id if one.id in found else one.id for one in imported.options}
    known = set(ids.values())
    gone = tuple(replace(one, removed=True) for one in stored.options if one.id not in known)
    return (*(replace(one, id=ids[one.id]) for one in imported.options), *gone), ids


def leaves_after(work: Import, ids: Ids) -> tuple[Leave, ...]:
    """Return everybody's leaves; in a merge, those of the file replace overlapping ones."""
    imported = work.imported.leaves
    if imported is None:
        return work.current.leaves
    known = work.review.known(PlanSection.LEAVES, (leave.account_id for leave in imported), work.known.people)
    legends, before = _possible_legends(work, ids), set(work.current.leaves)
    of_day = defaultdict[tuple[str, date], list[Leave]](list)
    for index, leave in enumerate(imported):
        legend_id = ids.legends.find(leave.legend_id)
        if legend_id is None:
            work.review.problem(f"$.leaves[{index}].legend", NO_LEGEND)
        elif leave.account_id in known:
            here, checked = replace(leave, legend_id=legend_id), of_day[leave.account_id, leave.date]
            keeps = here in before or legend_id == SystemLegend.UNCLASSIFIED
            rules = partial(check_leaves, [*checked, here], legends, [*checked, *([here] if keeps else ())])
            work.review.check(f"$.leaves[{index}]", rules, None)
            checked.append(here)
    coming = [leave for leaves in of_day.values() for leave in leaves]
    return with_leaves(() if work.choices.replace else work.current.leaves, coming)


def _possible_legends(work: Import, ids: Ids) -> tuple[Legend, ...]:
    """Return all legends that a day may refer to before the deleted ones are known."""
    coming = (replace(legend, id=ids.legends.ids[legend.id]) for legend in ids.legends.imported or ())
    return (*coming, *work.current.legends)


def _days(
    work: Import, ids: Ids, days: Iterable[NonWorkingDay], path: str, stored: Collection[NonWorkingDay]
) -> tuple[NonWorkingDay, ...]:
    """Return a calendar's days with their ids here; those ``stored`` keep a legend that cannot be chosen anymore."""
    choices = {legend.id: legend for legend in _possible_legends(work, ids) if legend.for_calendar}
    days_here = []
    for index, day in enumerate(days):
        # The rule of the whole calendar would not say which day it is, so it gets a title that it accepts.
        title = work.review.check(f"{path}[{index}]", partial(read_name, day.title, "day", "title"), NAMELESS)
        legend_id = ids.legends.find(day.legend_id)
        if legend_id is None:
            work.review.problem(f"{path}[{index}].legend", NO_LEGEND)
            continue
        here = replace(day, title=title, legend_id=legend_id)
        if here not in stored and legend_id != SystemLegend.UNCLASSIFIED:
            work.review.check(f"{path}[{index}]", partial(check_chosen, legend_id, choices), None)
        days_here.append(here)
    return tuple(days_here)


def _name(thing: WorkloadScheme | GlobalCalendar | UserLabel | Attribute) -> str:
    return thing.name


def _title(legend: Legend) -> str:
    return legend.title
