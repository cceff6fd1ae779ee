"""A team as one viewer sees it: its figures, and a day of one member."""

from __future__ import annotations

from datetime import timedelta

from tests.services.support.scene import MONDAY, WEEK, Scene
from timesheet.domain.span import DateSpan
from timesheet.services.ports.jira import Snapshot
from timesheet.services.team.member_day import read_day_of
from timesheet.services.team.overview import Overview, read_overview

LEAD = "viewer-1"
TUESDAY = MONDAY + timedelta(days=1)


def look(scene: Scene, who: str = LEAD, span: DateSpan = WEEK, *, refresh: bool = False) -> Overview:
    return read_overview(
        scene.team_context(who), scene.viewer_context_of(who), scene.jira, "alpha", span, refresh=refresh
    )


def day_of(scene: Scene, who: str, account_id: str) -> Snapshot:
    return read_day_of(
        scene.team_context(who), scene.viewer_context_of(who), scene.jira, "alpha", account_id, MONDAY, WEEK
    )[1]
