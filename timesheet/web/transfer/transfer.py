"""Export and import a site's configuration as a file, with a preview of the changes."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import Conflict, InvalidInput
from timesheet.services.ports.transfer import LARGEST_UPLOAD, BadFile
from timesheet.services.transfer.command import ImportConfiguration, PlanImport
from timesheet.services.transfer.plan import ImportPlan, TransferContext, Unconfirmed, plan_import, run_import
from timesheet.services.transfer.read import export_configuration, read_configuration
from timesheet.web.http.access import LARGEST_BODY, takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.csv_file import taken_as
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.fields import read_upload
from timesheet.web.http.form import answer, sent
from timesheet.web.site.section import show_section
from timesheet.web.transfer.view import PlanView, configuration_file_name, summary_of

blueprint = Blueprint("transfer", __name__, url_prefix="/configure/transfer")


@blueprint.get("")
@takes("page", "session", "context", permission="jira-admin")
def show_transfer() -> str:
    """Show the section."""
    return show_section("transfer", "transfer/_transfer.html", most=LARGEST_UPLOAD // (1024 * 1024))


@blueprint.get("/file")
@takes("session", "context", permission="jira-admin", costly=True)
def export() -> Response:
    """Return the configuration as a file."""
    context, leaves = current(), request.args.get("leaves") == "1"
    configuration = read_configuration(context.stores, context.settings)
    files = dependencies().files.configuration_files
    data = export_configuration(configuration, files, context.directory, context.recorder, leaves=leaves)
    answer = make_response(data)
    name = configuration_file_name(context.site.display_url, context.team_context.today)
    answer.headers["Content-Type"] = "application/json"
    return taken_as(answer, name)


@blueprint.post("/preview")
@takes("session", "context", permission="jira-admin", costly=True, largest=LARGEST_BODY + LARGEST_UPLOAD)
def preview() -> Response:
    """Show what importing the chosen file would do; an invalid file is refused whole, with each place."""
    context = transfer_context_of(current())
    return answer(
        lambda: plan_import(context, read_upload(".json", LARGEST_UPLOAD), sent(PlanImport).choices),
        _show_plan,
        _refused,
    )


@blueprint.post("/import")
@takes("session", "context", permission="jira-admin", costly=True, largest=LARGEST_BODY + LARGEST_UPLOAD)
def run() -> Response:
    """Import what was previewed; if the result would differ by now, return 409 with the new preview."""
    context = transfer_context_of(current())
    return answer(
        lambda: run_import(context, read_upload(".json", LARGEST_UPLOAD), sent(ImportConfiguration)),
        lambda plan: render_template("transfer/_done.html", summary=summary_of(plan)),
        _refused,
        _newer,
    )


def transfer_context_of(context: Context, largest: int = LARGEST_UPLOAD) -> TransferContext:
    """Return the values an import needs; ``largest`` is in bytes."""
    recorder = replace(context.recorder, actor=context.identity.account_id)
    files, privacy = dependencies().files, dependencies().privacy.privacy_of(context.identity.site)
    return TransferContext(
        context.team_context, context.settings, recorder, files.configuration_files, privacy.accounts, largest
    )


def _show_plan(plan: ImportPlan, **more: str) -> str:
    view = PlanView(current(), plan)
    return render_template(
        "transfer/_preview.html", **{"conflict": "", "error": ""} | more, plan=plan, view=view
    )


def _refused(error: InvalidInput) -> str:
    """Show the plan again if it was not confirmed, otherwise every place that cannot be imported."""
    if isinstance(error, Unconfirmed) and error.plan:
        return _show_plan(error.plan, error=error.sentence)
    problems = error.problems if isinstance(error, BadFile) else ()
    return render_template("transfer/_problems.html", sentence=error.sentence, problems=problems)


def _newer(conflict: Conflict) -> str:
    """Show what the import would do now."""
    if not isinstance(conflict.current, ImportPlan):
        raise conflict
    return _show_plan(conflict.current, conflict=conflict.sentence)
