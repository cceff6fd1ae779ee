"""The June of a team, to be closed in July."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from tests.services.support.scene import BERLIN, Scene
from timesheet.domain.period.period import ClosingRecord
from timesheet.domain.span import DateSpan
from timesheet.services.period.closing import close_period, closing_key
from timesheet.services.period.command import ClosePeriod

JUNE = DateSpan(date(2024, 6, 1), date(2024, 6, 30))
KEY = closing_key("a signing key", "site-1")


def close(
    scene: Scene, span: DateSpan = JUNE, who: str = "viewer-1", zone: ZoneInfo = BERLIN
) -> ClosingRecord:
    return close_period(
        replace(scene.team_context(who), zone=zone),
        scene.viewer_context_of(who),
        scene.jira,
        KEY,
        ClosePeriod("alpha", span.first, span.last),
    )
