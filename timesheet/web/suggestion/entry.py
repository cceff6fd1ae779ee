"""Suggestions as they are printed between the worklogs of a day: in the list and in the calendar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from flask import Blueprint, request

from timesheet.domain.figures import Figures
from timesheet.domain.message import Message, message
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity, ActivityKind, IssueAction, Suggestion
from timesheet.domain.worklog.dayplan import Stretch, stretch_of
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.overlap import LaneSlot, beside
from timesheet.domain.worklog.sheet import Sheet
from timesheet.services.suggestion.calendar_file import stored_meetings
from timesheet.services.suggestion.suggestion import cached_activity, forget_activity, suggestions_of
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import clock_time, full_date
from timesheet.web.http.language import _, duration_words, list_words, localize, reader_locale
from timesheet.web.http.navigation import shows_suggestions

blueprint = Blueprint("suggestion_entry", __name__)

SHORT_SECONDS = 1800
"""The height of a suggestion without a duration in the calendar."""
REASONS: Mapping[str, Message] = {
    ActivityKind.MOVED: message("moved to {status} at {time}"),
    ActivityKind.COMMENTED: message("commented on at {time}"),
    ActivityKind.ASSIGNED: message("assigned to you at {time}"),
    ActivityKind.SPRINT: message("yours in an open sprint"),
}


@dataclass(frozen=True, slots=True)
class SuggestionEntry:
    """One suggestion, ready to print. ``duration`` is in words, empty if none can be proposed; ``why`` are its reasons.

    ``values`` are those of a form that logs it, ``stretch`` its place in a column of hours.
    """

    mark: str
    day: str
    issue: Issue | None
    title: str
    start: str
    duration: str
    figure: str
    why: str
    values: Mapping[str, str]
    stretch: Stretch

    @property
    def name(self) -> str:
        """Return the issue's key, or the title of the meeting."""
        return self.issue.key if self.issue else self.title

    @property
    def at_once(self) -> bool:
        """Return True if it can be logged without a question."""
        return bool(self.issue and self.duration)

    @property
    def action(self) -> str:
        """Return the text of its button; three dots say that a question comes first."""
        if self.at_once:
            return _("Log {duration}", duration=self.duration)
        return _("Log {duration} …", duration=self.duration) if self.duration else _("Log work …")


class Placed(Protocol):
    """The text of a column of hours."""

    @property
    def stretch(self) -> Stretch:
        """Return the minutes of the day at which it begins and ends."""


@dataclass(frozen=True, slots=True)
class SuggestionEntries:
    """The suggestions on a sheet by day. ``asking``: Jira has not been asked yet."""

    days: Mapping[date, tuple[SuggestionEntry, ...]] = field(default_factory=dict)
    asking: bool = False

    def of(self, day: date) -> tuple[SuggestionEntry, ...]:
        """Return those of one day."""
        return self.days.get(day, ())


@blueprint.app_template_global()
def suggestion_entries_on(sheet: Sheet, figures: Figures) -> SuggestionEntries:
    """Return the suggestions for the viewer's own sheet, without a call to Jira."""
    context = current()
    if not shows_suggestions():
        return SuggestionEntries()
    span = DateSpan(sheet.days[0].date, sheet.days[-1].date)
    if "refresh" in request.args:
        forget_activity(context.viewer_context, span)
    asking = cached_activity(context.viewer_context, span) is None
    found = found_on(context, sheet)
    days = {day: tuple(entry_of(context, one, figures) for one in some) for day, some in found.items()}
    return SuggestionEntries(days, asking)


@blueprint.app_template_global()
def calendar_slots(
    blocks: Sequence[Placed], entries: Sequence[Placed]
) -> tuple[tuple[LaneSlot, ...], tuple[LaneSlot, ...]]:
    """Return where the calendar shows the worklogs and the suggestions of a day, so that none covers another."""
    worklogs, suggestions = (
        [(one.stretch.start, one.stretch.end) for one in some] for some in (blocks, entries)
    )
    return beside(worklogs, suggestions)


def found_on(
    context: Context, sheet: Sheet, *, closed: bool = False
) -> Mapping[date, tuple[Suggestion, ...]]:
    """Return the suggestions for a sheet, from what the cache knows; only if ``closed``, also those of closed days."""
    span = DateSpan(sheet.days[0].date, sheet.days[-1].date)
    cached = cached_activity(context.viewer_context, span) or Activity()
    meetings, issues = stored_meetings(context.viewer_context)
    activity = Activity(cached.actions, {**cached.issues, **issues})
    dismissed = context.settings.read_dismissed(context.identity.account_id)
    return suggestions_of(
        context.viewer_context, sheet, activity, meetings, dismissed, context.mark_key, closed=closed
    )


def entry_of(context: Context, one: Suggestion, figures: Figures) -> SuggestionEntry:
    """Return a suggestion ready to print."""
    profile = context.profile()
    locale = reader_locale(profile.locale)
    local = one.started.astimezone(profile.zone)
    values = {"mark": one.mark, "day": one.day.isoformat(), "start": f"{local:%H:%M}"}
    if local.fold:
        values["fold"] = "1"
    if one.issue:
        values["issue"] = str(one.issue.id)
    if one.seconds:
        values["duration"] = duration_words(one.seconds)
    if one.title:
        values["comment"] = one.title
    return SuggestionEntry(
        mark=one.mark,
        day=full_date(one.day, locale),
        issue=one.issue,
        title=one.title,
        start=clock_time(one.started, profile.zone, locale),
        duration=duration_words(one.seconds) if one.seconds else "",
        figure=figures.show(figures.units(one.seconds)) if one.seconds else "",
        why=_why(context, one),
        values=values,
        stretch=stretch_of(one.started, one.seconds or SHORT_SECONDS, one.day, profile.zone),
    )


def _why(context: Context, one: Suggestion) -> str:
    if one.title and one.issue:
        return _("“{title}” from your calendar file", title=one.title)
    if one.title:
        return _("from your calendar file")
    return list_words([_reason(context, action) for action in one.actions])


def _reason(context: Context, action: IssueAction) -> str:
    profile = context.profile()
    at = clock_time(action.at, profile.zone, reader_locale(profile.locale))
    return localize(message(REASONS[action.kind], status=action.status, time=at))
