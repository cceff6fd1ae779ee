"""A closing that contains worklogs, for tests of what it locks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from tests.services.support.scene import MONDAY, Scene
from timesheet.domain.period.period import MemberRecord
from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.seen import SeenWorklog

HOUR = 3600
LAST_WEEK = DateSpan(MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))
FRIDAY = MONDAY - timedelta(days=3)
CLOSED = DateSpan(MONDAY - timedelta(days=14), FRIDAY)


def mark(worklog: Worklog) -> SeenWorklog:
    return SeenWorklog(worklog.id, worklog.updated)


def holding(scene: Scene, *worklogs: Worklog, zone: str | None = "Europe/Berlin", **basis: str) -> None:
    """Close the days of a team with one project in scope up to Friday, with these worklogs in them."""
    team = scene.site.team("boss", "viewer-1", scope=Scope((1,)))
    members = (MemberRecord("viewer-1", 0, 0, basis, zone),)
    closed_ids = [worklog.id for worklog in worklogs]
    scene.site.close(team, CLOSED, scene.jira.now, members=members, worklogs=closed_ids)


def in_auckland(scene: Scene) -> ViewerContext:
    """Move the viewer's Jira profile to the other end of the world."""
    return in_zone(scene, ZoneInfo("Pacific/Auckland"))


def in_zone(scene: Scene, zone: ZoneInfo) -> ViewerContext:
    """Move the viewer's Jira profile to a time zone."""
    scene.jira.profile = replace(scene.jira.profile, zone=zone)
    scene.jira.zones_of["viewer-1"] = zone
    return scene.viewer_context_of("viewer-1")
