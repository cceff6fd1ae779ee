"""Count the audit events of each day in bounded steps, newest days first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.jira_time import day_begin
from timesheet.domain.message import message
from timesheet.domain.span import DateSpan, View
from timesheet.web.audit.screen import Screen
from timesheet.web.http.chart import COLUMN, GAP, TALL, columns_chart
from timesheet.web.http.dates import day_head, span_title
from timesheet.web.http.language import _

SHOWN_DAYS, MOST_DAYS = 30, 366
OUT_OF_DATE = message("This chart is out of date. Reload the page.")


@dataclass(frozen=True, slots=True)
class EventCounts:
    """The counts so far, newest day first. The first ``whole`` days are final; of the next day, events before
    ``before`` are still to be counted, None if it has not begun.
    """

    counts: Sequence[int] = ()
    whole: int = 0
    before: int | None = None


def count_days(screen: Screen, so_far: EventCounts) -> Mapping[str, Any]:
    """Return events by day as bars and as a table, limited to the newest year, after one more counting step."""
    span = _span(screen)
    days = list(span)[::-1]
    counted = _count_on(screen, _days_left(span, so_far.whole), so_far)
    complete = counted.whole == len(days)
    counts = [*counted.counts, *[0] * (len(days) - len(counted.counts))]
    names = [day_head(day, screen.locale) for day in days]
    bars = list(zip(names, counts, strict=True))[::-1]
    return {
        "chart": _day_bars(bars, _("Events by day; the table has the figures")),
        "days": list(
            zip(days, names, [*counts[: counted.whole], *[None] * (len(days) - counted.whole)], strict=True)
        ),
        "total": sum(counts),
        "most": max(counts),
        "span": span_title(View.RANGE, span, screen.locale),
        "first": span.first,
        "last": span.last,
        "on": None if complete else _written(counted),
    }


def _days_left(span: DateSpan, whole: int) -> DateSpan:
    """Return the days that are not fully counted yet. Raise InvalidInput if there are none."""
    last = span.last - timedelta(days=whole)
    if last < span.first:
        raise InvalidInput(OUT_OF_DATE, field="whole")
    return DateSpan(span.first, last)


def read_counted(form: MultiDict[str, str]) -> EventCounts:
    """Return the counts that the previous step put into the form. Raise InvalidInput for impossible ones."""
    counts = form.get("counts", "").split(",")
    whole, before = form.get("whole", ""), form.get("before", "")
    numbers = [*counts, whole, *([before] if before else [])]
    if not all(is_number(text, 9) for text in numbers) or len(counts) not in (int(whole), int(whole) + 1):
        raise InvalidInput(OUT_OF_DATE, field="counts")
    return EventCounts([int(count) for count in counts], int(whole), int(before) if before else None)


def _count_on(screen: Screen, left: DateSpan, so_far: EventCounts) -> EventCounts:
    edges = [day_begin(day, screen.zone) for day in (*left, left.last + timedelta(days=1))]
    found = screen.reader.activity(screen.choice.criteria(screen.today, screen.zone), edges, so_far.before)
    more = list(found.counts)[::-1]
    if so_far.counts[so_far.whole :]:
        more[0] += so_far.counts[so_far.whole]
    counted_days = found.whole + (found.before is not None)
    return EventCounts(
        [*so_far.counts[: so_far.whole], *more[:counted_days]], so_far.whole + found.whole, found.before
    )


def _span(screen: Screen) -> DateSpan:
    span = screen.choice.span(screen.today)
    span = span or DateSpan(screen.today - timedelta(days=SHOWN_DAYS - 1), screen.today)
    return DateSpan(max(span.first, span.last - timedelta(days=MOST_DAYS - 1)), span.last)


def _written(counted: EventCounts) -> Mapping[str, str]:
    return {
        "counts": ",".join(map(str, counted.counts)),
        "whole": str(counted.whole),
        "before": "" if counted.before is None else str(counted.before),
    }


def _day_bars(days: Sequence[tuple[str, int]], label: str) -> Markup:
    """Return a bar chart as SVG: one bar for each day, with a tooltip of its figure; colors come from the style sheet.

    ``label`` says where all figures are.
    """
    most = max((count for _name, count in days), default=0)
    bars = (
        _bar(index * (COLUMN + GAP), name, count, most) for index, (name, count) in enumerate(days) if count
    )
    return columns_chart(len(days), Markup("").join(bars), label)


def _bar(x: int, name: str, count: int, most: int) -> Markup:
    """Return one bar, at least a line high for a day with any event."""
    tall = max(1, count * TALL // most)
    return Markup('<rect class="fill" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>').format(
        x, TALL - tall, COLUMN, tall, _("{name}: {value}", name=name, value=count)
    )
