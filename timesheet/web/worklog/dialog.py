"""Fill and render the worklog dialog."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

from flask import render_template, request, url_for

from timesheet.domain.day_text import read_clock, read_date
from timesheet.domain.duration import LONGEST_TEXT, day_warning, read_duration
from timesheet.domain.errors import Conflict, InvalidInput, JiraUnavailable, NotAllowed, TimesheetError
from timesheet.domain.identity import Profile
from timesheet.domain.jira_time import next_start, started_at
from timesheet.domain.message import message
from timesheet.domain.person import HIDDEN
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.domain.worklog.dayplan import seconds_until
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.key_list import read_keys
from timesheet.domain.worklog.worklog import UNSAVED, Worklog
from timesheet.services.snapshot.issue import find_issues, get_issue, issue_by_key
from timesheet.services.snapshot.last_comment import last_comment
from timesheet.services.snapshot.own import zone_of
from timesheet.services.snapshot.row_limit import UNLIMITED, RowLimit, known_limits
from timesheet.services.snapshot.row_lock import read_row_lock
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.safeguard.seen import seen_mark
from timesheet.services.worklog.write_result import own_worklogs
from timesheet.web.http.context import current
from timesheet.web.http.dates import decimal_separator
from timesheet.web.http.fields import read_day, read_issue_id
from timesheet.web.http.language import _, clock_words, date_words, duration_words, localize, reader_locale
from timesheet.web.worklog.answer import day_in_words
from timesheet.web.worklog.attribute import attribute_fields, attributes_to_copy
from timesheet.web.worklog.form import Measured, WorklogForm, chosen, form_of, new_key, read_place
from timesheet.web.worklog.preview import echo_of, estimate_preview, past_midnight, start_note

FIELDS = ("issue", "day", "start", "duration", "comment", "estimate")
COMPARED = (
    ("day", message("Date")),
    ("start", message("Start")),
    ("duration", message("Time spent")),
    ("comment", message("Comment")),
)
KEPT = (
    *("issue", "text", "remaining", "day", "start", "fold", "duration", "comment", "adjust", "new_estimate"),
    *("adjust_by", "key", "seen", "source", "was", "was_seconds", "was_day", "author", "place", "attributes"),
)
WAYS = {
    kind: (
        ("auto", auto),
        ("leave", message("Leave as it is")),
        ("new", message("Set to")),
        ("manual", manual),
    )
    for kind, auto, manual in (
        ("new", message("Reduce by the time spent"), message("Reduce by")),
        ("edit", message("Adjust by the difference"), message("Reduce by")),
        ("delete", message("Increase by the time spent"), message("Increase by")),
    )
}


def new_form(context: ViewerContext) -> WorklogForm:
    """Return a form with the issue, day, times, and comment in the address; it begins after the day's last work."""
    args = request.args
    today = context.today
    day = read_day(args.get("day"), today)
    others = [(worklog.started, worklog.seconds) for worklog in own_worklogs(context, day)]
    start = (
        started_at(day, read_clock(args["start"]), context.zone)
        if args.get("start")
        else next_start(day, context.zone, others)
    ).instant
    seconds = seconds_until(args["end"], start, day, context.zone) if args.get("end") else 0
    issue = chosen(get_issue(context, read_issue_id(args["issue"]))) if args.get("issue") else {}
    return WorklogForm(
        **issue,
        day=day.isoformat(),
        start=f"{start.astimezone(context.zone):%H:%M}",
        duration=duration_words(seconds) if seconds else args.get("duration", "")[:LONGEST_TEXT],
        comment=args.get("comment", ""),
        key=new_key(),
        place=read_place(args),
    )


def form_to_log_again(context: ViewerContext, worklog: Worklog, place: str) -> WorklogForm:
    """Return a form that logs the same again today, at the same time of day, or after the last work of the same day.

    A timesheet sends the days that it shows. If today is not among them, the form is for the worklog's own day.
    It has the comment as text, but not that of a restricted worklog, because Jira shows the new one to more people.
    """
    today, zone = context.today, context.zone
    day = today if is_shown(today) else worklog.day
    if worklog.day == day:
        others = [(one.started, one.seconds) for one in own_worklogs(context, day)]
        start = next_start(day, zone, others)
    else:
        start = started_at(day, worklog.started.astimezone(zone_of(context, worklog.author)).time(), zone)
    return WorklogForm(
        **chosen(get_issue(context, worklog.issue_id)),
        day=day.isoformat(),
        start=f"{start.instant.astimezone(zone):%H:%M}",
        duration=duration_words(worklog.seconds),
        comment="" if worklog.restricted else adf_to_text(worklog.comment),
        key=new_key(),
        attributes=attributes_to_copy(context, worklog, day),
        place=place,
    )


