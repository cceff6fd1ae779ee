"""The parts of the emulated Jira that benchmarks need: the calls it received, and the month of a person."""

from __future__ import annotations

from jira_emulator.model import Caller
from timesheet.domain.span import DateSpan, month_of
from tools.stage import Stage


def calls_since(stage: Stage) -> tuple[int, int]:
    """Return the calls to the first site's REST API since the last time, and their points."""
    totals = stage.jira.calls.report("rest")["totals"]
    stage.jira.calls.clear()
    return totals["calls"], totals["points"]


def month_in_zone_of(stage: Stage, number: int) -> DateSpan:
    """Return the current month in the time zone of a person, which My Timesheet shows them."""
    site = stage.jira.site
    zone = site.zone_of(Caller(stage.jira.person(number).account_id))
    return month_of(site.clock().astimezone(zone).date())
