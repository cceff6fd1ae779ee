"""Stored data about people: one's own for everybody, and everybody's for Jira admins, who can also erase it."""

from __future__ import annotations

import re
from dataclasses import replace

import orjson
from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import NotFound
from timesheet.domain.export_text import file_name
from timesheet.domain.person import Person
from timesheet.services.privacy.command import ErasePerson
from timesheet.services.privacy.person_export import ExportSources, export_person
from timesheet.services.privacy.privacy import (
    MOST_NAMED,
    NOTHING_STORED,
    SiteData,
    check_stored,
    erase_person,
    filtered_by,
    led_by,
    list_people,
)
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.csv_file import taken_as
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.form import Form, answer_change, sent
from timesheet.web.http.language import _, localize, without_isolates
from timesheet.web.site.section import show_after, show_section

blueprint = Blueprint("privacy", __name__)

SHOWN = 50
LONGEST_TEXT = 100
_AN_ACCOUNT = re.compile(r"[^\s|/\\]{1,128}")


@blueprint.get("/your-data")
@takes("session", "context", permission="viewer")
def show_own() -> str:
    """Show what the app stores about the viewer."""
    return render_template("privacy/_own.html")


@blueprint.get("/your-data/file")
@takes("session", "context", permission="viewer", costly=True)
def export_own() -> Response:
    """Return all of it as a file."""
    context = current()
    return _file(context, context.identity.account_id)


@blueprint.get("/configure/people")
@takes("page", "session", "context", permission="jira-admin")
def show_people() -> str:
    """Show the people about whom something is stored, or those found by a text."""
    return _show(current(), request.args.get("text", "")[:LONGEST_TEXT])


@blueprint.get("/configure/people/<account_id>/file")
@takes("session", "context", permission="jira-admin", costly=True)
def export_other(account_id: str) -> Response:
    """Return everything stored about a person, as a file."""
    context = current()
    check_stored(_data_of(context).store, _read_account(account_id))
    return _file(context, account_id)


@blueprint.get("/configure/people/<account_id>/erase")
@takes("session", "context", permission="jira-admin")
def ask_erase(account_id: str) -> str:
    """Show what erasing means, or why it is not possible yet."""
    context = current()
    check_stored(_data_of(context).store, _read_account(account_id))
    return _ask(context, _person(context, account_id), Form({"typed": ""}))


@blueprint.post("/configure/people/<account_id>/erase")
@takes("session", "context", permission="jira-admin")
def erase(account_id: str) -> Response:
    """Erase a person; return the list without them, or the question with the error."""
    context, person = current(), _person(current(), _read_account(account_id))
    return answer_change(
        Form({"typed": request.form.get("typed", "")}),
        lambda: erase_person(
            _data_of(context), context.stores, sent(ErasePerson, account_id=account_id), person.name
        ),
        lambda _erased: show_after(_show(context, ""), _("The data of {name} is erased.", name=person.name)),
        lambda form: _ask(context, person, form),
    )


def _read_account(text: str) -> str:
    """Return an account id from an address. Raise NotFound for an invalid one."""
    if not _AN_ACCOUNT.fullmatch(text):
        raise NotFound(NOTHING_STORED)
    return text


def _show(context: Context, text: str) -> str:
    found = list_people(_data_of(context).store, context.team_context, text)
    return show_section(
        "people",
        "privacy/_people.html",
        people=found.people[:SHOWN],
        more=len(found.people) - SHOWN,
        total=found.total,
        by_typing=found.total > MOST_NAMED,
        text=text,
    )


def _ask(context: Context, person: Person, form: Form) -> str:
    led, filtered = (teams_of(context.stores, person.account_id) for teams_of in (led_by, filtered_by))
    return render_template("privacy/_erase.html", person=person, led=led, filtered=filtered, form=form)


def _file(context: Context, account_id: str) -> Response:
    sources = ExportSources(
        context.stores, context.settings, context.timers, context.recorder, context.site.display_url
    )
    data = export_person(sources, account_id, context.clock())
    option = orjson.OPT_INDENT_2 | orjson.OPT_PASSTHROUGH_SUBCLASS
    answer = make_response(orjson.dumps(data, default=_plain, option=option))
    answer.headers["Content-Type"] = "application/json"
    return taken_as(answer, file_name("timesheet", "json", account_id))


def _plain(text: str) -> str:
    """Return a sentence of another layer in the reader's language, and any other text, as JSON has it."""
    return str(without_isolates(localize(text)))


def _data_of(context: Context) -> SiteData:
    site = context.site.key
    return SiteData(dependencies().privacy.privacy_of(site), context.recorder, context.cache, site)


def _person(context: Context, account_id: str) -> Person:
    person = context.team_context.people([account_id])[account_id]
    return replace(person, name=localize(person.name))
