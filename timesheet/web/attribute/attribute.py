"""Attributes of worklogs: the list, and the name, options, default, and use of one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.attribute.attribute import KIND_NAMES, MOST_OPTIONS, YES, Attribute, Kind
from timesheet.domain.errors import Conflict, NotFound
from timesheet.domain.identifier import read_id
from timesheet.domain.message import message
from timesheet.services.attribute.attribute import find_attribute, retire_attribute, save_attribute
from timesheet.services.attribute.command import RetireAttribute, SaveAttribute
from timesheet.services.viewer.team_context import new_id
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, as_stored, join_sentences, list_values, localize
from timesheet.web.site.section import show_after, show_section

blueprint = Blueprint("attribute", __name__, url_prefix="/configure/attributes")

SAVED = message("The attribute is saved.")
NEW = message("It applies to worklogs from now on; earlier ones have no value.")
RENAMED = message("Earlier worklogs show its new name, too.")
RENAMED_OPTION = message("Earlier worklogs that have a renamed option show its new name, too.")
REMOVED_OPTION = message("Worklogs that have a removed option keep it and show it as removed.")
RESTORED_OPTION = message("Worklogs that have a restored option no longer show it as removed.")
CHANGED = message("It applies to worklogs from now on; earlier ones keep their values.")
OTHERWISE_CHANGED = message("Other changes apply to worklogs from now on; earlier ones keep their values.")
TEXTS = ("id", "name", "kind", "default", "options")
BOXES = ("required", "everywhere")
FROM_NOW_ON = ("default", *BOXES)
"""What a change of these fields means only for worklogs that are logged after it."""


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_attributes() -> str:
    """Show the list: the built-in attribute first, then the site's own."""
    return _list()


@blueprint.get("/new/<kind>")
@takes("page", "session", "context", permission="jira-admin")
def new_attribute(kind: str) -> str:
    """Show a new attribute of a kind."""
    if kind not in tuple(Kind):
        raise NotFound(message("There is no such type."))
    return _show_editor(_form_of(Attribute(new_id(), "", Kind(kind))))


@blueprint.get("/<attribute_id>")
@takes("page", "session", "context", permission="jira-admin")
def show_attribute(attribute_id: str) -> str:
    """Show one attribute as it is stored."""
    return _show_editor(_form_of(find_attribute(current().stores, read_id(attribute_id))))


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save an attribute; after a conflict, show both values."""
    stores = current().stores
    before = {one.id: one for one in stores.attributes.all()}
    return answer_change(
        _typed_attribute(request.form),
        lambda: save_attribute(stores, _with_stored_name(sent(SaveAttribute))),
        lambda after: _show_editor(_form_of(after, _saved_note(before.get(after.id), after))),
        _show_editor,
        ConflictView(Attribute, _form_of, _in_words, again=True),
    )


@blueprint.get("/<attribute_id>/retire")
@takes("session", "context", permission="jira-admin")
def ask_retire(attribute_id: str) -> str:
    """Show the consequences before an attribute is retired."""
    return render_template(
        "attribute/_retire.html", attribute=find_attribute(current().stores, read_id(attribute_id))
    )


@blueprint.post("/<attribute_id>/retire")
@takes("session", "context", permission="jira-admin")
def retire(attribute_id: str) -> Response:
    """Retire an attribute or restore it; worklogs keep their values. After a conflict, show the list as it is now."""
    try:
        attribute = retire_attribute(current().stores, sent(RetireAttribute, attribute_id=attribute_id))
    except Conflict as other:
        return make_response(show_after(_list(), localize(other.sentence), failed=True), 409)
    name = localize(attribute.name)
    sentence = (
        _("{name} is retired.", name=name) if attribute.retired else _("{name} is in use again.", name=name)
    )
    return make_response(show_after(_list(), sentence))


def _list() -> str:
    stores = current().stores
    chosen = stores.attributes.chosen()
    teams = {team.id: team.name for team in stores.teams.all(archived=False)}
    return show_section(
        "attributes",
        "attribute/_list.html",
        attributes=stores.attributes.all(),
        kinds=KIND_NAMES,
        teams_of=lambda attribute: [
            name for id_, name in teams.items() if attribute.id in chosen.get(id_, ())
        ],
    )


def _show_editor(form: Form) -> str:
    by_id = {one.id: one for one in current().stores.attributes.all()}
    stored = by_id.get(form.values["id"])
    return show_section(
        "attributes",
        "attribute/_editor.html",
        form=form,
        kind=Kind(form.values["kind"]),
        kinds=KIND_NAMES,
        offered=stored.offered if stored else (),
        removed=[option for option in stored.options if option.removed] if stored else [],
        built_in=bool(stored and stored.built_in),
        retired=bool(stored and stored.retired),
        most=MOST_OPTIONS,
    )


def _with_stored_name(command: SaveAttribute) -> SaveAttribute:
    names = {one.id: one.name for one in current().stores.attributes.all()}
    return replace(command, name=as_stored(command.name, names.get(command.id, "")))


def _typed_attribute(values: MultiDict[str, str]) -> Form:
    typed = {name: values.get(name, "") for name in TEXTS} | {
        name: values.get(name, "") and "1" for name in BOXES
    }
    if typed["kind"] not in tuple(Kind):
        raise NotFound(message("There is no such type."))
    stored = next((one for one in current().stores.attributes.all() if one.id == typed["id"]), None)
    return Form(typed, values.get("version", ""), _form_of(stored).values if stored else {"id": typed["id"]})


def _form_of(attribute: Attribute, note: str = "") -> Form:
    values = {
        "id": attribute.id,
        "name": localize(attribute.name),
        "kind": str(attribute.kind),
        "default": attribute.default,
        "options": "\n".join(option.name for option in attribute.offered),
        "required": "1" if attribute.required else "",
        "everywhere": "1" if attribute.everywhere else "",
    }
    return Form(values, str(attribute.version), values, note=note)


def _saved_note(before: Attribute | None, after: Attribute) -> str:
    """Return what a save means for the worklogs that exist already."""
    if before is None:
        return join_sentences(map(localize, (SAVED, NEW)))
    old, new = ({one.id: one for one in attribute.options} for attribute in (before, after))
    kept = [(old[id_], new[id_]) for id_ in old.keys() & new.keys()]
    shown = [
        sentence
        for sentence, applies in (
            (RENAMED, before.name != after.name),
            (RENAMED_OPTION, any(was.name != now.name for was, now in kept)),
            (REMOVED_OPTION, any(now.removed > was.removed for was, now in kept)),
            (RESTORED_OPTION, any(was.removed > now.removed for was, now in kept)),
        )
        if applies
    ]
    if any(getattr(before, name) != getattr(after, name) for name in FROM_NOW_ON):
        shown.append(OTHERWISE_CHANGED if shown else CHANGED)
    return join_sentences(map(localize, (SAVED, *shown)))


def _in_words(name: str, value: object) -> str:
    """Return a value that somebody else saved, as people read it."""
    if name in BOXES or (name == "default" and value == YES):
        return _("yes") if value else _("no")
    if name == "default":
        options = (one for attribute in current().stores.attributes.all() for one in attribute.options)
        return next((option.name for option in options if option.id == value), str(value))
    return list_values(str(value).splitlines())
