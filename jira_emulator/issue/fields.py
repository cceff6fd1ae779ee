"""The fields of an issue: their names and types, and which ones a caller requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jira_emulator.model import Json


@dataclass(frozen=True, slots=True)
class Field:
    """A field: ``kind`` is its schema type, ``custom`` that of a custom field. Navigable ones are in ``*navigable``."""

    id: str
    name: str
    kind: str
    navigable: bool = True
    items: str | None = None
    custom: str | None = None

    def schema(self) -> Json:
        """Return the field's type in Jira's form."""
        schema: Json = {"type": self.kind}
        if self.custom:
            schema |= {"custom": self.custom, "customId": int(self.id.rpartition("_")[2])}
        else:
            schema |= {"system": self.id}
        return schema if self.items is None else schema | {"items": self.items}

    def described(self, name: str) -> Json:
        """Return the entry of ``/field`` for it, under this name."""
        return {
            "id": self.id,
            "key": self.id,
            "name": name,
            "custom": self.custom is not None,
            "orderable": True,
            "navigable": self.navigable,
            "searchable": True,
            "clauseNames": [f"cf[{self.id.rpartition('_')[2]}]", self.name] if self.custom else [self.id],
            "schema": self.schema(),
        }


SPRINT = "customfield_10020"
FIELDS = {
    field.id: field
    for field in (
        Field("summary", "Summary", "string"),
        Field("issuetype", "Issue Type", "issuetype"),
        Field("project", "Project", "project"),
        Field("status", "Status", "status"),
        Field("statusCategory", "Status Category", "statusCategory"),
        Field("labels", "Labels", "array", items="string"),
        Field("parent", "Parent", "issuelink"),
        Field("subtasks", "Sub-tasks", "array", items="issuelinks"),
        Field("assignee", "Assignee", "user"),
        Field("reporter", "Reporter", "user"),
        Field("created", "Created", "datetime"),
        Field("updated", "Updated", "datetime"),
        Field("description", "Description", "string"),
        Field("security", "Security Level", "securitylevel"),
        Field("timespent", "Time Spent", "number"),
        Field("timeestimate", "Remaining Estimate", "number"),
        Field("timeoriginalestimate", "Original estimate", "number"),
        Field("aggregatetimespent", "Σ Time Spent", "number"),
        Field("aggregatetimeestimate", "Σ Remaining Estimate", "number"),
        Field("aggregatetimeoriginalestimate", "Σ Original Estimate", "number"),
        Field("workratio", "Work Ratio", "number"),
        Field("progress", "Progress", "progress"),
        Field("aggregateprogress", "Σ Progress", "progress"),
        Field("priority", "Priority", "priority"),
        Field("resolution", "Resolution", "resolution"),
        Field("resolutiondate", "Resolved", "datetime"),
        Field("statuscategorychangedate", "Status Category Changed", "datetime"),
        Field("creator", "Creator", "user"),
        Field("lastViewed", "Last Viewed", "datetime"),
        Field("duedate", "Due date", "date"),
        Field("environment", "Environment", "string"),
        Field("fixVersions", "Fix versions", "array", items="version"),
        Field("versions", "Affects versions", "array", items="version"),
        Field("components", "Components", "array", items="component"),
        Field("issuelinks", "Linked Issues", "array", items="issuelinks"),
        Field("votes", "Votes", "votes"),
        Field("watches", "Watchers", "watches"),
        Field(SPRINT, "Sprint", "array", items="json", custom="com.pyxis.greenhopper.jira:gh-sprint"),
        Field("attachment", "Attachment", "array", navigable=False, items="attachment"),
        Field("comment", "Comment", "comments-page", navigable=False),
        Field("timetracking", "Time tracking", "timetracking", navigable=False),
        Field("worklog", "Log Work", "array", navigable=False, items="worklog"),
    )
}
NAVIGABLE = tuple(f.id for f in FIELDS.values() if f.navigable)


def choose_fields(wanted: Iterable[str], default: Iterable[str]) -> tuple[str, ...]:
    """Return field ids for ``*all``, ``*navigable``, names, and ``-names``; unknown names are ignored, as in Jira."""
    names = [name.strip() for entry in wanted for name in entry.split(",") if name.strip()]
    start = [] if any(not name.startswith("-") for name in names) else list(default)
    chosen = dict.fromkeys(start)
    for name in names:
        if name == "*all":
            chosen.update(dict.fromkeys(FIELDS))
        elif name == "*navigable":
            chosen.update(dict.fromkeys(NAVIGABLE))
        elif name.startswith("-"):
            chosen.pop(name[1:], None)
        elif name in FIELDS:
            chosen[name] = None
    return tuple(chosen)
