"""The audit log for auditors, and the history of what concerns each person: one screen with two scopes."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message
from timesheet.domain.permission import Module
from timesheet.services.ports.audit import FoundEvents
from timesheet.web.audit.activity import EventCounts, count_days, read_counted
from timesheet.web.audit.filter import ACTIVITY, AuditChoice, read_audit_choice
from timesheet.web.audit.screen import HISTORY, LOG, AuditScreen, Screen, at
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.form import Form
from timesheet.web.http.htmx import wants_fragment

MOST_SEQ = 10**9


def show(place: AuditScreen) -> Response:
    """Show the screen with the newest events of a choice; 422 with the typed values if the choice is invalid."""
    screen = Screen(current(), place, read_audit_choice(request.args))
    choice, form, found, activity = screen.choice, Form(), FoundEvents(()), None
    try:
        if choice.view == ACTIVITY:
            activity = count_days(screen, EventCounts())
        else:
            found = screen.scan(choice.start + 1 if choice.start is not None else None)
    except InvalidInput as error:
        form = form.refused(error)
    newest = found.events[0] if found.events else None
    opened = newest if newest and choice.event == str(newest.seq) else None
    unreadable = choice.event in map(str, found.unreadable)
    printer = screen.printer(found.events, opened=opened is not None)
    html = render_template(
        "audit/_log.html" if wants_fragment() else "audit/page.html",
        form=form,
        activity=activity,
        opened=opened,
        missing=bool(choice.event and opened is None and not unreadable and not form.errors),
        **screen.rows(found, printer, 0),
        **screen.frame(printer),
    )
    return make_response(html, 422 if form.errors else 200)


def show_more(place: AuditScreen) -> str:
    """Return the next events of a choice, for the end of the table."""
    screen = Screen(current(), place, read_audit_choice(request.args))
    found = screen.scan(_number("before"))
    rows = screen.rows(found, screen.printer(found.events), _number("shown"))
    return render_template("audit/_more_oob.html", opened=None, **rows)


def count_on(place: AuditScreen) -> str:
    """Return the days of a choice after one more counting step; the fragment continues until all are counted."""
    screen = Screen(current(), place, read_audit_choice(request.args))
    activity = count_days(screen, read_counted(request.form))
    return render_template("audit/_activity.html", place=place, choice=screen.choice, activity=activity)


def show_event(place: AuditScreen, seq: int) -> str:
    """Show one event: the settings before and after, and its source."""
    screen = Screen(current(), place, AuditChoice())
    event = screen.reader.get(seq)
    printer = screen.printer([event], opened=True)
    return render_template("audit/_event.html", place=place, line=printer.line(event), printer=printer)


def _number(name: str) -> int:
    """Return a number from the query, put there by the last line shown."""
    text = request.args.get(name, "")
    if not is_number(text, 9):
        raise InvalidInput(message("This list is out of date. Reload the page."), field=name)
    return int(text)


def _pages(place: AuditScreen, *module: Module) -> Blueprint:
    """Return the routes of one of the two places."""
    pages = Blueprint(place.name, __name__, url_prefix=f"/{place.name}")
    page = takes("page", "session", "context", permission="viewer", module=module)
    call = takes("session", "context", permission="viewer", module=module)
    pages.add_url_rule("", "show", page(at(place, show)))
    pages.add_url_rule("/more", "show_more", call(at(place, show_more)))
    pages.add_url_rule("/activity", "count_on", call(at(place, count_on)), methods=("POST",))
    pages.add_url_rule(f"/<int(max={MOST_SEQ}):seq>", "show_event", call(at(place, show_event)))
    return pages


blueprint = _pages(LOG, Module.AUDIT)
history = _pages(HISTORY)
