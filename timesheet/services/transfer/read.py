"""Read the whole configuration of a site, and write it to a file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from timesheet.domain.audit.action import Action
from timesheet.domain.permission import Module, SitePermission, SitePermissions
from timesheet.domain.report.reference import Finders, groups_named, moved_query
from timesheet.services.audit.record import AuditRecorder, record_export
from timesheet.services.ports.directory import Directory
from timesheet.services.ports.settings import SettingsStore
from timesheet.services.ports.stores import Stores
from timesheet.services.ports.transfer import Configuration, ConfigurationFiles, TeamSetup


def read_configuration(stores: Stores, settings: SettingsStore) -> Configuration:
    """Return the whole configuration as it is stored now."""
    rule, rule_version = stores.periods.rule()
    found = Configuration(
        settings=settings.read_site(),
        rule=rule,
        rule_version=rule_version,
        permissions=_spelled_out(stores.permissions.read()),
        legends=stores.legends.all(),
        schemes=stores.schemes.all(),
        calendars=tuple(stores.calendars.get(calendar.id) for calendar in stores.calendars.all()),
        labels=stores.labels.all(),
        attributes=stores.attributes.all(),
        teams=tuple(_setup(stores, team_id) for team_id in [team.id for team in stores.teams.all()]),
        leaves=stores.leaves.all(),
    )
    return without_lost(found)


def without_lost(found: Configuration) -> Configuration:
    """Return a configuration in which saved views name only what exists, because reports ignore everything else."""
    known = _finders(found)
    return replace(found, teams=tuple(_without_lost_names(setup, known) for setup in found.teams))


def export_configuration(
    configuration: Configuration,
    files: ConfigurationFiles,
    directory: Directory | None,
    recorder: AuditRecorder,
    *,
    leaves: bool,
) -> bytes:
    """Return a file that can be imported on this site and on others; record the export.

    With a directory each project has its key next to its id, because another Jira has another id for it.
    """
    scoped = {number for setup in configuration.teams for number in setup.team.scope.project_ids}
    ids = sorted(scoped | configuration.settings.timers.projects)
    found = directory.read_projects(ids) if directory and ids else {}
    keys = {project.id: project.key for project in found.values()}
    after = {"teams": len(configuration.teams), "leaves": leaves}
    record_export(recorder, Action.CONFIGURATION_EXPORTED, after=after)
    return files.write(configuration, keys, leaves=leaves)


def _spelled_out(permissions: SitePermissions) -> SitePermissions:
    """Return the same permissions with unchanged defaults included."""
    return replace(
        permissions,
        modules={module: permissions.module(module) for module in Module},
        permissions={name: permissions.permission(name) for name in SitePermission},
    )


def people_in(configuration: Configuration) -> frozenset[str]:
    """Return every account id in the configuration."""
    grants = (*configuration.permissions.modules.values(), *configuration.permissions.permissions.values())
    return frozenset(
        (
            *(person for grant in grants for person in grant.people),
            *(person for label in configuration.labels for person in label.people),
            *people_of(configuration.teams),
            *(leave.account_id for leave in configuration.leaves),
        )
    )


def people_of(teams: Iterable[TeamSetup]) -> Iterable[str]:
    """Yield the leads and members of teams, and the people in the filters of their views."""
    for setup in teams:
        yield setup.team.lead
        yield from (member.account_id for member in setup.members)
        yield from (account_id for view in setup.views for account_id in view.people)


def groups_in(permissions: SitePermissions | None, teams: Iterable[TeamSetup]) -> frozenset[str]:
    """Return every Jira group that permissions or teams name."""
    grants = (*permissions.modules.values(), *permissions.permissions.values()) if permissions else ()
    named = [group for grant in grants for group in grant.groups]
    for setup in teams:
        named += [group.group_id for group in setup.groups]
        named += [member.group_id for member in setup.members if member.group_id]
        named += [group_id for view in setup.views for group_id in groups_named(view.query)]
    return frozenset(named)


def _setup(stores: Stores, team_id: str) -> TeamSetup:
    teams = stores.teams
    return TeamSetup(
        team=teams.get(team_id),
        roles=teams.roles(team_id),
        schemes=tuple(scheme for scheme in stores.schemes.all(team_id) if scheme.team_id == team_id),
        members=teams.members(team_id),
        groups=teams.groups(team_id),
        attributes=stores.attributes.chosen().get(team_id, frozenset()),
        views=stores.views.of("", (team_id,)),
    )


def _finders(found: Configuration) -> Finders:
    """Return functions that find the ids that exist on this site.

    Jira's groups and answers of attributes are not checked.
    """
    teams = {setup.team.id: setup.team.id for setup in found.teams}
    labels = {label.id: label.id for label in found.labels}
    roles = {role.id: role.id for setup in found.teams for role in setup.roles}
    attributes = {attribute.id: attribute.id for attribute in found.attributes}
    return Finders(
        team=teams.get,
        label=labels.get,
        group=lambda group_id: group_id,
        role=roles.get,
        attribute=attributes.get,
        option=lambda _attribute_id, option_id: option_id,
    )


def _without_lost_names(setup: TeamSetup, known: Finders) -> TeamSetup:
    views = tuple(
        replace(view, query=moved_query(view.query, setup.team.id, known).query) for view in setup.views
    )
    return replace(setup, views=views)
