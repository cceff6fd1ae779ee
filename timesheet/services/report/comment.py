"""The comments of the worklogs that are rows of a report's file, read when the file is requested and not cached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from timesheet.domain.message import counted, message
from timesheet.domain.report.table import ReadProblem
from timesheet.domain.report.terms import Dimension, Field
from timesheet.domain.worklog.adf import adf_to_text
from timesheet.services.ports.jira import Jira, readable
from timesheet.services.report.limit import MOST_COMMENTS
from timesheet.services.report.report import Report
from timesheet.services.viewer.context import ViewerContext

TOO_MANY = message(
    "Comments are left out, because there are more than {most} worklogs. Choose a shorter range to get them."
)


def with_comments(context: ViewerContext, jira: Jira, report: Report) -> Report:
    """Return a report with the comments that its viewer may see, if each worklog is a row.

    A note says so if there are too many worklogs, or if Jira did not give some of them: they may be gone since the
    report was read. Raise JiraUnavailable if Jira does not give the comments.
    """
    table = report.table
    if Dimension.WORKLOG not in table.terms.rows:
        return report
    worklogs = sorted(set(report.work.fields[Field.WORKLOG]))
    if len(worklogs) > MOST_COMMENTS:
        note = ReadProblem(message(TOO_MANY, most=MOST_COMMENTS), absent=False)
        return replace(report, table=replace(table, problems=(*table.problems, note)))
    read = readable(lambda: jira.read_listed(worklogs, context.own_zones)) if worklogs else ()
    texts = {one.id: adf_to_text(one.comment).strip() for one in read}
    comments = {id_: text for id_, text in texts.items() if text}
    problems = (*table.problems, *_unread(len(worklogs) - len(texts)))
    return replace(report, table=replace(table, comments=comments, problems=problems))


def _unread(count: int) -> Sequence[ReadProblem]:
    if not count:
        return ()
    note = counted(
        "The comment of {count} worklog could not be read, so it is missing here.",
        "The comments of {count} worklogs could not be read, so they are missing here.",
        count,
    )
    return (ReadProblem(note, absent=False),)