def is_shown(today: date) -> bool:
    """Return True if today is among the days that a timesheet shows, or if none asks."""
    first, last = (read_day(request.args.get(name), today) for name in ("first", "last"))
    return first <= today <= last


def with_issue(context: ViewerContext, form: WorklogForm) -> WorklogForm:
    """Return the form with its issue chosen, also if somebody typed what names only one without choosing an option."""
    text = form.text.strip()
    if form.issue or not text:
        return form
    if len(text.split()) == 1 and (keys := read_keys(text)):
        # Jira's search also finds keys that begin like one that does not exist.
        issue = issue_by_key(context, keys[0]) if len(keys) == 1 else None
    else:
        found = find_issues(context.jira, context.cache, context.identity, text)
        issue = found[0] if len(found) == 1 else None
    return replace(form, **chosen(issue)) if issue else form


def render_form(
    context: ViewerContext,
    form: WorklogForm,
    errors: dict[str, str] | None = None,
    *,
    rich: bool = False,
    untouched: bool = False,
    measured: Measured | None = None,
    again: bool = False,
) -> str:
    """Render the form, with ``errors`` next to their fields; ``rich`` if its comment has formatting.

    ``untouched``: it shows a worklog as it is in Jira, so nothing can be edited if that will be refused. ``measured``:
    it shows the time of a timer. ``again``: it logs a worklog again, so the day is chosen first.
    """
    closed, locked = closed_note(context, form), lock_note(context, form)
    limit = _limit(context, form) if untouched else UNLIMITED
    frozen = untouched and bool(closed or limit.fixed)
    tracking, profile = context.required_tracking(), profile_for(context, form)
    action = (
        url_for("worklog.save_worklog", issue_id=form.source_id, worklog_id=form.worklog_id)
        if form.seen
        else url_for("worklog.log_work")
    )
    return render_template(
        "worklog/_form.html",
        measured=measured,
        form=form,
        errors=errors or {},
        title=_title(form, _owner(context, form), frozen=frozen),
        action=measured.action if measured else action,
        ways=WAYS["edit" if form.seen else "new"],
        echo=echo_of(form.duration, tracking, separator_of(context)),
        preview=estimate_preview(form, tracking),
        note=start_note(form, profile),
        midnight=past_midnight(form, profile, tracking),
        day_note="" if untouched or measured else day_note(context, form),
        closed=closed or locked or limit.fixed or limit.kept,
        frozen=frozen,
        deletable=bool(form.seen) and not (untouched and (closed or limit.kept)),
        repeatable=bool(form.seen) and _is_own(context, form) and not limit.full,
        zone_name=profile.zone.key,
        rich=rich,
        again=again,
        deleting=False,
        last_comment=offered_comment(context, form),
        attributes=attribute_fields(context, form.author or context.viewer, form.day, form.attributes),
    )


def _title(form: WorklogForm, owner: str, *, frozen: bool) -> str:
    if frozen:
        return _("Worklog of {name}", name=owner) if owner else _("Worklog")
    if owner:
        return _("Edit worklog of {name}", name=owner)
    return _("Edit worklog") if form.seen else _("Log work")


def _owner(context: ViewerContext, form: WorklogForm) -> str:
    """Return the name of the person whose worklog the form shows; empty if it is the viewer's own."""
    if _is_own(context, form):
        return ""
    try:
        return localize(current().team_context.people([form.author])[form.author].name)
    except (JiraUnavailable, NotAllowed):
        return localize(HIDDEN)


def closed_note(context: ViewerContext, form: WorklogForm) -> str:
    """Return why the worklog in the form cannot be saved; without an issue, why the day is closed for all of them."""
    author = form.author or context.viewer
    try:
        day = read_date(form.day)
        issues = [get_issue(context, form.issue_id)] if form.issue else []
        worklogs = [_worklog_in(context, form, author, day, issue) for issue in issues]
    except (ValueError, TimesheetError):
        return ""
    closed = context.lock.closed(author, DateSpan(day, day), issues, worklogs, zone_of(context, author))
    return next(map(closed.of_worklog, worklogs, issues), "") if issues else closed.whole(day)


def day_note(context: ViewerContext, form: WorklogForm) -> str:
    """Return a warning if its day has more than 24 hours with the worklog in the form, as saving it does."""
    try:
        day = read_date(form.day)
        seconds = read_duration(form.duration, context.required_tracking()).seconds
        own = own_worklogs(context, day) if _is_own(context, form) else []
    except (ValueError, TimesheetError):
        return ""
    return day_warning(seconds + sum(one.seconds for one in own if one.id != form.worklog_id))


def lock_note(context: ViewerContext, form: WorklogForm) -> str:
    """Return why Jira takes no time on the issue in the form.

    Time that is there can be changed without *Work on issues*. Jira's answer may be old, so the form can be sent.
    """
    try:
        issue = get_issue(context, form.issue_id) if form.issue else None
    except (ValueError, TimesheetError):
        return ""
    lock = read_row_lock(context, issue) if issue else None
    return lock.sentence(issue) if issue and lock and (lock.for_all or not form.seen) else ""


