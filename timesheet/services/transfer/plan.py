"""Compute what an import would do before anything is done, and a token that represents exactly that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Values
from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan
from timesheet.services.audit.record import AuditRecorder, record
from timesheet.services.ports.settings import SettingsStore
from timesheet.services.ports.transfer import (
    LARGEST_UPLOAD,
    BadFile,
    Configuration,
    ConfigurationFiles,
    Imported,
)
from timesheet.services.transfer.apply import apply_changes
from timesheet.services.transfer.change import (
    ADDED,
    CHANGED,
    DELETED,
    ObjectChange,
    changes_between,
    unchanged_between,
)
from timesheet.services.transfer.command import ImportConfiguration
from timesheet.services.transfer.existing import look_up
from timesheet.services.transfer.ids import match_all
from timesheet.services.transfer.list import (
    attributes_after,
    calendars_after,
    labels_after,
    leaves_after,
    legends_after,
    schemes_after,
)
from timesheet.services.transfer.read import read_configuration, without_lost
from timesheet.services.transfer.review import Choices, Import, Note, PlanSection
from timesheet.services.transfer.site import permissions_after, rule_after, settings_after
from timesheet.services.transfer.team import name_schemes, teams_after
from timesheet.services.viewer.team_context import TeamContext

NEWER = message(
    "This is not what you saw: the configuration, the file, or the choices have changed in the "
    "meantime. Nothing was imported. Look at the new preview."
)
CONFIRM = message("Tick the box to delete what is not in the file.")
NO_FILE = message("This file cannot be imported. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class TransferContext:
    """The values an import needs: the context of the person who imports, settings, the audit recorder, a file
    reader, and what reads the ids of all accounts that the site stores.
    """

    teams: TeamContext
    settings: SettingsStore
    recorder: AuditRecorder
    files: ConfigurationFiles
    accounts: Callable[[], Collection[str]]
    largest: int = LARGEST_UPLOAD


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The plan of an import: ``before`` becomes ``after``. ``changes`` and ``notes`` list it, ``unchanged``
    counts the rest.
    """

    before: Configuration
    after: Configuration
    changes: tuple[ObjectChange, ...]
    notes: tuple[Note, ...]
    unchanged: Mapping[PlanSection, int]
    token: str

    @property
    def deletes(self) -> int:
        """Return how many objects are deleted."""
        return sum(change.kind == DELETED for change in self.changes)


@dataclass(eq=False)
class Unconfirmed(InvalidInput):
    """Objects missing from the file would be deleted, and nobody has confirmed it."""

    plan: ImportPlan | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """The data behind a plan: the configuration, the teams that closed a period, and the days of all closings."""

    configuration: Configuration
    closed: frozenset[str]
    spans: tuple[DateSpan, ...]
    default_scheme: str


def plan_import(context: TransferContext, data: bytes, choices: Choices) -> ImportPlan:
    """Return what importing this file would do. Raise BadFile with each problem and its place; change nothing."""
    return _plan(context, data, choices, _read_stored(context))


def _plan(
    context: TransferContext,
    data: bytes,
    choices: Choices,
    stored: _Stored,
    erased: frozenset[str] = frozenset(),
) -> ImportPlan:
    imported, before = context.files.read(data, context.largest), stored.configuration
    work = _import(context, stored, imported, choices, erased)
    after = without_lost(_after(work))
    if work.review.problems:
        raise BadFile(NO_FILE, field="file", problems=tuple(work.review.problems))
    changes, notes = changes_between(before, after), work.review.finish()
    token = sha256(repr((sha256(data).hexdigest(), choices, changes, notes)).encode()).hexdigest()
    return ImportPlan(before, after, changes, notes, unchanged_between(before, after), token)


def run_import(context: TransferContext, data: bytes, command: ImportConfiguration) -> ImportPlan:
    """Import exactly what the plan with the command's token says, in the transaction of the request.

    Raise Conflict with the current plan in ``current`` if it differs, Unconfirmed if objects are deleted
    without confirmation, and BadFile like ``plan_import``.
    """
    # Jira may take long to say whom and what it has. Meanwhile others can save, and only what they changed is a reason
    # to ask again. The file does not bring back people who are erased meanwhile.
    stored, accounts = _read_stored(context), frozenset(context.accounts())
    plan = _plan(context, data, command.choices, stored)
    context.teams.stores.lock_site()
    latest, erased = _read_stored(context), accounts.difference(context.accounts())
    if latest != stored or erased:
        plan = _plan(context, data, command.choices, latest, erased)
    if plan.token != command.token:
        raise Conflict(NEWER, current=plan)
    if plan.deletes and not command.deleting:
        raise Unconfirmed(CONFIRM, field="confirm", plan=plan)
    apply_changes(context.teams.stores, context.settings, plan.before, plan.after)
    record(context.recorder, Action.CONFIGURATION_IMPORTED, after=_audit_values(plan, data, command.choices))
    return plan


def _audit_values(plan: ImportPlan, data: bytes, choices: Choices) -> Values:
    """Return the audit values of an import, in addition to the events of each change."""
    counts = Counter(change.kind for change in plan.changes)
    return {
        "file_sha256": sha256(data).hexdigest(),
        "replace": choices.replace,
        "permissions": choices.permissions,
        **{kind: counts[kind] for kind in (ADDED, CHANGED, DELETED)},
    }


def _read_stored(context: TransferContext) -> _Stored:
    stores = context.teams.stores
    found = read_configuration(stores, context.settings)
    return _Stored(
        found,
        frozenset(setup.team.id for setup in found.teams if stores.periods.records(setup.team.id)),
        stores.periods.spans(),
        stores.schemes.default_id(),
    )


def _import(
    context: TransferContext, stored: _Stored, imported: Imported, choices: Choices, erased: frozenset[str]
) -> Import:
    known = look_up(context.teams.directory, context.teams.people_to_choose, stored.configuration, imported)
    return Import(
        current=stored.configuration,
        imported=imported,
        known=replace(known, people=known.people - erased, leaders=known.leaders - erased),
        choices=choices,
        viewer=context.teams.viewer,
        today=context.teams.today,
        closed=stored.closed,
        spans=stored.spans,
        default_scheme=stored.default_scheme,
    )


def _after(work: Import) -> Configuration:
    """Return the configuration after the import. Referring objects are computed first, so objects in use stay."""
    ids = match_all(work)
    for sentence in work.known.unchecked:
        work.review.note(PlanSection.TEAMS, sentence)
    teams, leaves = teams_after(work, ids), leaves_after(work, ids)
    members = [member for setup in teams for member in setup.members]
    calendars = calendars_after(work, ids, {m.calendar_id for m in members if m.calendar_id})
    schemes = schemes_after(
        work,
        ids,
        {setup.team.default_scheme_id for setup in teams}
        | {dated.scheme_id for member in members for dated in member.schemes},
    )
    days = {day.legend_id for calendar in calendars for day in calendar.days}
    return replace(
        work.current,
        settings=settings_after(work),
        rule=rule_after(work),
        permissions=permissions_after(work),
        legends=legends_after(work, ids, days | {leave.legend_id for leave in leaves}),
        schemes=schemes,
        calendars=calendars,
        labels=labels_after(work, ids),
        attributes=attributes_after(work, ids),
        teams=name_schemes(work, teams, schemes),
        leaves=leaves,
    )
