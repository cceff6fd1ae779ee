"""User labels: the list, and the name, color, and people of one."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.calendar.legend import ACCENTS, unused_color
from timesheet.domain.identifier import read_id
from timesheet.domain.message import message
from timesheet.domain.person import Person, by_name
from timesheet.domain.team.label import UserLabel
from timesheet.services.site.command import DeleteLabel, SaveLabel
from timesheet.services.site.label import MOST_PEOPLE, check_people, delete_label, find_label, save_label
from timesheet.services.viewer.team_context import new_id
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.fields import read_valid_ids
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, list_values, localize
from timesheet.web.site.section import show_after, show_or_list, show_section

blueprint = Blueprint("label", __name__, url_prefix="/configure/labels")

SAVED = message("The label is saved.")
BETWEEN = " "
MOST_SHOWN = 2 * MOST_PEOPLE
"""People with whom a form is shown again; to look up many more would take seconds."""


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_labels() -> str:
    """Show the list."""
    return show_section("labels", "site/label/_list.html", labels=current().stores.labels.all())


@blueprint.get("/new")
@takes("page", "session", "context", permission="jira-admin")
def new_label() -> str:
    """Show a new label without people."""
    color = unused_color({label.color for label in current().stores.labels.all()})
    return _show_editor(_form_of(UserLabel(new_id(), "", color)))


@blueprint.get("/<label_id>")
@takes("page", "session", "context", permission="jira-admin")
def show_label(label_id: str) -> Response:
    """Show one label with its people."""
    return show_or_list(
        lambda: _show_editor(_form_of(find_label(current().stores, read_id(label_id)))), _list
    )


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save a label with its people; after a conflict, show both values."""
    context = current()
    return answer_change(
        _typed_label(context, request.form),
        lambda: save_label(context.stores, context.directory, sent(SaveLabel)),
        lambda label: _show_editor(_form_of(label, SAVED)),
        _show_editor,
        ConflictView(
            UserLabel,
            _form_of,
            lambda name, text: _names(context, text) if name == "people" else text,
            again=True,
        ),
    )


@blueprint.get("/<label_id>/delete")
@takes("session", "context", permission="jira-admin")
def ask_delete(label_id: str) -> Response:
    """Show the consequences of a deletion."""
    return show_or_list(
        lambda: render_template(
            "site/label/_delete.html", label=find_label(current().stores, read_id(label_id))
        ),
        _list,
    )


@blueprint.post("/<label_id>/delete")
@takes("session", "context", permission="jira-admin")
def delete(label_id: str) -> Response:
    """Delete a label; its people lose it."""

    def show_done() -> str:
        label = delete_label(current().stores, sent(DeleteLabel, label_id=label_id))
        return show_after(_list(), _("The label {name} is deleted.", name=label.name))

    return show_or_list(show_done, _list)


def _list() -> str:
    return show_section("labels", "site/label/_list.html", labels=current().stores.labels.all())


def _show_editor(form: Form) -> str:
    people = sorted(_people(current(), form.values["people"]), key=by_name)
    changed = form.values["people"] != form.stored.get("people", "")
    return show_section(
        "labels", "site/label/_editor.html", form=form, accents=ACCENTS, people=people, people_changed=changed
    )


def _people(context: Context, text: str) -> Iterable[Person]:
    return context.team_context.people(text.split()).values()


def _names(context: Context, text: str) -> str:
    return list_values(localize(person.name) for person in sorted(_people(context, text), key=by_name))


def _typed_label(context: Context, values: MultiDict[str, str]) -> Form:
    typed = {name: values.get(name, "") for name in ("id", "name", "color")}
    people = read_valid_ids(values, "people")
    check_people(people, MOST_SHOWN)
    typed["people"] = BETWEEN.join(sorted(people))
    stored = next((label for label in context.stores.labels.all() if label.id == typed["id"]), None)
    return Form(typed, values.get("version", ""), _form_of(stored).values if stored else {"id": typed["id"]})


def _form_of(label: UserLabel, note: str = "") -> Form:
    people = BETWEEN.join(sorted(label.people))
    values = {"id": label.id, "name": label.name, "color": label.color, "people": people}
    return Form(values, str(label.version), values, note=note)
