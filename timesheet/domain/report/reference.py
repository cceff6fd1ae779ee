"""Find the ids and the JQL in the query of a saved view, and replace them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from timesheet.domain.report.group import BETWEEN
from timesheet.domain.report.terms import FIELD_OF, OF_ATTRIBUTE, Dimension, Field

OWN, EVERY_TEAM = "me", "teams"
FILTER = "only-"
"""The first part of the names of fields that limit a dimension."""
NONE = "none"
"""The value for what has none, such as an issue without a parent, and for no rows at all."""
HAS, LEAST, MOST = "-has", "-least", "-most"
"""The last parts of the names of fields with a text and with the bounds of a number."""
OF_PEOPLE = f"{FILTER}{Dimension.PERSON.value}"
GROUP, JQL = "group", "jql"
OF_JIRA = frozenset(f"{FILTER}{one.value}" for one, field in FIELD_OF.items() if field is Field.ISSUE)
"""The fields whose values are ids of Jira, which another Jira has for something else."""
NOT_KEPT = frozenset({"view", "panel", OF_PEOPLE})
"""The fields that the query of a view never has; the people of its filter are kept apart from it."""

Find = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Finders:
    """Find the ids of another site; each returns None for what does not exist there.

    ``option`` finds an option by the ids of its attribute and its own, as this site has them.
    """

    team: Find
    label: Find
    group: Find
    role: Find
    attribute: Find
    option: Callable[[str, str], str | None]


@dataclass(frozen=True, slots=True)
class MovedQuery:
    """A query with the ids of another site. ``lost`` is True if it named something that does not exist there."""

    query: str
    lost: bool


def limited_by(name: str) -> tuple[str, str]:
    """Return the dimension that a field of a filter limits, and the last part of the name, empty for chosen values."""
    dimension = name.removeprefix(FILTER)
    if not dimension.startswith(OF_ATTRIBUTE):
        return dimension, ""
    last = next((last for last in (HAS, LEAST, MOST) if dimension.endswith(last)), "")
    return dimension.removesuffix(last), last


def groups_named(query: str) -> Collection[str]:
    """Return the ids of the Jira groups whose people a report is limited to."""
    return [value for name, value in parse_qsl(query) if name == GROUP]


def names_jira_ids(query: str) -> bool:
    """Return True if a filter names issues, projects, or other things by the ids that one Jira gave them."""
    return any(name in OF_JIRA and value != NONE for name, value in parse_qsl(query))


def jql_of(query: str) -> str:
    """Return the JQL by which a report filters issues, empty for none."""
    return next((value for name, value in parse_qsl(query) if name == JQL), "")


def with_jql(query: str, jql: str) -> str:
    """Return the query with another JQL."""
    return urlencode([(name, jql if name == JQL else value) for name, value in parse_qsl(query)])


def moved_query(query: str, team_id: str, finders: Finders) -> MovedQuery:
    """Return the query with the ids of another site, without what does not exist there.

    If none of its teams does, it is about the team that it belongs to there, ``team_id``. A query in which
    nothing changes stays exactly as it is.
    """
    pairs = parse_qsl(query)
    moved, lost = list[tuple[str, str]](), False
    for name, value in pairs:
        if name in NOT_KEPT:
            continue
        new_name, found = _moved(name, value, finders)
        lost = lost or None in found
        ids = [one for one in found if one is not None]
        if name == "who" and not ids:
            ids = [team_id]
        if ids and new_name:
            moved.append((new_name, BETWEEN.join(ids)))
    return MovedQuery(query if moved == pairs else urlencode(moved), lost)


def _moved(name: str, value: str, finders: Finders) -> tuple[str, Sequence[str | None]]:
    """Return the name of a field and its values there, None for each of them that does not exist."""
    find = {
        "label": finders.label,
        GROUP: finders.group,
        f"{FILTER}{Dimension.LABEL.value}": finders.label,
        f"{FILTER}{Dimension.TEAM.value}": finders.team,
        f"{FILTER}{Dimension.ROLE.value}": finders.role,
    }.get(name)
    if name == "who" and value not in (OWN, EVERY_TEAM):
        find = finders.team
    if find:
        return name, [part if part == NONE else find(part) for part in value.split(BETWEEN)]
    if name == "rows" and value.startswith(OF_ATTRIBUTE):
        attribute = finders.attribute(value.removeprefix(OF_ATTRIBUTE))
        return name, [attribute and f"{OF_ATTRIBUTE}{attribute}"]
    if name.startswith(f"{FILTER}{OF_ATTRIBUTE}"):
        return _by_attribute(name, value, finders)
    return name, [value]


def _by_attribute(name: str, value: str, finders: Finders) -> tuple[str, Sequence[str | None]]:
    dimension, last = limited_by(name)
    id_ = dimension.removeprefix(OF_ATTRIBUTE)
    attribute = finders.attribute(id_)
    if attribute is None:
        return name, [None]
    name = f"{FILTER}{OF_ATTRIBUTE}{attribute}{last}"
    if last:
        return name, [value]
    return name, [part if part == NONE else finders.option(id_, part) for part in value.split(BETWEEN)]
