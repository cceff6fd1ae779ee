"""Templates of a person: save a day or a week under a name, and log it again after a preview, with one undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import MultiDict

from timesheet.domain.errors import InvalidInput
from timesheet.domain.permission import Module
from timesheet.domain.span import DateSpan, View, week_of
from timesheet.domain.worklog.template import Template, Templates
from timesheet.services.timesheet.command import ApplyTemplate, ChangeTemplate, SaveTemplate, TemplateChange
from timesheet.services.timesheet.template import (
    apply_template,
    change_template,
    days_of_template,
    plan_template,
    save_template,
)
from timesheet.services.viewer.team_context import new_id
from timesheet.services.worklog.form_reads import begin_form_reads
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import full_date, span_title
from timesheet.web.http.fields import read_day
from timesheet.web.http.form import ConflictView, Form, answer, answer_change, sent
from timesheet.web.http.language import _, reader_locale
from timesheet.web.http.viewer import week_start_of
from timesheet.web.timesheet.copy_answer import answer_copy
from timesheet.web.timesheet.copy_preview import TargetChoice, preview_for_template, read_ids
from timesheet.web.worklog.answer import ChangeAnswer
from timesheet.web.worklog.at_once import time_limit
from timesheet.web.worklog.form import new_key

blueprint = Blueprint("template", __name__, url_prefix="/templates")


RENAMED_SINCE = ConflictView(Template, lambda saved: Form({"name": saved.name}), conflict="")


@dataclass(frozen=True, slots=True)
class TemplateChoice(TargetChoice):
    """The values in the dialog that applies a template."""

    template: Template
    day: date


@blueprint.get("/apply")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_apply() -> str:
    """Show the dialog with the preview of the chosen template, or of the first one."""
    context = current()
    templates = context.settings.read_templates(context.identity.account_id)
    if not templates.all:
        return render_template("timesheet/template/_none.html", day=_day(context, request.args))
    begin_form_reads(context.viewer_context)
    return _show_apply(context, templates, request.args)


@blueprint.post("/apply")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def apply() -> Response:
    """Log as much of the template as fits into one request; what Jira refused stays in the dialog with its reason."""
    context, enough = current(), time_limit()
    templates = context.settings.read_templates(context.identity.account_id)
    choice = _choice(context, templates, request.form)
    if request.form.get("was") != choice.template.id:
        # Another template was chosen, and the form was sent before its preview was shown.
        return make_response(_show_apply(context, templates, request.form))
    lines = plan_template(context.viewer_context, choice.template, choice.target)
    chosen_lines = [line for line in lines if choice.takes(line.issue.id)]
    if not chosen_lines:
        return make_response(
            _show_apply(context, templates, request.form, _("Choose at least one issue.")), 422
        )
    command = sent(ApplyTemplate, template=choice.template.id, day=choice.day, key=choice.key)
    issue_ids = frozenset(line.issue.id for line in chosen_lines)
    command = replace(command, issue_ids=issue_ids)
    result = apply_template(context.viewer_context, choice.template, choice.target, command, enough)
    return answer_copy(context.viewer_context, choice.key, result)


@blueprint.get("/new")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def new_template() -> str:
    """Show the dialog that saves a day or a week as a template."""
    context = current()
    return _show_new(
        Form(
            {
                "id": new_id(),
                "name": "",
                "day": _day(context, request.args),
                "weekly": request.args.get("weekly", ""),
            }
        )
    )


@blueprint.post("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def save() -> Response:
    """Save the time of the chosen day or week under a name."""
    context, form = current(), request.form
    typed = {name: form.get(name, "") for name in ("id", "name", "day", "weekly")}
    return answer_change(
        Form(typed),
        lambda: save_template(
            context.viewer_context,
            context.settings,
            sent(SaveTemplate),
            week_start_of(context, context.profile()),
        ).get(typed["id"]),
        lambda template: ChangeAnswer(
            _("The template {name} is saved.", name=template.name), "dialog", changed=False
        ).send(),
        _show_new,
    )


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def show_templates() -> str:
    """Show the dialog that renames, orders, and deletes templates."""
    context = current()
    return _show_all(context.settings.read_templates(context.identity.account_id))


@blueprint.post("/<template_id>")
@takes("session", "context", permission="viewer", module=Module.TIMESHEET)
def change(template_id: str) -> Response:
    """Rename, move, delete, or restore a template; after a deletion, offer to undo it."""
    context, command = current(), sent(ChangeTemplate, template=template_id)
    store = context.settings
    before = store.read_templates(context.identity.account_id)

    typed = Form({"id": template_id, "name": command.name})

    def again(form: Form) -> str:
        return _show_all(store.read_templates(context.identity.account_id), form)

    def refused(error: InvalidInput) -> str:
        if command.change is TemplateChange.RESTORE:
            # The list has no field for it, so its reason is shown above the list.
            raise error
        return again(typed.refused(error))

    deletes = command.change is TemplateChange.DELETE
    deleted = next((one for one in before.all if deletes and one.id == template_id), None)
    return answer(
        lambda: change_template(context.viewer_context, store, command),
        lambda templates: _show_all(templates, deleted=deleted),
        refused,
        lambda conflict: again(RENAMED_SINCE.beside(typed, conflict)),
    )


def _choice(context: Context, templates: Templates, values: MultiDict[str, str]) -> TemplateChoice:
    """Return the choice in a query or form. A template that was not chosen before goes to its own weekday."""
    chosen = values.get("template", "")
    template = templates.all[0] if templates.all and not chosen else templates.get(chosen)
    day, start = _day(context, values), week_start_of(context, context.profile())
    if values.get("was") != template.id and not template.weekly:
        day = week_of(day, start).first + timedelta(days=(template.hours[0].weekday - start) % 7)
    return TemplateChoice(
        target=days_of_template(day, start, weekly=template.weekly),
        shown=read_ids(values, "shown"),
        issues=read_ids(values, "issue"),
        added=context.person_settings.rows.ids,
        key=values.get("key") or new_key(),
        template=template,
        day=day,
    )


def _show_apply(
    context: Context, templates: Templates, values: MultiDict[str, str], problem: str = ""
) -> str:
    choice = _choice(context, templates, values)
    lines = plan_template(context.viewer_context, choice.template, choice.target)
    return render_template(
        "timesheet/template/_apply.html",
        choice=choice,
        templates=templates.all,
        days=_days_in_words(context, choice.target),
        problem=problem,
        **preview_for_template(context, choice, lines),
    )


def _show_new(form: Form) -> str:
    return render_template("timesheet/template/_save.html", form=form)


def _show_all(templates: Templates, form: Form | None = None, deleted: Template | None = None) -> str:
    return render_template(
        "timesheet/template/_all.html", templates=templates.all, form=form or Form(), deleted=deleted
    )


def _day(context: Context, values: MultiDict[str, str]) -> date:
    return read_day(values.get("day"), context.viewer_context.today)


def _days_in_words(context: Context, span: DateSpan) -> str:
    locale = reader_locale(context.profile().locale)
    return full_date(span.first, locale) if len(span) == 1 else span_title(View.WEEK, span, locale)
