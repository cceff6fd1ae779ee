"""All fields by the names that a query may use."""

from __future__ import annotations

from jira_emulator.jql.ast import JqlWarning
from jira_emulator.jql.context import Context
from jira_emulator.jql.fields import (
    ChoiceField,
    InstantField,
    JqlField,
    KeyField,
    SprintField,
    TextField,
    WorklogAuthorField,
    WorklogDateField,
    key_order,
)
from jira_emulator.jql.history import issues_of


def _one(value: object | None) -> tuple[object, ...]:
    return () if value is None else (value,)


def _named(context: Context, account_id: str | None) -> str | None:
    person = context.site.people.get(account_id or "")
    return person.display_name.lower() if person else None


_KEY = KeyField("key", lambda i: _one(i.id), Context.keys, issues_of, lambda c, i: key_order(i))
_ID = KeyField("id", lambda i: _one(i.id), Context.keys, sort=lambda c, i: i.id)
_TYPE = ChoiceField(
    "issuetype",
    lambda i: _one(i.type.id),
    Context.types,
    Context.call_types,
    lambda c, i: i.type.name.lower(),
)
_PROJECT = ChoiceField(
    "project", lambda i: _one(i.project.id), Context.projects, sort=lambda c, i: i.project.name
)
_UPDATED = InstantField("updated", lambda i: i.updated)
_CREATED = InstantField("created", lambda i: i.created)

FIELDS: dict[str, JqlField] = {
    "project": _PROJECT,
    "key": _KEY,
    "issuekey": _KEY,
    "issue": _KEY,
    "id": _ID,
    "issuetype": _TYPE,
    "type": _TYPE,
    "status": ChoiceField(
        "status", lambda i: _one(i.status.id), Context.statuses, sort=lambda c, i: i.status.id
    ),
    "statuscategory": ChoiceField(
        "statusCategory",
        lambda i: _one(i.status.category.id),
        Context.categories,
        sort=lambda c, i: i.status.category.id,
    ),
    "assignee": ChoiceField(
        "assignee",
        lambda i: _one(i.assignee),
        Context.people,
        Context.call_people,
        lambda c, i: _named(c, i.assignee),
    ),
    "reporter": ChoiceField(
        "reporter",
        lambda i: _one(i.reporter),
        Context.people,
        Context.call_people,
        lambda c, i: _named(c, i.reporter),
    ),
    "labels": ChoiceField(
        "labels",
        lambda i: [label.lower() for label in i.labels],
        Context.labels,
        sort=lambda c, i: i.labels or None,
    ),
    "sprint": SprintField("sprint", lambda i: i.sprint_ids, Context.sprints, Context.call_sprints),
    "parent": ChoiceField("parent", lambda i: _one(i.parent_id), Context.keys, sort=lambda c, i: i.parent_id),
    "summary": TextField("summary", lambda i: (i.summary,), lambda c, i: i.summary.lower()),
    "text": TextField("text", lambda i: (i.summary, i.description)),
    "description": TextField("description", lambda i: (i.description,)),
    "updated": _UPDATED,
    "updateddate": _UPDATED,
    "created": _CREATED,
    "createddate": _CREATED,
    "worklogdate": WorklogDateField("worklogDate"),
    "worklogauthor": WorklogAuthorField("worklogAuthor", lambda i: (), Context.people, Context.call_people),
}


OF_TIME_TRACKING = frozenset(("worklogdate", "worklogauthor"))


def find_field(context: Context, name: str) -> JqlField:
    """Return the field with this name, in any case. Raise JqlWarning with Jira's sentence.

    Without time tracking, those about worklogs are unknown, too.
    """
    field = FIELDS.get(name.lower())
    hidden = name.lower() in OF_TIME_TRACKING and not context.site.time_tracking.enabled
    if field is None or hidden:
        raise JqlWarning(f"Field '{name}' does not exist or you do not have permission to view it.")
    return field
