"""Write worklogs once each, even if Jira's responses are lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from timesheet.adapters.jira.call.call import AnswerLost, Call, JiraResponse
from timesheet.adapters.jira.call.pages import entries_of
from timesheet.adapters.jira.call.reading import read_worklog_json, strictly
from timesheet.adapters.jira.call.refusal import (
    CREATE,
    DELETE,
    UPDATE,
    accepted,
    explaining_not_found,
    refused_write,
)
from timesheet.adapters.jira.call.transport import Transport
from timesheet.adapters.jira.worklog.issue_worklogs import MOST_PAGES
from timesheet.domain.errors import InvalidInput, JiraUnavailable, NotFound, TimesheetError
from timesheet.domain.jira_time import epoch_ms, format_instant
from timesheet.domain.message import message
from timesheet.domain.worklog.packed_json import is_cut
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.jira import EstimateChange, WorklogChange, WorklogDraft, Zones

PROPERTY = "timesheet.key"
MAYBE = message(
    "Jira did not answer, so the time may or may not be saved. Try again in a few minutes: "
    "nothing is saved twice."
)
CHANGED_MAYBE = message(
    "Jira’s answer could not be read, so the change may or may not be saved. Try again (nothing "
    "is saved twice), or reload to see what Jira has now."
)

UNREADABLE = message("This worklog contains something that Timesheet cannot read. Change it in Jira.")


@dataclass(frozen=True, slots=True)
class WorklogWriter:
    """Creates, changes, and deletes worklogs as one viewer."""

    transport: Transport
    zones: Zones
    fallback: ZoneInfo

    def create(self, draft: WorklogDraft, *, look_first: bool) -> Worklog:
        """Create a worklog, or return the one that an earlier try with the same key left behind.

        It is sent once. Whatever caused a lost response, Jira may still be processing the write: not finding
        it proves nothing yet.
        """
        if look_first and (found := self.find(draft)):
            return found
        try:
            return self._post(draft)
        except AnswerLost as lost:
            if found := self._find_after(draft, lost):
                return found
            raise JiraUnavailable(MAYBE, status=lost.status, wrote_maybe=True) from lost

    def update(self, issue_id: int, worklog_id: int, change: WorklogChange) -> Worklog:
        """Send only what changed, once; after a lost response, check whether Jira has done it."""
        body: dict[str, Any] = {}
        if change.started is not None:
            body["started"] = format_instant(change.started)
        if change.seconds is not None:
            body["timeSpentSeconds"] = change.seconds
        if change.comment is not None:
            body["comment"] = _whole(change.comment)
        params = _estimate_params(change.estimate)
        if change.properties is not None:
            body["properties"] = _listed(change.properties)
            params["expand"] = "properties"
        path = f"issue/{issue_id}/worklog/{worklog_id}"
        try:
            answer = self.transport.send(
                Call("PUT", path, params, body, repeatable=False, issue=str(issue_id))
            )
        except AnswerLost as lost:
            return self._changed(issue_id, worklog_id, change, lost.status)
        self._require_written(answer, UPDATE, issue_id, worklog_id)
        try:
            return self._worklog(accepted(answer))
        except JiraUnavailable:
            return self._changed(issue_id, worklog_id, change)

    def _changed(self, issue_id: int, worklog_id: int, change: WorklogChange, status: int = 502) -> Worklog:
        """Return the worklog after a change whose response was lost, if it has the intended values.

        ``status`` says how the response was lost.
        """
        unsure = JiraUnavailable(CHANGED_MAYBE, status=status, wrote_maybe=True)
        try:
            found = self._worklog(accepted(self.transport.send(_read_one(issue_id, worklog_id))))
        except TimesheetError as error:
            raise unsure from error
        now = found.started, found.seconds, found.comment
        expected = change.started, change.seconds, change.comment
        if any(new is not None and new != old for new, old in zip(expected, now, strict=True)):
            raise unsure
        current, set_now = found.properties or {}, change.properties or {}
        if any(current.get(key) != value for key, value in set_now.items()):
            raise unsure
        return found

    def delete(self, issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        """Delete once; after a lost response, an absent worklog means that it worked."""
        call = Call(
            "DELETE",
            f"issue/{issue_id}/worklog/{worklog_id}",
            _estimate_params(estimate, manual="increaseBy"),
            repeatable=False,
            issue=str(issue_id),
        )
        try:
            self._deleted(self.transport.send(call), issue_id, worklog_id)
        except AnswerLost as lost:
            if self._exists(issue_id, worklog_id, lost.status):
                self._delete_again(call, issue_id, worklog_id)

    def _delete_again(self, call: Call, issue_id: int, worklog_id: int) -> None:
        """Delete a second time, which may show that the first try was only slow."""
        try:
            self._deleted(self.transport.send(call), issue_id, worklog_id)
        except (NotFound, JiraUnavailable) as error:
            # This applies even if this try was not sent, because the first one may be in progress.
            status = error.status if isinstance(error, JiraUnavailable) else HTTPStatus.BAD_GATEWAY
            if self._exists(issue_id, worklog_id, status):
                raise JiraUnavailable(CHANGED_MAYBE, status=status, wrote_maybe=True) from error

    def _post(self, draft: WorklogDraft) -> Worklog:
        body: dict[str, Any] = {
            "started": format_instant(draft.started),
            "timeSpentSeconds": draft.seconds,
            "properties": [
                {"key": PROPERTY, "value": {"key": draft.key}},
                *_listed({key: value for key, value in draft.properties.items() if key != PROPERTY}),
            ],
        }
        if draft.comment is not None:
            body["comment"] = _whole(draft.comment)
        params = _estimate_params(draft.estimate, manual="reduceBy")
        if draft.properties:
            params["expand"] = "properties"
        call = Call(
            "POST",
            f"issue/{draft.issue_id}/worklog",
            params,
            body,
            repeatable=False,
            issue=str(draft.issue_id),
        )
        answer = self.transport.send(call)
        self._require_written(answer, CREATE, draft.issue_id)
        try:
            return self._worklog(accepted(answer))
        except JiraUnavailable as error:
            raise AnswerLost(MAYBE, wrote_maybe=True) from error

    def _find_after(self, draft: WorklogDraft, lost: AnswerLost) -> Worklog | None:
        try:
            return self.find(draft)
        except TimesheetError as error:
            raise JiraUnavailable(MAYBE, status=lost.status, wrote_maybe=True) from error

    @strictly
    def find(self, draft: WorklogDraft) -> Worklog | None:
        """Return the worklog that has the draft's key, around the draft's start.

        If the pages do not add up to their total, it may count the worklogs of all days, so all are read.
        """
        minute = timedelta(minutes=1)
        around = {
            "startedAfter": epoch_ms(draft.started - minute),
            "startedBefore": epoch_ms(draft.started + minute),
        }
        try:
            return self._find_among(draft, around)
        except ValueError:
            return self._find_among(draft, {})

    def _find_among(self, draft: WorklogDraft, bounds: Mapping[str, int]) -> Worklog | None:
        for data in self._all(f"issue/{draft.issue_id}/worklog", {**bounds, "expand": "properties"}):
            keys = (p["value"] for p in data.get("properties") or () if p["key"] == PROPERTY)
            if {"key": draft.key} in keys:
                return self._worklog(data)
        return None

    def _all(self, path: str, params: Mapping[str, str | int]) -> Iterator[Mapping[str, Any]]:
        """Yield the worklogs of all pages; without a total, an empty page after others is the end.

        Raise ValueError if the pages may not be all of it.
        """
        come, total = 0, None
        for _ in range(MOST_PAGES):
            more = {"startAt": come} if come else {}
            answer = accepted(self.transport.send(Call("GET", path, {**params, **more})))
            rows, stated = entries_of(answer, "worklogs"), answer.get("total")
            empty_too_soon = not rows and (stated or (stated is None and not come))
            too_many = stated is not None and come + len(rows) > stated
            if empty_too_soon or too_many or total not in (None, stated):
                raise ValueError("pages that are not all of it cannot tell what is not there")
            yield from rows
            come, total = come + len(rows), stated
            if not rows if total is None else come >= total:
                return
        raise ValueError("pages without an end cannot tell what is not there")

    def _exists(self, issue_id: int, worklog_id: int, status: int) -> bool:
        try:
            with explaining_not_found(self.transport):
                accepted(self.transport.send(_read_one(issue_id, worklog_id)))
        except NotFound:
            return False
        except TimesheetError as error:
            raise JiraUnavailable(CHANGED_MAYBE, status=status, wrote_maybe=True) from error
        return True

    def _require_written(self, answer: JiraResponse, action: str, issue_id: int, worklog_id: int = 0) -> None:
        if answer.status >= 400:
            raise refused_write(self.transport, answer, action, issue_id, worklog_id)

    def _deleted(self, answer: JiraResponse, issue_id: int, worklog_id: int) -> None:
        self._require_written(answer, DELETE, issue_id, worklog_id)
        if answer.status != HTTPStatus.NO_CONTENT:
            raise AnswerLost(CHANGED_MAYBE, wrote_maybe=True)

    @strictly
    def _worklog(self, data: Mapping[str, Any]) -> Worklog:
        """Return a worklog of a response. If it names no author, this is the only person whose zone is given."""
        if len(self.zones) == 1 and not (data.get("author") or {}).get("accountId"):
            data = {**data, "author": {"accountId": next(iter(self.zones))}}
        return read_worklog_json(data, self.zones, self.fallback)


def _read_one(issue_id: int, worklog_id: int) -> Call:
    return Call("GET", f"issue/{issue_id}/worklog/{worklog_id}", {"expand": "properties"})


def _listed(properties: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in _whole(properties).items()]


def _whole(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comment or properties to send. Raise InvalidInput if something in it could not be read."""
    if is_cut(content):
        raise InvalidInput(UNREADABLE, field="comment")
    return dict(content)


def _estimate_params(estimate: EstimateChange, manual: str = "") -> dict[str, str | int]:
    """Return the query for one of Jira's four estimate options; ``manual`` names the parameter of the fourth."""
    params: dict[str, str | int] = {"adjustEstimate": estimate.mode}
    minutes = f"{(estimate.seconds or 0) // 60}m"
    if estimate.mode == "new":
        params["newEstimate"] = minutes
    elif estimate.mode == "manual" and manual:
        params[manual] = minutes
    return params
