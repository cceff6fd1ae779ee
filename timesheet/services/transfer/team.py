"""Compute a site's teams after an import: scope, roles, own schemes, members, and groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from timesheet.domain.calendar.workload_scheme import WorkloadScheme, checked_scheme
from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.name import LONGEST_NAME
from timesheet.domain.team.team import (
    ROLE_NAMES,
    Role,
    Scope,
    Team,
    checked_role,
    checked_team,
    system_roles,
)
from timesheet.services.ports.stores import TeamGroup
from timesheet.services.ports.transfer import TeamSetup
from timesheet.services.team.scope import checked_scope
from timesheet.services.transfer.draft import TeamDraft, draft_of, role_ids_here
from timesheet.services.transfer.ids import Ids, note_matches
from timesheet.services.transfer.member import NO_SCHEME, check_members, lead_after, members_after
from timesheet.services.transfer.review import SAME_ENTRY, Import, PlanSection
from timesheet.services.transfer.view import views_after

NO_ATTRIBUTE = message("There is no such attribute, neither in the file nor here.")
NOTHING = Scope((), "project is EMPTY")
"""The scope of a new team none of whose projects exist here: no issue until somebody chooses; an empty scope
means all.
"""


def teams_after(work: Import, ids: Ids) -> tuple[TeamSetup, ...]:
    """Return all teams, before their schemes get unique names; those that closed a period are never deleted."""
    kind = ids.teams
    if kind.imported is None:
        return work.current.teams
    work.review.unique("$.teams", (setup.team.id for setup in kind.imported))
    note_matches(work, PlanSection.TEAMS, kind, lambda setup: setup.team.name)
    rest, scheme_ids, view_ids = _rest(work, kind.rest), _scheme_ids(work), _view_ids(work)
    names = [setup.team.name for setup in rest]
    drafts = [
        draft_of(
            setup,
            kind.stored.get(setup.team.id),
            f"$.teams[{index}]",
            kind.ids[setup.team.id],
            scheme_ids,
            view_ids,
        )
        for index, setup in enumerate(kind.imported)
    ]
    roles = {id_: stored for draft in drafts for id_, stored in draft.roles.items()}
    built = [
        (draft, replace(_setup(work, ids, draft, names), views=views_after(work, ids, draft, roles)))
        for draft in drafts
    ]
    everything = [setup.team for setup in (*rest, *(done for _, done in built))]
    after = list(rest)
    for draft, setup in built:
        if draft.stored is None or setup.team != draft.stored.team:
            team = work.review.check(draft.path, partial(checked_team, setup.team, everything), setup.team)
            setup = replace(setup, team=team)  # noqa: PLW2901  (the same setup, its texts cleaned)
        after.append(setup)
    return tuple(after)


def _rest(work: Import, rest: Iterable[TeamSetup]) -> list[TeamSetup]:
    if not work.choices.replace:
        return list(rest)
    staying = [setup for setup in rest if setup.team.id in work.closed]
    for setup in staying:
        sentence = message(
            "“{name}” is not in the file but stays: it has closed periods. Its lead can delete it.",
            name=setup.team.name,
        )
        work.review.note(PlanSection.TEAMS, sentence)
    return staying


def _scheme_ids(work: Import) -> set[str]:
    own = {scheme.id for setup in work.current.teams for scheme in setup.schemes}
    imported = {scheme.id for scheme in work.imported.schemes or ()}
    return own | imported | {scheme.id for scheme in work.current.schemes}


def _view_ids(work: Import) -> set[str]:
    return {view.id for setup in work.current.teams for view in setup.views}


def _setup(work: Import, ids: Ids, draft: TeamDraft, names: Sequence[str]) -> TeamSetup:
    review, imported, stored = work.review, draft.imported, draft.stored
    for name, keys in (
        ("roles", [role.id for role in imported.roles]),
        ("schemes", [scheme.id for scheme in imported.schemes]),
        ("members", [member.account_id for member in imported.members]),
        ("groups", [group.group_id for group in imported.groups]),
        ("views", [view.id for view in imported.views]),
    ):
        review.unique(f"{draft.path}.{name}", keys, SAME_ENTRY)
    lead = lead_after(work, draft)
    members = members_after(work, ids, draft, lead)
    groups = _groups(work, draft)
    used = {role for member in members for role in member.role_ids}
    used |= {role for group in groups for role in group.role_ids}
    roles = _roles(work, draft, used)
    default = _default(work, ids, draft)
    stays = {default, *(dated.scheme_id for member in members for dated in member.schemes)}
    remaining = [s for s in draft.schemes.rest if not work.choices.replace or s.id in stays]
    schemes = [_scheme(draft, scheme) for scheme in imported.schemes]
    base = stored.team if stored else Team(draft.team_id, "", "", default)
    team = replace(
        base,
        name=review.named(PlanSection.TEAMS, imported.team.name, names, LONGEST_NAME),
        lead=lead,
        default_scheme_id=default,
        description=imported.team.description,
        scope=_scope(work, draft),
        archived=imported.team.archived,
    )
    setup = TeamSetup(team, roles, (*remaining, *schemes), members, groups)
    check_members(work, ids, draft, setup)
    return replace(setup, attributes=_attributes(work, ids, draft))


def _attributes(work: Import, ids: Ids, draft: TeamDraft) -> frozenset[str]:
    """Return the attributes of a team; in a merge, it keeps those that the file does not name."""
    found = [ids.attributes.find(id_) for id_ in sorted(draft.imported.attributes)]
    if None in found:
        work.review.problem(f"{draft.path}.attributes", NO_ATTRIBUTE)
    current = draft.stored.attributes if draft.stored and not work.choices.replace else frozenset[str]()
    return current | {id_ for id_ in found if id_ is not None}


def _roles(work: Import, draft: TeamDraft, used: Collection[str]) -> tuple[Role, ...]:
    current = {role.id: role for role in draft.stored.roles} if draft.stored else {}
    named = set(draft.roles.values())
    rest = [
        role
        for role in current.values()
        if role.id not in named and (not work.choices.replace or role.system or role.id in used)
    ]
    built = [
        _role(work, draft, role, current.get(draft.roles[role.id]), rest) for role in draft.imported.roles
    ]
    for system, name in ROLE_NAMES.items():
        if sum(role.system == system for role in (*rest, *built)) != 1:
            work.review.problem(
                f"{draft.path}.roles",
                message(
                    "A team must have exactly one role {name}, with the system {system}.",
                    name=name,
                    system=system,
                ),
            )
    canonical = {role.system: role for role in system_roles(draft.team_id, lambda: "")}
    after = list(rest)
    for index, role in enumerate(built):
        if role == current.get(role.id):
            after.append(role)
            continue
        stored = current.get(role.id) or replace(canonical.get(role.system, role), id=role.id)
        others = [stored, *(other for other in (*rest, *built) if other is not role)]
        rules = partial(checked_role, role, others)
        after.append(work.review.check(f"{draft.path}.roles[{index}]", rules, role))
    return tuple(after)


def _role(work: Import, draft: TeamDraft, imported: Role, stored: Role | None, rest: Iterable[Role]) -> Role:
    base = stored or replace(imported, id=draft.roles[imported.id], team_id=draft.team_id)
    name = work.review.named(PlanSection.TEAMS, imported.name, (role.name for role in rest), LONGEST_NAME)
    return replace(base, name=name, permissions=imported.permissions)


def _groups(work: Import, draft: TeamDraft) -> tuple[TeamGroup, ...]:
    current = {group.group_id: group for group in draft.stored.groups} if draft.stored else {}
    imported = draft.imported.groups
    known = work.review.existing_groups(
        PlanSection.TEAMS, (group.group_id for group in imported), work.known.groups
    )
    after = {} if work.choices.replace else dict(current)
    for index, group in enumerate(imported):
        path = f"{draft.path}.groups[{index}]"
        role_ids = role_ids_here(work, draft, group.role_ids, path)
        if not group.role_ids:
            work.review.problem(f"{path}.roles", message("Choose at least one role for its people."))
        if group.group_id in known:
            base = current.get(group.group_id) or TeamGroup(draft.team_id, group.group_id, frozenset())
            after[group.group_id] = replace(base, role_ids=role_ids)
    return tuple(after[group_id] for group_id in sorted(after))


def _default(work: Import, ids: Ids, draft: TeamDraft) -> str:
    scheme_id = draft.imported.team.default_scheme_id
    if not scheme_id:
        return draft.stored.team.default_scheme_id if draft.stored else work.default_scheme
    found = draft.schemes.find(scheme_id) or ids.schemes.find(scheme_id)
    if found is None:
        work.review.problem(f"{draft.path}.default_scheme", NO_SCHEME)
    return found or work.default_scheme


def _scheme(draft: TeamDraft, scheme: WorkloadScheme) -> WorkloadScheme:
    stored = draft.schemes.stored.get(scheme.id)
    base = stored or replace(scheme, id=draft.schemes.ids[scheme.id], team_id=draft.team_id)
    return replace(base, name=scheme.name, weekdays=scheme.weekdays)


def _scope(work: Import, draft: TeamDraft) -> Scope:
    """Return the projects that exist here and the filter, which is kept even if Jira does not accept it."""
    imported, review = draft.imported.team, work.review
    now = draft.stored.team.scope if draft.stored else None
    current = now.project_ids if now else ()
    keys = work.imported.project_keys
    here = {
        number: work.known.project(number, keys.get(number), current) for number in imported.scope.project_ids
    }
    projects = tuple(number for number in here.values() if number is not None)
    if lost := tuple(keys.get(number, str(number)) for number, found in here.items() if found is None):
        review.note(
            PlanSection.TEAMS, _lost_projects(imported.name, lost, any_left=bool(projects), new=now is None)
        )
        if not projects:
            return now or NOTHING
    if imported.scope.jql in work.known.broken:
        words = work.known.broken[imported.scope.jql]
        review.note(
            PlanSection.TEAMS,
            message(
                "The filter of “{name}” is kept, but finds nothing. {words}", name=imported.name, words=words
            ),
        )
    scope = Scope(projects, imported.scope.jql)
    return scope if scope == now else review.check(draft.path, partial(checked_scope, scope), scope)


def _lost_projects(name: str, lost: tuple[str, ...], *, any_left: bool, new: bool) -> str:
    """Return a note about projects of a team that do not exist here."""
    if any_left:
        return message(
            "“{name}” counts projects that are not here, so they are left out: {lost}.", name=name, lost=lost
        )
    if new:
        return message(
            "“{name}” counts projects that are not here, so they are left out: {lost}. "
            "None is left: it counts nothing until you choose.",
            name=name,
            lost=lost,
        )
    return message(
        "“{name}” counts projects that are not here, so they are left out: {lost}. "
        "None is left: it counts what it counts now.",
        name=name,
        lost=lost,
    )


def name_schemes(
    work: Import, teams: Iterable[TeamSetup], wide: Sequence[WorkloadScheme]
) -> tuple[TeamSetup, ...]:
    """Return the teams with scheme names that no scheme of the site has; changed ones pass the rules."""
    current = {scheme.id: scheme for setup in work.current.teams for scheme in setup.schemes}
    return tuple(replace(setup, schemes=_named(work, setup, current, wide)) for setup in teams)


def _named(
    work: Import, setup: TeamSetup, current: Mapping[str, WorkloadScheme], wide: Sequence[WorkloadScheme]
) -> tuple[WorkloadScheme, ...]:
    names = [scheme.name for scheme in wide]
    renamed = [
        scheme
        if scheme == current.get(scheme.id)
        else replace(scheme, name=work.review.named(PlanSection.TEAMS, scheme.name, names, LONGEST_NAME))
        for scheme in setup.schemes
    ]
    others = [*wide, *renamed]
    return tuple(
        scheme if scheme == current.get(scheme.id) else _checked(work, setup.team, scheme, others)
        for scheme in renamed
    )


def _checked(
    work: Import, team: Team, scheme: WorkloadScheme, others: Iterable[WorkloadScheme]
) -> WorkloadScheme:
    try:
        return checked_scheme(scheme, others)
    except InvalidInput as error:
        sentence = message(
            "{team}, {scheme}: {problem}", team=team.name, scheme=scheme.name, problem=error.sentence
        )
        work.review.problem("$.teams", sentence)
        return scheme
