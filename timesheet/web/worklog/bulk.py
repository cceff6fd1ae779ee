"""Change all chosen worklogs of a list: the dialog with a verdict for each, the progress, and one undo."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.attribute.attribute import Attribute
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.message import Message, message
from timesheet.domain.permission import Allowed
from timesheet.domain.span import DateSpan
from timesheet.domain.worklog.issue import Issue, issue_in
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.snapshot.issue import cached_issues, get_issue
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.bulk import BulkProgress, apply_bulk, stop_bulk
from timesheet.services.worklog.bulk_plan import BulkLine, clock_note, day_note, fixed_worklogs, plan_bulk
from timesheet.services.worklog.command import (
    NO_ATTRIBUTE,
    NO_DAY,
    NO_ISSUE,
    NOT_TRIED,
    NOT_TRIED_AFTER,
    STOPPED,
    BulkAction,
    BulkEdit,
    Chosen,
)
from timesheet.services.worklog.safeguard.seen import seen_mark, worklog_mark
from timesheet.services.worklog.undo import offer_undo
from timesheet.services.worklog.write_result import WriteResult
from timesheet.web.http.access import SHEET_OR_TEAMS, takes
from timesheet.web.http.context import current
from timesheet.web.http.form import sent
from timesheet.web.http.language import _, _n, join_sentences, localize, printed_durations
from timesheet.web.worklog.answer import BulkVerdict, ChangeAnswer, undo_of
from timesheet.web.worklog.at_once import time_limit
from timesheet.web.worklog.attribute import attribute_choice, first_text
from timesheet.web.worklog.form import new_key
from timesheet.web.worklog.verdict import PartialResult, verdict_of

blueprint = Blueprint("bulk", __name__)

NOT_CHOSEN: Mapping[BulkAction, Message] = {
    BulkAction.MOVE_TO_DAY: NO_DAY,
    BulkAction.MOVE_TO_ISSUE: NO_ISSUE,
    BulkAction.SET_ATTRIBUTE: NO_ATTRIBUTE,
}
UNSURE = message(
    "Jira did not answer one change, so it may or may not be saved. The sheet shows it once Jira has it."
)


@blueprint.post("/worklogs/bulk/plan")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def show_plan() -> str:
    """Show the dialog with what would happen to each chosen worklog; nothing changes yet."""
    context = current().viewer_context
    return _dialog(context, sent(BulkEdit, key=request.form.get("key") or new_key()))


@blueprint.post("/worklogs/bulk")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def change_chosen() -> Response:
    """Change as many of the chosen worklogs as fit into one request; the shown progress asks for the rest."""
    context, edit = current().viewer_context, sent(BulkEdit)
    if not edit.ready:
        return make_response(_dialog(context, edit, NOT_CHOSEN[edit.action]), 422)
    progress = apply_bulk(context, edit, time_limit())
    if progress.trouble or not _untried(edit, progress):
        why = NOT_TRIED_AFTER if progress.unsure else message(NOT_TRIED, reason=progress.trouble)
        return _result(context, edit, progress, why)
    return make_response(
        render_template(
            "worklog/bulk/_progress.html",
            edit=edit,
            done=len(progress.finished),
            mark=_mark,
            undo=",".join(offer_undo(context, *progress.writes)),
        )
    )


@blueprint.post("/worklogs/bulk/stop")
@takes("session", "context", permission="viewer", module=SHEET_OR_TEAMS)
def stop() -> Response:
    """Stop changing the chosen worklogs, and show what was done, with its undo."""
    context, edit = current().viewer_context, sent(BulkEdit)
    return _result(context, edit, stop_bulk(context, edit), STOPPED)


@blueprint.app_template_global()
def logs_attributes(span: DateSpan) -> bool:
    """Return True if the viewer logs with an attribute on one of these days."""
    context = current().viewer_context
    return any(context.attributes.of(context.viewer, day) for day in span)


@dataclass(frozen=True, slots=True)
class SelectableWorklogs:
    """The worklogs of a list that can be chosen: by id, the value of the checkbox, or the reason why there is none.

    ``attributes`` says that one of them is logged with an attribute.
    """

    boxes: Mapping[int, str]
    fixed: Mapping[int, str]
    attributes: bool

    @property
    def reasons(self) -> Sequence[str]:
        """Return each reason once."""
        return [*dict.fromkeys(self.fixed.values())]


def selectable_worklogs(
    context: ViewerContext, worklogs: Collection[Worklog], issues: Mapping[int, Issue]
) -> SelectableWorklogs:
    """Return which worklogs of a list the viewer can choose; none, without reasons, if they may write nowhere."""
    if not isinstance(current().may_enter(*SHEET_OR_TEAMS), Allowed):
        return SelectableWorklogs({}, {}, attributes=False)
    fixed = fixed_worklogs(context, worklogs, issues)
    free = [worklog for worklog in worklogs if worklog.id not in fixed]
    return SelectableWorklogs(
        {worklog.id: f"{worklog.issue_id}:{seen_mark(worklog)}" for worklog in free},
        {number: localize(why) for number, why in fixed.items()},
        any(context.attributes.of(worklog.author, worklog.day) for worklog in free),
    )


def _untried(edit: BulkEdit, progress: BulkProgress) -> Sequence[Chosen]:
    return [one for one in edit.chosen if one.seen.worklog_id not in progress.finished]


def _mark(one: Chosen) -> str:
    """Return a chosen worklog as the list names it."""
    return f"{one.issue_id}:{worklog_mark(one.seen)}"


def _dialog(context: ViewerContext, edit: BulkEdit, problem: Message | None = None) -> str:
    lines = plan_bulk(context, edit)
    offered = _offered(context, lines) if edit.action is BulkAction.SET_ATTRIBUTE else {}
    if offered and edit.value is None:
        edit = _begun(edit, offered)
        lines = plan_bulk(context, edit)
    changing = [line for line in lines if not line.skip]
    issue = get_issue(context, edit.issue_id) if edit.issue_id else None
    return render_template(
        "worklog/bulk/_dialog.html",
        edit=edit,
        mark=_mark,
        verdicts=[_verdict(context, line) for line in lines],
        changing=len(changing),
        lost=_lost(context, lines) if edit.action is BulkAction.DELETE else 0,
        day_note=day_note(context, edit, lines),
        clock_note=clock_note(context, edit, lines),
        duration=printed_durations(*(line.worklog.seconds for line in changing if line.worklog)),
        issue_text=f"{issue.key} {issue.summary}" if issue else "",
        choice=attribute_choice(offered.values(), edit.attribute, edit.value or ""),
        problem=problem,
    )


def _lost(context: ViewerContext, lines: Sequence[BulkLine]) -> int:
    """Return how many could be deleted but not restored: those that change, or are skipped for that reason alone."""
    return sum(1 for line in lines if (why := line.lost(context)) and line.skip in ("", why))


def _offered(context: ViewerContext, lines: Sequence[BulkLine]) -> Mapping[str, Attribute]:
    """Return the attributes with which any of the worklogs is logged, by id."""
    authors_and_days = {(line.worklog.author, line.worklog.day) for line in lines if line.worklog}
    return {
        one.id: one for author, day in sorted(authors_and_days) for one in context.attributes.of(author, day)
    }


def _begun(edit: BulkEdit, offered: Mapping[str, Attribute]) -> BulkEdit:
    """Return the edit with the value that the dialog begins with; a single attribute is chosen already."""
    [*attributes] = offered.values()
    chosen = offered.get(edit.attribute) or (attributes[0] if len(attributes) == 1 else None)
    return replace(edit, attribute=chosen.id, value=first_text(chosen)) if chosen else edit


def _verdict(context: ViewerContext, line: BulkLine, skip: str = "") -> BulkVerdict:
    worklog = line.worklog
    day, seconds = (worklog.day, worklog.seconds) if worklog else (None, None)
    return verdict_of(context, line.issue, day, seconds, skip or line.skip)


def _result(context: ViewerContext, edit: BulkEdit, progress: BulkProgress, why_untried: Message) -> Response:
    """Return a message with the undo, or a dialog that names each worklog that stays as it was, and why."""
    untried: dict[int, str] = {one.seen.worklog_id: why_untried for one in _untried(edit, progress)}
    if progress.stopped_at is not None:
        untried[progress.stopped_at] = progress.trouble
    refused = {**dict(progress.failed), **untried}
    undo = undo_of(context, *progress.writes)
    done_sentence = _done_sentence(edit, progress.writes, len(undo.fields["undo"].split(",")) if undo else 0)
    if not refused:
        return ChangeAnswer(done_sentence, "dialog", undo=undo).send()
    lines = _lines(context, edit)
    return PartialResult(
        _title(progress),
        done_sentence,
        _unchanged(progress, len(refused)),
        [_verdict(context, lines[number], sentence) for number, sentence in refused.items()],
        undo,
        localize(UNSURE) if progress.unsure else "",
    ).send(200 if progress.saved else 422)


def _lines(context: ViewerContext, edit: BulkEdit) -> Mapping[int, BulkLine]:
    """Return the chosen worklogs by id; of what Jira does not show now, only the issues that are known."""
    try:
        lines: Sequence[BulkLine] = plan_bulk(context, edit)
    except JiraUnavailable:
        known = {issue.id: issue for issue in cached_issues(context, [one.issue_id for one in edit.chosen])}
        lines = [BulkLine(one, None, issue_in(known, one.issue_id)) for one in edit.chosen]
    return {line.chosen.seen.worklog_id: line for line in lines}


def _title(progress: BulkProgress) -> str:
    if progress.writes:
        return _("Some worklogs stay as they were")
    return _("It is not known yet what was changed") if progress.unsure else _("No worklog was changed")


def _unchanged(progress: BulkProgress, count: int) -> str:
    if progress.unsure:
        return _n("{count} worklog not confirmed:", "{count} worklogs not confirmed:", count)
    return _n("{count} worklog was not changed:", "{count} worklogs were not changed:", count)


def _done_sentence(edit: BulkEdit, writes: Sequence[WriteResult], undoable: int) -> str:
    """Return how many worklogs were changed, and how many of them for good; empty if none was."""
    count = len(writes)
    if not count:
        return ""
    lost = count - undoable
    kept = _n("{count} of them cannot be undone.", "{count} of them cannot be undone.", lost)
    if edit.action is BulkAction.DELETE:
        sentence = _n("{count} worklog deleted.", "{count} worklogs deleted.", count)
        kept = _n("{count} of them cannot be restored.", "{count} of them cannot be restored.", lost)
    elif edit.action is BulkAction.SET_ATTRIBUTE:
        sentence = _n("{count} worklog changed.", "{count} worklogs changed.", count)
    else:
        sentence = _n("{count} worklog moved.", "{count} worklogs moved.", count)
    return join_sentences((sentence, kept)) if lost else sentence
