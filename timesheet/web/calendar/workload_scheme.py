"""Site-wide workload schemes: the list, the hours of a week, and saving."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from flask import Blueprint, Response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.calendar.workload_scheme import (
    PRESETS,
    WEEKDAY_FIELDS,
    WEEKDAY_NAMES,
    Weekdays,
    WorkloadScheme,
    read_weekdays,
)
from timesheet.domain.duration import HOUR, format_hm
from timesheet.domain.errors import InvalidInput
from timesheet.domain.figures import HOURS_AND_MINUTES
from timesheet.domain.identifier import read_id
from timesheet.domain.message import message
from timesheet.services.calendar.command import DeleteScheme, SaveScheme
from timesheet.services.calendar.usage import Usage, usage_of
from timesheet.services.calendar.workload_scheme import delete_scheme, list_schemes, save_scheme
from timesheet.services.viewer.team_context import new_id
from timesheet.web.calendar.year import weekday_names
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import decimal_separator
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, as_stored, localize, reader_locale
from timesheet.web.site.section import show_after, show_or_list, show_section

blueprint = Blueprint("workload_scheme", __name__, url_prefix="/configure/schemes")

SAVED = message("The workload scheme is saved. Capacity follows it at once; closed periods keep theirs.")
FIRST: Weekdays = PRESETS[0][1]


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_schemes() -> str:
    """Show the list, the default first."""
    return _list(current())


@blueprint.get("/new")
@takes("page", "session", "context", permission="jira-admin")
def new_scheme() -> str:
    """Show a new scheme with the usual hours."""
    form = _form_of(WorkloadScheme(new_id(), "", FIRST))
    return _show_editor(Form({**form.values}, "0", {**form.values}))


@blueprint.get("/<scheme_id>")
@takes("page", "session", "context", permission="jira-admin")
def show_scheme(scheme_id: str) -> Response:
    """Show one scheme as it is stored."""
    context = current()
    return show_or_list(
        lambda: _show_editor(_form_of(context.stores.schemes.get(read_id(scheme_id)))),
        lambda: _list(context),
    )


@blueprint.post("/week")
@takes("session", "context", permission="jira-admin")
def show_week() -> str:
    """Show the sum of the typed hours."""
    return render_template(
        "calendar/workload_scheme/_week.html", **_week_values(current(), _typed(request.form))
    )


@blueprint.post("")
@takes("session", "context", permission="jira-admin")
def save() -> Response:
    """Save a scheme; after a conflict, show both values."""
    context, form = current(), _typed_scheme(request.form)
    return answer_change(
        form,
        lambda: save_scheme(
            context.stores, context.viewer_context.tracking, _with_stored_name(sent(SaveScheme))
        ),
        lambda scheme: _show_editor(_form_of(scheme, SAVED)),
        _show_editor,
        ConflictView(WorkloadScheme, _form_of, again=True),
    )


@blueprint.get("/<scheme_id>/delete")
@takes("session", "context", permission="jira-admin")
def ask_delete(scheme_id: str) -> Response:
    """Show the consequences of a deletion, and ask for a replacement."""
    context = current()
    return show_or_list(lambda: _deletion(context, read_id(scheme_id), Form()), lambda: _list(context))


@blueprint.post("/<scheme_id>/delete")
@takes("session", "context", permission="jira-admin")
def delete(scheme_id: str) -> Response:
    """Delete a scheme; teams and members get the replacement."""
    context = current()
    return show_or_list(
        lambda: answer_change(
            Form(),
            lambda: delete_scheme(context.stores, sent(DeleteScheme, scheme_id=scheme_id)),
            lambda scheme: show_after(
                _list(context), _("The workload scheme {name} is deleted.", name=scheme.name)
            ),
            lambda form: _deletion(context, scheme_id, form),
        ),
        lambda: _list(context),
    )


def _list(context: Context) -> str:
    return show_section("schemes", "calendar/workload_scheme/_list.html", **_list_values(context))


def _list_values(context: Context) -> dict[str, object]:
    return {
        "schemes": list_schemes(context.stores),
        "weekdays": weekday_names(0, reader_locale(context.profile().locale)),
        "show": HOURS_AND_MINUTES.show_with_seconds,
    }


def _show_editor(form: Form) -> str:
    context = current()
    texts = [form.values[name] for name in WEEKDAY_FIELDS]
    presets = [(name, ",".join(map(format_hm, weekdays))) for name, weekdays in PRESETS]
    is_default = form.values["id"] == context.stores.schemes.default_id()
    week = _week_values(context, texts)
    if form.errors:
        week["trouble"] = ""  # It is shown next to its field already.
    return show_section(
        "schemes",
        "calendar/workload_scheme/_editor.html",
        form=form,
        weekdays=tuple(zip(WEEKDAY_FIELDS, map(localize, WEEKDAY_NAMES), strict=True)),
        presets=presets,
        is_default=is_default,
        usage=_usage(context, form.values["id"]),
        **week,
    )


def _week_values(context: Context, texts: list[str]) -> dict[str, object]:
    """Return the week in both formats, or the first error."""
    try:
        seconds = sum(read_weekdays(texts, context.viewer_context.tracking))
    except InvalidInput as error:
        return {"total": "", "decimal": "", "trouble": localize(error.sentence)}
    hours = f"{(Decimal(seconds) / HOUR).quantize(Decimal('0.01')).normalize():f}"
    return {
        "total": format_hm(seconds),
        "decimal": hours.replace(".", decimal_separator(reader_locale(context.profile().locale))),
        "trouble": "",
    }


def _typed(values: MultiDict[str, str]) -> list[str]:
    return [values.get(name, "") for name in WEEKDAY_FIELDS]


def _typed_scheme(values: MultiDict[str, str]) -> Form:
    typed = dict(zip(WEEKDAY_FIELDS, _typed(values), strict=True))
    names = {"id": values.get("id", ""), "name": values.get("name", "")}
    return Form(names | typed, values.get("version", ""), _stored(values.get("id", "")))


def _with_stored_name(command: SaveScheme) -> SaveScheme:
    names = {one.id: one.name for one in current().stores.schemes.all()}
    return replace(command, name=as_stored(command.name, names.get(command.id, "")))


def _stored(scheme_id: str) -> dict[str, str]:
    found = next((scheme for scheme in current().stores.schemes.all() if scheme.id == scheme_id), None)
    return dict(_form_of(found or WorkloadScheme("", "", FIRST)).values)


def _form_of(scheme: WorkloadScheme, note: str = "") -> Form:
    hours = dict(zip(WEEKDAY_FIELDS, map(format_hm, scheme.weekdays), strict=True))
    values = {"id": scheme.id, "name": localize(scheme.name)} | hours
    return Form(values, str(scheme.version), values, note=note)


def _usage(context: Context, scheme_id: str) -> Usage:
    teams = {team.id: team for team in context.stores.teams.all()}
    having, members = context.stores.schemes.used_by(scheme_id)
    return usage_of(teams, members, having)


def _deletion(context: Context, scheme_id: str, form: Form) -> str:
    stores = context.stores
    scheme = stores.schemes.get(scheme_id)
    return render_template(
        "calendar/workload_scheme/_delete.html",
        scheme=scheme,
        is_default=scheme.id == stores.schemes.default_id(),
        usage=_usage(context, scheme_id),
        others=[other for other in stores.schemes.all() if other.id != scheme_id],
        form=form,
    )
