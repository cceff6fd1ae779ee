"""One team of a file during an import, and the team, roles, and schemes of this site it corresponds to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from timesheet.domain.calendar.workload_scheme import WorkloadScheme
from timesheet.domain.message import message
from timesheet.domain.report.view import ReportView
from timesheet.domain.team.team import Member
from timesheet.services.ports.transfer import TeamSetup
from timesheet.services.transfer.ids import Matched, matched
from timesheet.services.transfer.match import fresh_id, match
from timesheet.services.transfer.review import Import

NO_ROLE = message("There is no such role in this team.")


@dataclass(frozen=True, slots=True)
class TeamDraft:
    """One team during an import: its state in the file and on this site, and the ids of its parts."""

    path: str
    imported: TeamSetup
    stored: TeamSetup | None
    team_id: str
    roles: Mapping[str, str]
    schemes: Matched[WorkloadScheme]
    views: Matched[ReportView]

    @property
    def members(self) -> Mapping[str, Member]:
        """Return the current members of the team, by account id."""
        return {member.account_id: member for member in self.stored.members} if self.stored else {}

    @property
    def system_roles(self) -> Mapping[str, str]:
        """Return the ids here of the built-in roles, by their ``system``; those of a new team are the file's."""
        if self.stored:
            return {role.system: role.id for role in self.stored.roles if role.system}
        return {role.system: self.roles[role.id] for role in self.imported.roles if role.system}


def draft_of(
    setup: TeamSetup,
    stored: TeamSetup | None,
    path: str,
    team_id: str,
    scheme_ids: set[str],
    view_ids: set[str],
) -> TeamDraft:
    """Return the draft of a team. To the ids of schemes and of teams' views on this site, new ones are added."""
    current = stored.roles if stored else ()
    system = {role.system: role.id for role in current if role.system}
    ids = {role.id: system[role.system] for role in setup.roles if role.system in system}
    # A built-in role that the file does not mark as one is found like any other, so it is not added once more.
    free = [role for role in current if role.id not in ids.values()]
    imported = [role for role in setup.roles if role.id not in ids]
    found = match(free, imported, lambda role: role.id, lambda role: role.name)
    used = {role.id for role in current}
    for role in imported:
        ids[role.id] = found[role.id].id if role.id in found else fresh_id(role.id, used, team_id)
        used.add(ids[role.id])
    schemes = matched(
        stored.schemes if stored else (), setup.schemes, lambda s: s.id, lambda s: s.name, scheme_ids
    )
    scheme_ids.update(schemes.ids.values())
    views = matched(stored.views if stored else (), setup.views, lambda v: v.id, lambda v: v.name, view_ids)
    view_ids.update(views.ids.values())
    return TeamDraft(
        path=path, imported=setup, stored=stored, team_id=team_id, roles=ids, schemes=schemes, views=views
    )


def role_ids_here(work: Import, draft: TeamDraft, imported: Iterable[str], path: str) -> frozenset[str]:
    """Return the ids on this site of roles in the file; an unknown role is a problem at ``path``."""
    file_ids = set(imported)
    if file_ids - draft.roles.keys():
        work.review.problem(f"{path}.roles", NO_ROLE)
    return frozenset(draft.roles[role_id] for role_id in file_ids if role_id in draft.roles)
