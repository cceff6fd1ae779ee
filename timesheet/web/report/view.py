"""Saved views of reports: the dialog with the name of a view, saving and deleting it, and links to reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request, url_for
from markupsafe import Markup

from timesheet.domain.errors import NotFound
from timesheet.domain.identifier import read_id
from timesheet.domain.permission import Module
from timesheet.domain.report.view import ReportView
from timesheet.services.report.command import DeleteView, SaveView
from timesheet.services.report.view import delete_view, find_view, managed_teams, save_view
from timesheet.services.viewer.team_context import new_id
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.form import ConflictView, Form, answer_change, sent
from timesheet.web.http.language import _, localize
from timesheet.web.http.navigation import app_address
from timesheet.web.report.choice import ReportChoice, link_query, stored_query
from timesheet.web.report.reader import report_reader
from timesheet.web.report.report import answer_report

blueprint = Blueprint("report_view", __name__, url_prefix="/reports/views")


@blueprint.get("/new")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def new_view() -> str:
    """Show the dialog that saves the report under a name."""
    return _show(Form({"id": new_id(), "name": "", "of": "", "default": "", "overwrite": ""}))


@blueprint.get("/link")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_link() -> str:
    """Show the dialog with the link to the report that the form describes."""
    choice = report_reader().choice(request.args)
    return render_template("report/_link.html", link=_link(choice.pairs("panel")))


@blueprint.get("/<view_id>")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def show_view(view_id: str) -> str:
    """Show the dialog of a saved view."""
    return _show(_form_of(find_view(current().team_context, read_id(view_id))))


@blueprint.post("")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def save() -> Response:
    """Save the report that the form describes, or change the name of a view, and show the report with it."""
    context, reader = current(), report_reader()
    choice = reader.choice(request.form)
    query, people = stored_query(choice)
    return answer_change(
        _typed(),
        lambda: save_view(context.team_context, sent(SaveView), query, people),
        lambda view: _answer_saved(choice, view, _("The view {name} is saved.", name=view.name)),
        _show,
        ConflictView(ReportView, _form_of, again=True),
    )


@blueprint.post("/<view_id>/delete")
@takes("session", "context", permission="viewer", module=Module.REPORTS)
def delete(view_id: str) -> Response:
    """Delete a view, unless somebody else has done it meanwhile; the report stays as it is."""
    choice = report_reader().choice(request.form)
    try:
        view = delete_view(current().team_context, sent(DeleteView, view_id=read_id(view_id)))
    except NotFound as gone:
        return _answer_saved(choice, None, localize(gone.sentence), failed=True)
    return _answer_saved(choice, None, _("The view {name} is deleted.", name=view.name))


def _answer_saved(
    choice: ReportChoice, view: ReportView | None, sentence: str, *, failed: bool = False
) -> Response:
    """Show the report with the view, close the dialog, and say what happened."""
    new_choice = replace(choice, view=view.id if view else "")
    html = answer_report(report_reader(), new_choice).get_data(as_text=True)
    report = Markup(html)  # noqa: S704 - a rendered page
    done = render_template("report/_view_done_oob.html", report=report, said=sentence, failed=failed)
    return make_response(done, 404 if failed else 200)


def _show(form: Form) -> str:
    teams = managed_teams(current().team_context)
    saved = form.version != "0"
    address = url_for("report_view.delete", view_id=form.values["id"]) if saved else ""
    may = not saved or not form.stored.get("of") or form.stored["of"] in {team.id for team in teams}
    link = _link([("view", form.values["id"])])
    return render_template(
        "report/_view.html", form=form, teams=teams, kept=saved, may=may, delete=address, link=link
    )


def _link(query: Sequence[tuple[str, str]]) -> str:
    """Return the address of Jira's page that opens with the report in a query."""
    return app_address("reports", {"report": link_query(query)})


def _typed() -> Form:
    sent_values, version = request.form, request.form.get("version", "0")
    values = {name: sent_values.get(name, "") for name in ("id", "name", "of", "default", "overwrite")}
    return Form(values, version, values)


def _form_of(view: ReportView) -> Form:
    values = {
        "id": view.id,
        "name": view.name,
        "of": view.team_id,
        "default": "1" if view.default else "",
        "overwrite": "",
    }
    return Form(values, str(view.version), values)
