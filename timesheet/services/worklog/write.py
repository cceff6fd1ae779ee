"""The three ways to change a worklog in Jira: each checks the lock, records an audit event, and updates the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.event import Values
from timesheet.domain.errors import JiraUnavailable
from timesheet.domain.jira_time import work_date
from timesheet.domain.worklog.estimate import after_create, after_delete, after_update, sent_mode
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft
from timesheet.services.ports.journal import Intent
from timesheet.services.snapshot.own import zone_of
from timesheet.services.viewer.context import ViewerContext
from timesheet.services.worklog.attribute import properties_after, unsaved_note
from timesheet.services.worklog.estimate import issue_with_estimate
from timesheet.services.worklog.safeguard.idempotency import (
    announce_and_write,
    earlier_result,
    expected_values,
    id_of_new,
)
from timesheet.services.worklog.safeguard.lost_write import (
    is_repeated,
    lost_duplicate,
    lost_move,
    recognize,
    require_arrived,
    require_not_moved,
    settle_earlier,
)
from timesheet.services.worklog.write_result import (
    WriteResult,
    WriteStep,
    booked,
    finish,
    found_step,
    noted_try,
)

WAITED_IN_VAIN = 504
NOTHING: Values = MappingProxyType({})


def write_new(
    context: ViewerContext, draft: WorklogDraft, notes: Iterable[str], more: Values = NOTHING
) -> WriteResult:
    """Create a worklog once for each key; the result of an earlier try is found, at the start it had then.

    ``more`` is added to its audit event, such as where it came from.
    """
    issue = issue_with_estimate(context, draft.issue_id, draft.seconds)
    day = work_date(draft.started, context.zone)
    intent_id = id_of_new(context.viewer, draft.key, draft.issue_id, day, draft.seconds)
    earlier = context.journal.earlier(intent_id)
    if earlier:
        draft = replace(draft, started=earlier.started or draft.started)
    if known := earlier_result(context, draft, earlier) if earlier else lost_duplicate(context, draft):
        return finish(context, recognize(context, known), None, known, notes, found_step(known))
    check = partial(context.lock.check, context.viewer, issue, {day}, [draft.started])
    draft = replace(draft, estimate=_way(issue, draft.estimate))
    intent = Intent(
        Action.WORKLOG_CREATED,
        context.viewer,
        draft.issue_id,
        context.clock(),
        write_key=draft.key,
        more=more,
        started=draft.started,
        wanted=expected_values(draft.started, draft.seconds),
        id=intent_id,
    )
    create = partial(context.jira.create_worklog, draft, context.own_zones, look_first=bool(earlier))
    made = announce_and_write(context, intent, check, create, earlier)
    left = after_create(issue.remaining_seconds, made.seconds, draft.estimate.mode, draft.estimate.seconds)
    step = WriteStep(None, made, issue.remaining_seconds, left, draft.estimate.mode)
    sentences = [*notes, unsaved_note(draft.properties, made)]
    return finish(context, booked(issue, made.seconds, left), None, made, sentences, step)


def write_change(
    context: ViewerContext, before: Worklog, change: WorklogChange, notes: Iterable[str]
) -> WriteResult:
    """Change what differs; the lock is checked for the old days and the new ones."""
    seconds = before.seconds if change.seconds is None else change.seconds
    issue = issue_with_estimate(context, before.issue_id, seconds - before.seconds)
    text = change.properties if change.comment is None else change.comment
    expected = expected_values(change.started, change.seconds, text)
    unfinished = context.journal.unfinished_near(before.issue_id, context.viewer)
    # Nearly always there are none.
    if unfinished:
        require_arrived(
            context, before, lambda lost: is_repeated(lost, Action.WORKLOG_CHANGED, expected), unfinished
        )
        require_not_moved(context, before, unfinished)
        settle_earlier(context, before, unfinished)
    days, starts = {before.day}, [before.started]
    if change.started is not None:
        days.add(work_date(change.started, zone_of(context, before.author)))
        starts.append(change.started)
    check = partial(context.lock.check, before.author, issue, days, starts, before.id)
    estimate = _way(issue, change.estimate)
    remaining = after_update(
        issue.remaining_seconds, before.seconds, seconds, estimate.mode, estimate.seconds
    )
    # Jira has no manual adjustment for an update, so it is sent as a new value.
    sent = EstimateChange("new", remaining) if estimate.mode == "manual" else estimate
    change = replace(change, estimate=sent)
    with noted_try(context, WriteStep(before, None, issue.remaining_seconds, remaining, estimate.mode)):
        after = _send_change(context, before, change, expected, check)
    sentences = [*notes, unsaved_note(change.properties, after)]
    after = replace(after, properties=properties_after(after, before, change.properties))
    step = WriteStep(before, after, issue.remaining_seconds, remaining, estimate.mode)
    return finish(
        context, booked(issue, after.seconds - before.seconds, remaining), before, after, sentences, step
    )


def write_removal(context: ViewerContext, before: Worklog, estimate: EstimateChange) -> WriteResult:
    """Delete a worklog; the result contains it, so it can be logged again.

    Only a move that may still arrive must be awaited: a late change or a second deletion finds no worklog.
    A move that has arrived is complete with the deletion.
    """
    issue = issue_with_estimate(context, before.issue_id, -before.seconds)
    near = context.journal.unfinished_near(before.issue_id, context.viewer)
    lost_move(context, before, near)
    settle_earlier(context, before, near)
    estimate = _way(issue, estimate)
    left = after_delete(issue.remaining_seconds, before.seconds, estimate.mode, estimate.seconds)
    step = WriteStep(before, None, issue.remaining_seconds, left, estimate.mode)
    with noted_try(context, step):
        announce_and_write(
            context,
            _intent(context, Action.WORKLOG_DELETED, before),
            partial(context.lock.check, before.author, issue, {before.day}, [before.started], before.id),
            partial(context.jira.delete_worklog, before.issue_id, before.id, estimate),
        )
    return finish(context, booked(issue, -before.seconds, left), before, None, (), step)


def _way(issue: Issue, estimate: EstimateChange) -> EstimateChange:
    """Return how to change the estimate, without letting Jira create one if there is none."""
    mode = sent_mode(issue.remaining_seconds, estimate.mode)
    return estimate if mode == estimate.mode else EstimateChange(mode)


def _send_change(
    context: ViewerContext,
    before: Worklog,
    change: WorklogChange,
    expected: Values,
    check: Callable[[], None],
) -> Worklog:
    """Change it in Jira; if the response is lost, try the same once more, which does no harm.

    Each try is announced separately, because an unanswered one may still arrive after an answered one.
    """
    zones = {before.author: zone_of(context, before.author)}
    update = partial(context.jira.update_worklog, before.issue_id, before.id, change, zones)
    lost: JiraUnavailable | None = None
    while True:
        intent = _intent(context, Action.WORKLOG_CHANGED, before, expected)
        try:
            return announce_and_write(context, intent, check, update)
        except JiraUnavailable as error:
            if lost:
                raise lost from error
            if not error.wrote_maybe or error.status == WAITED_IN_VAIN:
                raise
            lost = error


def _intent(context: ViewerContext, action: Action, before: Worklog, expected: Values = NOTHING) -> Intent:
    return Intent(
        action,
        context.viewer,
        before.issue_id,
        context.clock(),
        before.id,
        before.author,
        before=before.facts,
        updated=before.updated,
        wanted=expected,
    )