def _limit(context: ViewerContext, form: WorklogForm) -> RowLimit:
    """Return what Jira does not permit with the worklog in the form, as far as it is known."""
    issue = get_issue(context, form.source_id)
    return known_limits(context, [issue], own=_is_own(context, form)).on(issue)


def _is_own(context: ViewerContext, form: WorklogForm) -> bool:
    return form.author in ("", context.viewer)


def offered_comment(context: ViewerContext, form: WorklogForm) -> str:
    """Return the viewer's last comment on the issue in the form, to offer it for a new worklog."""
    if form.seen or not form.issue:
        return ""
    try:
        return last_comment(context, form.issue_id)
    except InvalidInput:
        return ""


def _worklog_in(context: ViewerContext, form: WorklogForm, author: str, day: date, issue: Issue) -> Worklog:
    """Return the worklog in the form; without a start in the form, it has that of a new one."""
    zone, fold = zone_of(context, author), int(form.fold == "1")
    start = started_at(day, read_clock(form.start), zone, fold) if form.start else next_start(day, zone, ())
    return Worklog(form.worklog_id or UNSAVED, issue.id, author, day, start.instant, 0, start.instant)


def profile_for(context: ViewerContext, form: WorklogForm) -> Profile:
    """Return the viewer's own profile, with the zone of the author whose worklog the form shows."""
    if _is_own(context, form):
        return context.profile
    return replace(context.profile, zone=zone_of(context, form.author))


def render_delete(
    context: ViewerContext, form: WorklogForm, errors: dict[str, str], lost: str = "", problem: str = ""
) -> str:
    """Render the question before a deletion, with the estimate choice; ``lost`` says why it cannot be undone.

    ``problem`` says why it is asked again, in place of the question before.
    """
    limit = _limit(context, form)
    return render_template(
        "worklog/_delete_again_oob.html" if problem else "worklog/_delete.html",
        form=form,
        owner=_owner(context, form),
        errors={"form": problem} if problem else errors,
        action=url_for("worklog.delete_worklog", issue_id=form.source_id, worklog_id=form.worklog_id),
        date=day_in_words(context, read_day(form.day, date.min)),
        start=field_in_words(form, "start"),
        ways=WAYS["delete"],
        preview=estimate_preview(form, context.required_tracking(), deleting=True),
        closed=closed_note(context, form) or limit.frozen or limit.kept,
        deleting=True,
        lost=localize(lost),
    )


def sentences(error: InvalidInput) -> dict[str, str]:
    """Return the error by the field it belongs to; ``form`` if it belongs to none."""
    field = {"date": "day", "time": "start"}.get(error.field, error.field)
    beside = field in FIELDS or field.startswith("attribute-")
    return {field if beside else "form": localize(error.sentence)}


def render_conflict(context: ViewerContext, form: WorklogForm, conflict: Conflict) -> str:
    """Show both values side by side, with everything typed kept for a person who wants to save their own."""
    theirs = conflict.current if isinstance(conflict.current, Worklog) else None
    if theirs:
        zone = zone_of(context, theirs.author)
        their_form = form_of(theirs, get_issue(context, theirs.issue_id), zone, form.place)
        mine = replace(
            form,
            seen=seen_mark(theirs),
            was="",
            was_seconds=str(theirs.seconds),
            was_day=theirs.day.isoformat(),
            key=new_key(),
        )
        action = url_for("worklog.save_worklog", issue_id=form.source_id, worklog_id=theirs.id)
    else:
        their_form = None
        mine = replace(form, seen="", source="", was="", was_seconds="", was_day="", key=new_key())
        action = url_for("worklog.log_work")
    rows = [
        (label, field_in_words(their_form, name), field_in_words(form, name))
        for name, label in COMPARED
        if their_form is None or getattr(their_form, name) != getattr(form, name)
    ]
    return render_template(
        "worklog/_conflict_oob.html",
        form=form,
        mine=mine,
        theirs=their_form,
        rows=rows,
        fields=KEPT,
        action=action,
        sentence=localize(conflict.sentence),
    )


def field_in_words(form: WorklogForm | None, name: str) -> str:
    """Return a field as text to read: a day in words, and a start by the reader's clock, if it is one."""
    value = str(getattr(form, name)) if form else ""
    with suppress(ValueError, InvalidInput):
        if name == "day":
            return date_words(date.fromisoformat(value))
        if name == "start":
            return clock_words(read_clock(value))
    return value


def separator_of(context: ViewerContext) -> str:
    """Return the decimal separator for this viewer."""
    return decimal_separator(reader_locale(context.profile.locale))
