"""Reasons for non-working days: the list, and title, color, and letter of one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.calendar.legend import ACCENTS, Legend, unused_color
from timesheet.domain.identifier import read_id
from timesheet.domain.message import message
from timesheet.services.calendar.command import DeleteLegend, SaveLegend
from timesheet.services.calendar.legend import delete_legend, find_legend, save_legend
from timesheet.services.viewer.team_context import new_id
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, as_stored, localize
from timesheet.web.site.section import show_after, show_or_list, show_section

blueprint = Blueprint("legend", __name__, url_prefix="/configure/legends")

SAVED = message("The absence type is saved. Every day that has it shows the change.")


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_legends() -> str:
    """Show the list: the built-in legends first, then the site's own."""
    return _list()


@blueprint.get("/new")
@takes("page", "session", "context", permission="jira-admin")
def new_legend() -> str:
    """Show a new legend, with an unused color if there is one."""
    color = unused_color({legend.color for legend in current().stores.legends.all()})
    return _show_editor(_form_of(Legend(new_id(), "", color, "")))


@blueprint.get("/<legend_id>")
@takes("page", "session", "context", permission="jira-admin")
def show_legend(legend_id: str) -> Response:
    """Show one legend as it is stored."""
    return show_or_list(
        lambda: _show_editor(_form_of(find_legend(current().stores, read_id(legend_id)))), _list
    )


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save a legend; after a conflict, show both values."""
    context = current()
    return answer_change(
        _typed_legend(request.form),
        lambda: save_legend(context.stores, _as_stored(sent(SaveLegend)), localize),
        lambda legend: _show_editor(_form_of(legend, SAVED)),
        _show_editor,
        ConflictView(Legend, _form_of, again=True),
    )


@blueprint.get("/<legend_id>/delete")
@takes("session", "context", permission="jira-admin")
def ask_delete(legend_id: str) -> Response:
    """Show the consequences of a deletion."""
    return show_or_list(
        lambda: _show_question(find_legend(current().stores, read_id(legend_id))),
        _list,
    )


def _show_question(legend: Legend) -> str:
    use = current().stores.legends.count_use(legend.id)
    return render_template("calendar/legend/_delete.html", legend=legend, use=use)


@blueprint.post("/<legend_id>/delete")
@takes("session", "context", permission="jira-admin")
def delete(legend_id: str) -> Response:
    """Delete a legend; its days are unclassified from now on."""

    def show_done() -> str:
        legend = delete_legend(current().stores, sent(DeleteLegend, legend_id=legend_id))
        return show_after(_list(), _("{title} is deleted; its days are unclassified.", title=legend.title))

    return show_or_list(show_done, _list)


def _list() -> str:
    return show_section("legends", "calendar/legend/_list.html", legends=current().stores.legends.all())


def _show_editor(form: Form) -> str:
    return show_section("legends", "calendar/legend/_editor.html", form=form, accents=ACCENTS)


def _as_stored(command: SaveLegend) -> SaveLegend:
    """Return the command with the title and the letter to store; a letter without the title it is of stays as typed."""
    stored = next((one for one in current().stores.legends.all() if one.id == command.id), None)
    if stored is None:
        return command
    title = as_stored(command.title, stored.title)
    letter = as_stored(command.letter, stored.letter) if title == stored.title else command.letter
    return replace(command, title=title, letter=letter)


def _typed_legend(values: MultiDict[str, str]) -> Form:
    typed = {name: values.get(name, "") for name in ("id", "title", "letter", "color")}
    stored = next((leg for leg in current().stores.legends.all() if leg.id == typed["id"]), None)
    compared = _form_of(stored).values if stored else {"id": typed["id"], "title": "", "letter": ""}
    return Form(typed, values.get("version", ""), compared)


def _form_of(legend: Legend, note: str = "") -> Form:
    values = {
        "id": legend.id,
        "title": localize(legend.title),
        "letter": localize(legend.letter),
        "color": legend.color,
    }
    return Form(values, str(legend.version), values, note=note)
