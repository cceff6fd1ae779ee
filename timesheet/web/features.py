"""All features by name: the routes that the app serves behind both doors, and the jobs that a worker runs."""

from __future__ import annotations

from timesheet.domain.job import Job
from timesheet.services.job.work import Handlers
from timesheet.web.attribute import attribute
from timesheet.web.audit import audit
from timesheet.web.audit import chain as audit_chain
from timesheet.web.audit import export as audit_file
from timesheet.web.calendar import availability, global_calendar, legend, workload_scheme
from timesheet.web.calendar import source as calendar_source
from timesheet.web.job import jobs
from timesheet.web.job.tasks import all_handlers
from timesheet.web.middleware import (
    health,
    metrics,
)
from timesheet.web.period import late_change as late_list
from timesheet.web.period import period
from timesheet.web.period import rule as period_rule
from timesheet.web.privacy import privacy
from timesheet.web.report import export as report_export
from timesheet.web.report import export_job as report_export_job
from timesheet.web.report import people as report_people
from timesheet.web.report import reading_job as report_reading_job
from timesheet.web.report import report, signing
from timesheet.web.report import view as report_view
from timesheet.web.site import (
    configuration,
    directory,
    first_use,
    label,
    lifecycle,
    move,
    session,
    webhook,
)
from timesheet.web.site import language as site_language
from timesheet.web.site import permission as site_permission
from timesheet.web.suggestion import calendar_file, suggestion
from timesheet.web.suggestion import day as suggestion_day
from timesheet.web.suggestion import entry as suggestion_entry
from timesheet.web.team import attribute as team_attribute
from timesheet.web.team import export as team_file
from timesheet.web.team import group_sync, member, team
from timesheet.web.team import overview as team_overview
from timesheet.web.team import role as team_role
from timesheet.web.team import scheme as team_scheme
from timesheet.web.team import settings as team_settings
from timesheet.web.team import worklog as team_worklog
from timesheet.web.timer import timer
from timesheet.web.timesheet import (
    calendar,
    copy,
    daylist,
    gap,
    issue,
    row,
    template,
    timesheet,
)
from timesheet.web.transfer import transfer
from timesheet.web.worklog import bulk, panel, quick_add, undo, worklog

BLUEPRINTS = (
    health.blueprint,
    metrics.blueprint,
    lifecycle.blueprint,
    webhook.blueprint,
    move.blueprint,
    session.blueprint,
    timesheet.blueprint,
    row.blueprint,
    calendar.blueprint,
    daylist.blueprint,
    copy.blueprint,
    gap.blueprint,
    template.blueprint,
    bulk.blueprint,
    undo.blueprint,
    configuration.blueprint,
    first_use.blueprint,
    global_calendar.blueprint,
    calendar_source.blueprint,
    workload_scheme.blueprint,
    legend.blueprint,
    label.blueprint,
    attribute.blueprint,
    site_permission.blueprint,
    period_rule.blueprint,
    transfer.blueprint,
    privacy.blueprint,
    jobs.blueprint,
    site_language.blueprint,
    issue.blueprint,
    worklog.blueprint,
    quick_add.blueprint,
    suggestion.blueprint,
    suggestion_entry.blueprint,
    suggestion_day.blueprint,
    calendar_file.blueprint,
    panel.blueprint,
    timer.blueprint,
    directory.blueprint,
    team.blueprint,
    team_role.blueprint,
    team_settings.blueprint,
    team_scheme.blueprint,
    team_attribute.blueprint,
    member.blueprint,
    group_sync.blueprint,
    availability.blueprint,
    team_overview.blueprint,
    team_file.blueprint,
    team_worklog.blueprint,
    period.blueprint,
    late_list.blueprint,
    report.blueprint,
    report_export.blueprint,
    report_view.blueprint,
    report_export_job.blueprint,
    report_reading_job.blueprint,
    signing.blueprint,
    report_people.blueprint,
    audit.blueprint,
    audit.history,
    audit_chain.blueprint,
    audit_file.blueprint,
    audit_file.history,
)


def job_handlers(*, group_sync: bool, unreported: bool) -> Handlers:
    """Return what a worker does for each kind of job."""
    return {
        **all_handlers(group_sync=group_sync, unreported=unreported),
        Job.EXPORT: report_export_job.write_export,
        Job.READ_REPORT: report_reading_job.read_for_report,
    }
