"""Names for the objects in audit events; each kind is read in one step, however many events there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from timesheet.domain.audit.action import PERSONAL_KINDS, ObjectKind
from timesheet.domain.audit.event import AuditEvent, Outcome, PersonId, Value, people_of
from timesheet.domain.errors import TimesheetError
from timesheet.domain.identifier import is_number
from timesheet.domain.job import title_of
from timesheet.domain.lazy import lazy
from timesheet.domain.message import message
from timesheet.domain.person import Person, erased, former
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue
from timesheet.services.audit.view import SOMEBODY
from timesheet.services.ports.stores import Stores
from timesheet.services.snapshot.issue import get_issues
from timesheet.services.viewer.person import name_groups
from timesheet.web.audit.action_names import KINDS
from timesheet.web.audit.terms import page_words
from timesheet.web.http.context import Context
from timesheet.web.http.issue import issue_address
from timesheet.web.http.language import _, list_words, localize, reader_locale
from timesheet.web.team.choice import period_title

THE_APP = message("Timesheet")
SHORT_ID, LENGTH_OF_ID = 8, 32
ALONE = frozenset({ObjectKind.SITE, ObjectKind.SETTING, ObjectKind.PERMISSION, ObjectKind.AUDIT})
"""The kinds of which a site has only one, so the kind alone identifies the object."""
_READ: Mapping[ObjectKind, Callable[[Stores], Mapping[str, str]]] = MappingProxyType(
    {
        ObjectKind.TEAM: lambda stores: {team.id: team.name for team in stores.teams.all()},
        ObjectKind.CALENDAR: lambda stores: {one.id: one.name for one in stores.calendars.all()},
        ObjectKind.SCHEME: lambda stores: {one.id: localize(one.name) for one in stores.schemes.all()},
        ObjectKind.LEGEND: lambda stores: {one.id: localize(one.title) for one in stores.legends.all()},
        ObjectKind.LABEL: lambda stores: {one.id: one.name for one in stores.labels.all()},
        ObjectKind.ATTRIBUTE: lambda stores: {one.id: localize(one.name) for one in stores.attributes.all()},
    }
)


@dataclass(frozen=True, slots=True)
class NamedObject:
    """An object of an event, with its current name or the name at that time; ``kind`` in words.

    ``address`` links to a Jira issue, ``team_id`` is an existing team; both empty otherwise.
    """

    kind: str
    name: str
    address: str = ""
    team_id: str = ""


class EventNames:
    """Names of the people, teams, and objects of some events. ``trouble`` says why ids are shown instead of
    people's names.

    ``own`` is for the viewer's own history: an event of theirs, or an address, can contain the id of a team that they
    may not see, so it has only the names of their teams and of those in which something was done.
    """

    def __init__(
        self,
        context: Context,
        events: Sequence[AuditEvent],
        others: Iterable[str] = (),
        *,
        with_teams: bool = False,
        with_issues: bool = True,
        own: bool = False,
    ) -> None:
        self._context, self.trouble, self._inside = context, "", dict[str, str]()
        self._events, self._own = events, own
        kinds = {event.object_kind for event in events}
        if with_teams or any(event.team_id for event in events):
            kinds.add(ObjectKind.TEAM)
        self._stored_names = {kind: self._read(kind) for kind in _READ if kind in kinds}
        teams = {event.team_id for event in events if event.object_kind is ObjectKind.ROLE}
        self._stored_names[ObjectKind.ROLE] = {
            role.id: localize(role.title)
            for roles in (context.stores.teams.roles_of(teams).values() if teams else ())
            for role in roles
        }
        self._people = self._read_people({*others, *_mentioned(events)})
        groups = {event.object_id for event in events if event.object_kind is ObjectKind.GROUP}
        self._groups = name_groups(
            context.directory, context.cache, context.site.key, context.identity.account_id, groups
        )
        self.trouble = self.trouble or self._groups.trouble
        self._issues = self._read_issues(events) if with_issues else {}

    def person(self, account_id: str) -> Person:
        """Return a person by account id or pseudonym; the app itself for an empty id."""
        if not account_id:
            return Person("", localize(THE_APP))
        if account_id == SOMEBODY:
            return Person(account_id, _("Somebody else"), known=False)
        person = former(account_id) if erased(account_id) else self._people.get(account_id)
        return replace(person, name=localize(person.name)) if person else Person(account_id, account_id)

    def team(self, team_id: str) -> str:
        """Return a team's current name; the beginning of its id if it is deleted, or if the viewer may not see it."""
        name = self._stored_names.get(ObjectKind.TEAM, {}).get(team_id)
        if name is None and self._own and team_id not in self._seen_teams:
            return shortened(team_id)
        return name or _("Deleted team {id}", id=team_id[:SHORT_ID])

    def object(self, event: AuditEvent) -> NamedObject:
        """Return the object of an event."""
        kind, words = event.object_kind, localize(KINDS[event.object_kind])
        if kind in ALONE:
            return NamedObject("", words)
        if kind in PERSONAL_KINDS:
            return NamedObject("", self.person(event.object_id).name if event.object_id else "")
        if kind is ObjectKind.JOB:
            return NamedObject(words, localize(title_of(event.object_id)))
        if kind is ObjectKind.GROUP:
            return NamedObject(words, localize(self._groups.name(event.object_id)))
        if kind is ObjectKind.WORKLOG:
            return self._worklog(event)
        if kind is ObjectKind.ADDRESS:
            page = page_words(event.object_id)
            return NamedObject("", page) if page else NamedObject(words, event.object_id)
        if kind is ObjectKind.PERIOD:
            return NamedObject(words, self._period(event) or shortened(event.object_id))
        if kind is ObjectKind.TEAM and not event.object_id:
            return self._without_team(event)
        stored_name = self._stored_names.get(kind, {}).get(event.object_id)
        name = stored_name or _text_of_event(event) or shortened(event.object_id)
        if kind is ObjectKind.TEAM and stored_name:
            return NamedObject(words, name, team_id=event.object_id)
        return NamedObject(words, name)

    def look_inside(self, event: AuditEvent) -> None:
        """Read names for all ids inside one event, including those that only its team has."""
        context, stores = self._context, self._context.stores
        groups = {group for values in (event.before, event.after) for group in _listed("groups", values)}
        named = name_groups(
            context.directory, context.cache, context.site.key, context.identity.account_id, groups
        )
        self._inside.update((group, localize(named.name(group))) for group in groups)
        self._inside.update(self._read_projects(event))
        for kind in _READ:
            self._inside.update(self._read(kind))
        if event.team_id in self._inside:
            self._inside.update((role.id, localize(role.title)) for role in stores.teams.roles(event.team_id))
            self._inside.update(
                (scheme.id, localize(scheme.name)) for scheme in stores.schemes.all(event.team_id)
            )

    def issue(self, number: int) -> str:
        """Return the key of an issue if the viewer may see it, otherwise its id."""
        found = self._issues.get(number)
        return found.key if found else str(number)

    def inside(self, text: str) -> str:
        """Return a text inside an event: the name if it is an id, otherwise the text itself."""
        return self._inside.get(text, text)

    @lazy
    def _seen_teams(self) -> frozenset[str]:
        """Return the teams that the viewer belongs to, leads, or administers, and those in which something was done."""
        viewer, teams = self._context.identity.account_id, self._context.stores.teams
        done = [event for event in self._events if event.outcome is Outcome.DONE]
        listed = {team for event in done for team in _listed("teams", event.after)}
        own = {team.id for team, _member in teams.teams_of(viewer)}
        everywhere = self._context.team_context.administers
        seen = {team.id for team in teams.all() if everywhere or team.lead == viewer}
        return frozenset(seen | own | listed | {event.team_id for event in done})

    def _read(self, kind: ObjectKind) -> Mapping[str, str]:
        """Return the names of all stored objects of a kind that may be shown, by id."""
        names = _READ[kind](self._context.stores)
        if kind is not ObjectKind.TEAM or not self._own:
            return names
        return {team_id: name for team_id, name in names.items() if team_id in self._seen_teams}

    def _worklog(self, event: AuditEvent) -> NamedObject:
        """Return a worklog by its issue, if the viewer may see it; its seconds are shown next to it."""
        number = _issue_of(event)
        if number is None:
            return NamedObject(localize(KINDS[ObjectKind.WORKLOG]), event.object_id)
        issue, site = self._issues.get(number), self._context.site.display_url
        if issue is None:
            return NamedObject("", _("Issue {number}", number=number), f"{site}/issues/?jql=id%3D{number}")
        return NamedObject("", issue.key, issue_address(site, issue.key))

    def _without_team(self, event: AuditEvent) -> NamedObject:
        """Return whose time an event of several teams, or of none, is about: the teams, or the person who acted."""
        teams = list(_listed("teams", event.after))
        if not teams:
            return NamedObject("", self.person(event.actor).name)
        return NamedObject(localize(KINDS[ObjectKind.TEAM]), list_words([self.team(team) for team in teams]))

    def _period(self, event: AuditEvent) -> str:
        """Return the days of a closing, if the event contains them or the closing is still stored."""
        span = span_of(event) or self._spans.get(event.object_id)
        if span is None:
            return ""
        return period_title(span, reader_locale(self._context.profile().locale))

    @lazy
    def _spans(self) -> Mapping[str, DateSpan]:
        """Return the days of the closings whose events do not contain them, by id."""
        without = (event for event in self._events if event.object_kind is ObjectKind.PERIOD)
        teams = sorted({event.team_id for event in without if span_of(event) is None})
        periods = self._context.stores.periods
        return {record.id: record.span for team in teams for record in periods.records(team)}

    def _read_issues(self, events: Sequence[AuditEvent]) -> Mapping[int, Issue]:
        """Return issues as the viewer may see them; without a response from Jira, ids are shown."""
        numbers = sorted({number for event in events if (number := _issue_of(event)) is not None})
        try:
            return (
                {issue.id: issue for issue in get_issues(self._context.viewer_context, numbers)}
                if numbers
                else {}
            )
        except TimesheetError:
            return {}

    def _read_projects(self, event: AuditEvent) -> Mapping[str, str]:
        """Return the names of a scope's projects that the viewer may browse, by id."""
        listed = (one for values in (event.before, event.after) for one in _listed("projects", values))
        ids = [int(one) for one in listed if is_number(one)]
        try:
            found = self._context.directory.read_projects(ids) if ids else {}
        except TimesheetError:
            return {}
        return {str(number): f"{project.name} ({project.key})" for number, project in found.items()}

    def _read_people(self, account_ids: set[str]) -> Mapping[str, Person]:
        ids = sorted(one for one in account_ids if one not in ("", SOMEBODY) and not PersonId(one).former)
        try:
            return self._context.team_context.people(ids)
        except TimesheetError as error:
            self.trouble = error.sentence
            return {}


