"""People, groups, and projects to choose from while somebody types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, render_template, request

from timesheet.domain.errors import TimesheetError
from timesheet.services.ports.directory import Directory
from timesheet.web.http.access import takes
from timesheet.web.http.context import current
from timesheet.web.http.errors import status_of

blueprint = Blueprint("directory", __name__)

LONGEST_TEXT = 100


@dataclass(frozen=True, slots=True)
class FinderOption:
    """One option: the value that is sent, the text that is shown, and a short note."""

    value: str
    label: str
    beside: str = ""


@blueprint.get("/find/<kind>")
@takes("session", "context", permission="viewer")
def find(kind: str) -> Response:
    """Return the options of the search box with the name ``box``, whose list has the id ``list``."""
    args = request.args
    text, list_id = args.get(args.get("box", ""), "")[:LONGEST_TEXT].strip(), args.get("list", "")
    list_id = list_id if list_id.replace("-", "").isalnum() else "options"
    values = {"list_id": list_id, "text": text, "kind": kind}
    try:
        options = _FINDERS.get(kind, _nothing)(current().directory, text)
    except TimesheetError as error:
        html = render_template("team/_options.html", **values, options=(), trouble=error.sentence)
        return make_response(html, status_of(error))
    return make_response(render_template("team/_options.html", **values, options=options, trouble=""))


def _people(directory: Directory, text: str) -> list[FinderOption]:
    return (
        [FinderOption(person.account_id, person.name) for person in directory.find_people(text)]
        if text
        else []
    )


def _groups(directory: Directory, text: str) -> list[FinderOption]:
    return [FinderOption(group.id, group.name) for group in directory.find_groups(text)]


def _projects(directory: Directory, text: str) -> list[FinderOption]:
    return [FinderOption(str(p.id), p.name, p.key) for p in directory.find_projects(text)]


def _nothing(directory: Directory, text: str) -> list[FinderOption]:
    del directory, text
    return []


_FINDERS: dict[str, Callable[[Directory, str], list[FinderOption]]] = {
    "people": _people,
    "groups": _groups,
    "projects": _projects,
}
