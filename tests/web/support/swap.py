"""Other parts for an app that is made already: its Jira, its cache, its clock."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from flask import Flask

from timesheet.web.http.dependencies import AppDependencies


def swap(app: Flask, **parts: Any) -> None:
    """Give an app these dependencies, each by its own name, whatever group it is in."""
    made: AppDependencies = app.extensions["timesheet"]
    groups: dict[str, Any] = {}
    for group in fields(made):
        original = getattr(made, group.name)
        names = {field.name for field in fields(original)} & parts.keys()
        groups[group.name] = replace(original, **{name: parts.pop(name) for name in names})
    if parts:
        raise LookupError(f"no such dependencies: {sorted(parts)}")
    app.extensions["timesheet"] = replace(made, **groups)
