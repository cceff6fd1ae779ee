"""Compute the members and lead of a team after an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from timesheet.domain.calendar.workload_scheme import DatedScheme, in_order
from timesheet.domain.message import message
from timesheet.domain.team.team import LEAD_ROLE, MEMBER_ROLE, Member
from timesheet.services.ports.transfer import TeamSetup
from timesheet.services.team.member import check_in_team
from timesheet.services.transfer.draft import TeamDraft, role_ids_here
from timesheet.services.transfer.ids import Ids
from timesheet.services.transfer.review import Import, PlanSection

NO_SCHEME = message("There is no such workload scheme, neither in the file nor here.")
NO_CALENDAR = message("There is no such calendar, neither in the file nor here.")


def lead_after(work: Import, draft: TeamDraft) -> str:
    """Return the file's lead if they can lead; else the current lead; for a new team, whoever imports."""
    file_lead = draft.imported.team.lead
    now = draft.stored.team.lead if draft.stored else None
    if file_lead == now or file_lead in work.known.leaders:
        return file_lead
    sentence = (
        message(
            "The lead of “{name}” has no active account in this Jira, so the current lead stays.",
            name=draft.imported.team.name,
        )
        if now
        else message(
            "The lead of “{name}” has no active account in this Jira, so you lead it until you hand it over.",
            name=draft.imported.team.name,
        )
    )
    work.review.note(PlanSection.TEAMS, sentence, [file_lead])
    return now or work.viewer


def members_after(work: Import, ids: Ids, draft: TeamDraft, lead: str) -> tuple[Member, ...]:
    """Return the members, including the lead; in a merge, teams keep members whom the file does not name."""
    known = work.review.known(
        PlanSection.TEAMS, (m.account_id for m in draft.imported.members), work.known.people
    )
    now = draft.members
    after = {
        account_id: member
        for account_id, member in now.items()
        if not work.choices.replace or account_id == lead
    }
    for index, imported in enumerate(draft.imported.members):
        path = f"{draft.path}.members[{index}]"
        if imported.account_id in known:
            base = now.get(imported.account_id) or Member(draft.team_id, imported.account_id, frozenset())
            after[imported.account_id] = _member(work, ids, draft, base, imported, path)
    return _with_lead(work, draft, [after[account_id] for account_id in sorted(after)], lead)


def _member(work: Import, ids: Ids, draft: TeamDraft, base: Member, imported: Member, path: str) -> Member:
    groups = [imported.group_id] if imported.group_id else []
    schemes = []
    for index, dated in enumerate(imported.schemes):
        scheme_id = draft.schemes.find(dated.scheme_id) or ids.schemes.find(dated.scheme_id)
        if scheme_id is None:
            work.review.problem(f"{path}.schemes[{index}].scheme", NO_SCHEME)
        else:
            schemes.append(DatedScheme(dated.valid_from, scheme_id))
    calendar_id = ids.calendars.find(imported.calendar_id) if imported.calendar_id else None
    if imported.calendar_id and calendar_id is None:
        work.review.problem(f"{path}.calendar", NO_CALENDAR)
    return replace(
        base,
        role_ids=role_ids_here(work, draft, imported.role_ids, path),
        joined=imported.joined,
        left=imported.left,
        calendar_id=calendar_id,
        schemes=tuple(in_order(schemes)),
        group_id=next(iter(work.review.existing_groups(PlanSection.TEAMS, groups, work.known.groups)), None),
    )


def _with_lead(work: Import, draft: TeamDraft, members: Sequence[Member], lead: str) -> tuple[Member, ...]:
    """Return the members with the lead's role; the former lead loses it unless the file says otherwise.

    A lead whom the import leaves unchanged stays as they are.
    """
    before = draft.stored.team.lead if draft.stored else lead
    leads, works = (draft.system_roles.get(system) for system in (LEAD_ROLE, MEMBER_ROLE))
    if leads is None or works is None:
        return tuple(members)
    after = {member.account_id: member for member in members}
    if not draft.stored or before != lead or after.get(lead) != draft.members.get(lead):
        new = after.get(lead) or Member(draft.team_id, lead, frozenset(), joined=work.today)
        after[lead] = replace(new, role_ids=new.role_ids | {leads})
    named = {member.account_id for member in draft.imported.members}
    if before != lead and before in after and before not in named:
        role_ids = after[before].role_ids - {leads}
        after[before] = replace(after[before], role_ids=role_ids or frozenset({works}))
    return tuple(after[account_id] for account_id in sorted(after))


def check_members(work: Import, ids: Ids, draft: TeamDraft, setup: TeamSetup) -> None:
    """Check the rules of a team for everybody whom the import adds or changes."""
    if not any(role.system == LEAD_ROLE for role in setup.roles):
        return
    calendars = {*ids.calendars.existing_ids, *ids.calendars.ids.values()}
    schemes = {*(one.id for one in setup.schemes), *ids.schemes.existing_ids, *ids.schemes.ids.values()}
    places = {member.account_id: index for index, member in enumerate(draft.imported.members)}
    for member in setup.members:
        if member == draft.members.get(member.account_id):
            continue
        place = places.get(member.account_id)
        path = draft.path if place is None else f"{draft.path}.members[{place}]"
        rules = partial(check_in_team, member, setup.team, setup.roles, calendars, schemes)
        work.review.check(path, rules, None)
