"""Compute the saved views of a team after an import: the ids in their reports become those of this site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from timesheet.domain.message import message
from timesheet.domain.name import LONGEST_NAME
from timesheet.domain.report.reference import Finders, moved_query, names_jira_ids
from timesheet.domain.report.view import ReportView, checked_view
from timesheet.services.transfer.draft import TeamDraft
from timesheet.services.transfer.ids import Ids
from timesheet.services.transfer.list import options_after
from timesheet.services.transfer.review import Import, PlanSection

ONE_FIRST = message("A team can have only one default view.")
LOST = message(
    "The view “{name}” names teams, labels, groups, roles, or attributes that are not here. They are left out, so its "
    "report may show more."
)
OF_ONE_JIRA = message(
    "The view “{name}” is filtered by ids of projects, issues, types, statuses, or components. If the file is from "
    "another Jira, choose these filters again."
)


def views_after(work: Import, ids: Ids, draft: TeamDraft, roles: Mapping[str, str]) -> tuple[ReportView, ...]:
    """Return the views of a team. ``roles`` are the ids here of all roles in the file, by their ids there.

    A default of the file takes the place of the one that the team has.
    """
    kind, review = draft.views, work.review
    finders = _finders(work, ids, {**roles, **draft.roles})
    rest = [] if work.choices.replace else list(kind.rest)
    names = [view.name for view in rest]
    built = [_view(work, draft, view, finders, names) for view in draft.imported.views]
    defaults = sum(view.default for view in built)
    if defaults > 1:
        review.problem(f"{draft.path}.views", ONE_FIRST)
    after = [replace(view, default=False) if defaults else view for view in rest]
    everything = [*rest, *built]
    for index, view in enumerate(built):
        if view == kind.stored.get(draft.imported.views[index].id):
            after.append(view)
        else:
            path = f"{draft.path}.views[{index}]"
            after.append(review.check(path, partial(checked_view, view, everything), view))
    return tuple(after)


def _view(
    work: Import, draft: TeamDraft, imported: ReportView, finders: Finders, names: Sequence[str]
) -> ReportView:
    review, stored = work.review, draft.views.stored.get(imported.id)
    moved = moved_query(imported.query, draft.team_id, finders)
    name = review.named(PlanSection.TEAMS, imported.name, names, LONGEST_NAME)
    base = stored or ReportView(draft.views.ids[imported.id], "", "", team_id=draft.team_id)
    view = replace(
        base,
        name=name,
        query=moved.query,
        people=review.known(PlanSection.TEAMS, imported.people, work.known.people),
        default=imported.default,
    )
    if moved.lost:
        review.note(PlanSection.TEAMS, message(LOST, name=name))
    if names_jira_ids(view.query) and view != stored:
        review.note(PlanSection.TEAMS, message(OF_ONE_JIRA, name=name))
    return view


def _finders(work: Import, ids: Ids, roles: Mapping[str, str]) -> Finders:
    role_ids = {role.id for setup in work.current.teams for role in setup.roles}
    groups = work.known.groups
    return Finders(
        team=ids.teams.find,
        label=ids.labels.find,
        group=lambda id_: id_ if id_ in groups else None,
        role=lambda id_: roles.get(id_) or (id_ if id_ in role_ids else None),
        attribute=ids.attributes.find,
        option=partial(_option, _options(ids)),
    )


def _options(ids: Ids) -> Mapping[tuple[str, str], str]:
    """Return the ids here of the options of attributes that exist on both sides, by the ids in the file."""
    kind = ids.attributes
    return {
        (imported.id, option): stored
        for imported in kind.imported or ()
        if imported.id in kind.stored
        for option, stored in options_after(kind.stored[imported.id], imported)[1].items()
    }


def _option(known: Mapping[tuple[str, str], str], attribute_id: str, option_id: str) -> str:
    """Return the id here of an option; answers, numbers, and hashes of texts are the same everywhere."""
    return known.get((attribute_id, option_id), option_id)
