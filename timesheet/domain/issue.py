"""What a timesheet needs to know of a Jira issue. Read from Jira, never stored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue. ``remaining_seconds`` and ``estimate_seconds`` are None where nobody estimated."""

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
