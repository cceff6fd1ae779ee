"""Find out which people, groups, projects, and filters of a file this Jira knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from timesheet.domain.errors import InvalidInput
from timesheet.domain.message import message
from timesheet.domain.person import Person
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.transfer import Configuration, Imported
from timesheet.services.transfer.read import groups_in, people_in, people_of
from timesheet.services.transfer.review import Existing

MOST_ASKED = 50
"""The maximum number of filters and project keys that are checked one by one."""
FILTERS = message(
    "The file has more filters than can be asked about at once: some were not checked with Jira."
)
GROUPS = message("Jira does not show you all of its groups, so some of the file’s may not be here.")


def look_up(
    directory: Directory,
    read_people: Callable[[Iterable[str]], Mapping[str, Person]],
    current: Configuration,
    imported: Imported,
) -> Existing:
    """Return which people, groups, projects, and filters of the file Jira knows.

    Only those that the site does not use yet are looked up. May raise JiraUnavailable or JiraBusy.
    """
    stored = people_in(current)
    leads = _new_leads(current, imported)
    people = read_people(sorted((_people(imported) - stored) | leads))
    existing_groups, unchecked = _groups(directory, current, imported)
    visible, keyed = _projects(directory, imported)
    broken, left = _broken(directory, current, imported)
    return Existing(
        people=stored | {account_id for account_id, person in people.items() if person.known},
        leaders=frozenset(account_id for account_id in leads if people[account_id].active),
        groups=existing_groups,
        visible=visible,
        keyed=keyed,
        broken=broken,
        unchecked=(*unchecked, *((FILTERS,) if left else ())),
    )


def _people(imported: Imported) -> frozenset[str]:
    permissions = imported.permissions
    grants = (*permissions.modules.values(), *permissions.permissions.values()) if permissions else ()
    return frozenset(
        (
            *(person for grant in grants for person in grant.people),
            *(person for label in imported.labels or () for person in label.people),
            *people_of(imported.teams or ()),
            *(leave.account_id for leave in imported.leaves or ()),
        )
    )


def _new_leads(current: Configuration, imported: Imported) -> frozenset[str]:
    """Return those who do not lead the same team already."""
    now = {setup.team.id: setup.team.lead for setup in current.teams}
    leads = ((setup.team.id, setup.team.lead) for setup in imported.teams or ())
    return frozenset(lead for team_id, lead in leads if now.get(team_id) != lead)


def _groups(
    directory: Directory, current: Configuration, imported: Imported
) -> tuple[frozenset[str], tuple[str, ...]]:
    stored = groups_in(current.permissions, current.teams)
    unknown = groups_in(imported.permissions, imported.teams or ()) - stored
    if not unknown:
        return stored, ()
    names = directory.name_groups(sorted(unknown))
    doubtful = any(group_id == name for group_id, name in names.items())
    return stored | frozenset(names), (GROUPS,) if doubtful else ()


def _projects(directory: Directory, imported: Imported) -> tuple[Mapping[int, str], Mapping[str, int]]:
    """Return the keys of the file's project ids here, and the ids here of its keys."""
    scoped = {number for setup in imported.teams or () for number in setup.team.scope.project_ids}
    timed = imported.settings.timers.projects if imported.settings else frozenset[int]()
    numbers = sorted(scoped | timed)
    found = directory.read_projects(numbers) if numbers else {}
    visible = {project.id: project.key for project in found.values()}
    keyed = {key: number for number, key in visible.items()}
    elsewhere = sorted(set(imported.project_keys.values()) - keyed.keys())
    for key in elsewhere[:MOST_ASKED]:
        keyed.update(
            (project.key, project.id) for project in directory.find_projects(key) if project.key == key
        )
    return visible, keyed


def _broken(
    directory: Directory, current: Configuration, imported: Imported
) -> tuple[Mapping[str, str], bool]:
    """Return Jira's messages for filters that no team here has, and whether some were not checked."""
    stored = {setup.team.scope.jql for setup in current.teams}
    unknown = sorted({setup.team.scope.jql for setup in imported.teams or ()} - stored - {""})
    broken: dict[str, str] = {}
    for jql in unknown[:MOST_ASKED]:
        try:
            directory.check_jql(jql)
        except InvalidInput as error:
            broken[jql] = error.sentence
    return broken, len(unknown) > MOST_ASKED
