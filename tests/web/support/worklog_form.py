"""Forms of the worklog dialog, as tests open and send them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from tests.web.support.viewer import Form, Viewer
from timesheet.domain.worklog.worklog import Worklog


def address(worklog: Worklog, tail: str = "") -> str:
    return f"/worklogs/{worklog.issue_id}/{worklog.id}{tail}"


def form_at(viewer: Viewer, path: str, **values: object) -> Form:
    answer = viewer.get(path, **values)
    assert answer.status_code == 200, answer.text
    return Form(answer.text)


def undo_in(answer: Any) -> list[str]:
    """Return the tokens that a response offers for its undo."""
    return re.findall(r"data-undo(?:able)?=\"([0-9a-f,]+)\"", answer.text)


def send(viewer: Viewer, form: Form, **changes: object) -> Any:
    return viewer.post(form.action, **{**form.fields, **changes})


def change_behind(viewer: Viewer, worklog: Worklog, **changes: Any) -> Worklog:
    viewer.scene.wait(1)
    newer = replace(worklog, updated=viewer.scene.jira.now, **changes)
    viewer.scene.jira.worklogs[worklog.id] = newer
    return newer
