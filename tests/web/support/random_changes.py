"""Random changes around the people of three sites: rights granted and taken away, in the app and in Jira."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from jira_emulator.seeding.access import MEMBERS
from tests.web.support.random_walk import Walk
from tests.web.support.three_sites import ADMIN, PEOPLE, SHARED, MarkedSite, grant
from tests.web.support.two_sites import stored
from timesheet.domain.errors import NotFound
from timesheet.domain.permission import Grant, Module, SitePermission, Whom
from timesheet.domain.team.team import Member, TeamPermission

Change = Callable[[Walk, MarkedSite], None]
SECONDS = (1, 5, 20, 60, 200, 310, 1000)


def join_or_leave_the_group(walk: Walk, site: MarkedSite) -> None:
    who = walk.chance.choice(PEOPLE)
    if who in site.group.members:
        site.group.members.remove(who)
        walk.groups_left[site.mark, who] = walk.clock()
    else:
        site.group.members.add(who)


def give_or_take_a_site_permission(walk: Walk, site: MarkedSite) -> None:
    people = frozenset(walk.chance.sample(PEOPLE, walk.chance.randrange(3)))
    groups = frozenset({site.group.id} if walk.chance.random() < 0.4 else ())
    grant(walk.app, site, walk.chance.choice(tuple(SitePermission)), people=people, groups=groups)


def limit_or_open_a_module(walk: Walk, site: MarkedSite) -> None:
    with stored(walk.app, site.jira.client_key) as (stores, _):
        permissions, module = stores.permissions.read(), walk.chance.choice(tuple(Module))
        limited = Grant(Whom.SOME, groups=frozenset({site.group.id}))
        wanted = {module: limited} if walk.chance.random() < 0.3 else {}
        stores.permissions.save(replace(permissions, modules=wanted))


def change_a_role(walk: Walk, site: MarkedSite) -> None:
    with stored(walk.app, site.jira.client_key) as (stores, _), suppress(NotFound):
        team = walk.chance.choice(stores.teams.all())
        role = walk.chance.choice(stores.teams.roles(team.id))
        chosen = walk.chance.sample(tuple(TeamPermission), walk.chance.randrange(1, 3))
        if role.system != "team-lead":
            stores.teams.save_role(replace(role, permissions=frozenset(chosen)))


def add_or_remove_a_member(walk: Walk, site: MarkedSite) -> None:
    who = walk.chance.choice(PEOPLE)
    with stored(walk.app, site.jira.client_key) as (stores, _), suppress(NotFound):
        team = stores.teams.get(SHARED)
        members = {member.account_id for member in stores.teams.members(SHARED)}
        if who in members and who != team.lead:
            stores.teams.remove_members(SHARED, [who])
        elif who not in members:
            role = walk.chance.choice(stores.teams.roles(SHARED))
            stores.teams.save_member(Member(SHARED, who, frozenset({role.id})))


def hand_a_team_over(walk: Walk, site: MarkedSite) -> None:
    with stored(walk.app, site.jira.client_key) as (stores, _), suppress(NotFound):
        stores.teams.save(replace(stores.teams.get(SHARED), lead=walk.chance.choice(PEOPLE)))


def archive_or_restore(walk: Walk, site: MarkedSite) -> None:
    with stored(walk.app, site.jira.client_key) as (stores, _), suppress(NotFound):
        team = stores.teams.get(SHARED)
        stores.teams.save(replace(team, archived=not team.archived and walk.chance.random() < 0.5))


def uninstall_or_install(walk: Walk, site: MarkedSite) -> None:
    if site.mark in walk.uninstalled:
        site.install()
        walk.uninstalled.discard(site.mark)
    else:
        site.uninstall()
        walk.uninstalled.add(site.mark)
    walk.end_sessions(site)


def install_anew(walk: Walk, site: MarkedSite) -> None:
    site.install()
    walk.uninstalled.discard(site.mark)
    walk.end_sessions(site)


def make_or_dismiss_an_admin(walk: Walk, site: MarkedSite) -> None:
    admins, who = site.emulated.groups["admins"].members, walk.chance.choice(PEOPLE)
    admins.symmetric_difference_update({who})
    if walk.chance.random() < 0.7:
        admins |= {ADMIN}


def lock_somebody_out_of_jira(walk: Walk, site: MarkedSite) -> None:
    person = site.emulated.people[walk.chance.choice(PEOPLE)]
    person.active = not person.active or walk.chance.random() < 0.5


def take_or_give_a_project(walk: Walk, site: MarkedSite) -> None:
    site.veiled.actors[MEMBERS].people.symmetric_difference_update({walk.chance.choice(PEOPLE)})


def deliver_an_event(walk: Walk, site: MarkedSite) -> None:
    """Deliver a late event of Jira; its content belongs to this site."""
    if site.pending_events and site.mark not in walk.uninstalled:
        event = site.pending_events.pop(walk.chance.randrange(len(site.pending_events)))
        path = "/connect/webhook/worklog" if event.name.startswith("worklog") else "/connect/webhook/issue"
        site.jira.send_event(path, {"webhookEvent": event.name, **event.payload})


def wait(walk: Walk, _: MarkedSite) -> None:
    walk.clock.move(walk.chance.choice(SECONDS))


CHANGES: tuple[Change, ...] = (
    *(join_or_leave_the_group, give_or_take_a_site_permission, limit_or_open_a_module, change_a_role),
    *(add_or_remove_a_member, hand_a_team_over, archive_or_restore, uninstall_or_install, install_anew),
    *(make_or_dismiss_an_admin, lock_somebody_out_of_jira, take_or_give_a_project),
    *(deliver_an_event, deliver_an_event, wait, wait, wait),
)
