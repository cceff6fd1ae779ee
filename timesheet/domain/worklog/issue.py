"""The parts of a Jira issue that a timesheet needs. They are read from Jira and never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from timesheet.domain.message import Message, message

LOADING = message("Loading …")
NO_ISSUE = message("There is no issue {id_or_key}, or Jira does not show it to you.")
MOST_WORKLOGS = 10_000
"""The most worklogs that Jira allows on one issue."""
CROWDED_FROM = 8_000
"""The number from which on people are warned, in time to change to another issue when a month or quarter ends."""


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Parent:
    """The issue one level above another: the epic of a story, the story of a subtask."""

    id: int
    key: str
    summary: str


@dataclass(frozen=True, slots=True)
class Component:
    """A component of a project."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue. ``remaining_seconds`` and ``estimate_seconds`` are None if there is no estimate.

    ``loading`` is True if only the id is known so far. ``type_kind`` is epic, story, bug, task, or subtask,
    if Jira reveals it by something other than the name, which is in the viewer's language. ``type_id`` and
    ``status_id`` are 0 if Jira did not name them.
    """

    id: int
    key: str
    summary: str
    project_id: int
    project_key: str
    project_name: str
    type_name: str
    status_name: str
    done: bool
    estimate_seconds: int | None = None
    remaining_seconds: int | None = None
    spent_seconds: int | None = None
    loading: bool = False
    type_kind: str = ""
    type_id: int = 0
    status_id: int = 0
    parent: Parent | None = None
    components: tuple[Component, ...] = ()


def crowded_note(key: str, worklogs: int) -> Message:
    """Return a warning about an issue that has nearly as many worklogs as Jira allows, or as many."""
    if worklogs >= MOST_WORKLOGS:
        return message(
            "{key} has as many worklogs as Jira allows on one issue. Log on a new issue, for example one for each "
            "quarter.",
            key=key,
        )
    return message(
        "{key} has {count} worklogs, and Jira allows {most} on one issue. Log on a new issue soon, for example "
        "one for each quarter.",
        key=key,
        count=worklogs,
        most=MOST_WORKLOGS,
    )


def issue_in(issues: Mapping[int, Issue], issue_id: int) -> Issue:
    """Return an issue by its id; an issue that has not been read yet is represented by its id."""
    issue = issues.get(issue_id)
    return issue or Issue(issue_id, str(issue_id), LOADING, 0, "", LOADING, "", "", False, loading=True)
