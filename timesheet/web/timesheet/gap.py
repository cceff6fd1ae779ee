"""Find the next day with less time than expected, for the key that goes there."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from timesheet.domain.permission import Module
from timesheet.services.snapshot.own import read_ahead
from timesheet.services.timesheet.gap import days_first, find_gap
from timesheet.services.worklog.form_reads import begin_form_reads
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.fields import read_day
from timesheet.web.worklog.answer import day_in_words

blueprint = Blueprint("gap", __name__)


@blueprint.get("/timesheet/gap")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_gap() -> str:
    """Name the next day after ``after`` with less time than expected, or say that there is none."""
    context, viewer = current(), current().viewer_context
    begin_form_reads(viewer)
    read_ahead(viewer, lambda _, today: days_first(read_day(request.args.get("after"), today), today))
    gap = find_gap(viewer, context.stores, read_day(request.args.get("after"), viewer.today))
    return render_template("timesheet/_gap.html", gap=gap, day=day_in_words(viewer, gap.day) if gap else "")