def _mentioned(events: Sequence[AuditEvent]) -> Iterable[str]:
    for event in events:
        yield event.actor
        yield from event.people
        yield from people_of(event)


def _listed(key: str, values: Mapping[str, Value]) -> Iterator[str]:
    """Yield the values of all lists under this key, at any depth."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _listed(key, value)
        elif name == key and isinstance(value, Sequence) and not isinstance(value, str):
            yield from map(str, value)


def shortened(text: str) -> str:
    """Return the beginning of an id that the app created; other ids unchanged."""
    return f"{text[:SHORT_ID]}…" if len(text) == LENGTH_OF_ID else text


def span_of(event: AuditEvent) -> DateSpan | None:
    """Return the days of a closing or an export, if its event contains them; that of a late change does not."""
    days = [str({**event.before, **event.after}.get(name)) for name in ("first", "last")]
    try:
        return DateSpan(*map(date.fromisoformat, days))
    except ValueError:
        return None


def _issue_of(event: AuditEvent) -> int | None:
    """Return the id of a worklog's issue, now or before."""
    if event.object_kind is not ObjectKind.WORKLOG:
        return None
    number = event.after.get("issue", event.before.get("issue"))
    return number if isinstance(number, int) else None


def _text_of_event(event: AuditEvent) -> str:
    """Return the name in the event itself, for example of a deleted object."""
    for values in (event.after, event.before):
        for key in ("name", "title"):
            if isinstance(values.get(key), str):
                return str(values[key])
    return ""
