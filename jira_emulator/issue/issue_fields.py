"""An issue's JSON for one caller."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from jira_emulator.issue.adf import paragraphs
from jira_emulator.issue.estimate import format_duration
from jira_emulator.issue.fields import SPRINT
from jira_emulator.issue.index import IndexView
from jira_emulator.model import (
    Comment,
    Issue,
    IssueType,
    Json,
    Priority,
    Project,
    Sprint,
    Status,
    StatusCategory,
    WorklogRow,
)
from jira_emulator.permission import Permissions
from jira_emulator.render import Renderer

EMBEDDED_WORKLOGS = 20

PICTURES = {"Epic": 10307, "Task": 10318, "Bug": 10303, "Story": 10315, "Sub-task": 10316}
"""The standard icons of Jira's own issue types, the same on every site."""
_TRACKED = frozenset(("timetracking", "worklog"))


MOST_HISTORIES, MOST_COMMENTS = 40, 20
"""The number of changes and comments of an issue that a search shows."""


class IssueRenderer:
    """Writes issues for one caller, with only the worklogs that this caller may see."""

    def __init__(self, renderer: Renderer, permissions: Permissions, view: IndexView | None = None) -> None:
        self.to = renderer
        self.site = renderer.site
        self.view = view or self.site.index.present()
        self.permissions = permissions
        self._fixed: dict[tuple[str, int], Json] = {}

    def issue(self, issue: Issue, fields: Iterable[str]) -> Json:
        """Return one issue with the chosen fields."""
        rendered = self.reference(issue)
        hidden = frozenset() if self.site.time_tracking.enabled else _TRACKED
        if not self.site.jira_software:
            hidden |= {SPRINT}
        rendered["fields"] = {name: self._field(name, issue) for name in fields if name not in hidden}
        return rendered

    def reference(self, issue: Issue) -> Json:
        """Return what identifies an issue: id, key, and address."""
        return {
            "expand": "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
            "id": str(issue.id),
            "self": f"{self.to.api}/issue/{issue.id}",
            "key": issue.key,
        }

    def visible_worklogs(self, issue: Issue) -> list[WorklogRow]:
        """Return the worklogs of an issue that the caller may see, oldest first."""
        return [row for row in self.view.rows(issue) if self.permissions.can_see_worklog(row, issue)]

    def _field(self, name: str, issue: Issue) -> object:
        render = _RENDER.get(name)
        return render(self, issue) if render else None

    def embedded_worklogs(self, issue: Issue) -> Json:
        """Return the first worklogs that the caller may see, and how many there are in all."""
        rows = self.visible_worklogs(issue)
        return {
            "startAt": 0,
            "maxResults": EMBEDDED_WORKLOGS,
            "total": len(rows),
            "worklogs": [self.to.worklog(row) for row in rows[:EMBEDDED_WORKLOGS]],
        }

    def _linked(self, issue: Issue) -> Json:
        return {
            "id": str(issue.id),
            "key": issue.key,
            "self": f"{self.to.api}/issue/{issue.id}",
            "fields": {
                "summary": issue.summary,
                "status": self.status(issue.status),
                "issuetype": self.type(issue.type),
            },
        }

    def parent(self, issue: Issue) -> Json | None:
        """Return the parent in short form; None without one, or if the caller may not see it."""
        parent = self.site.issues.get(issue.parent_id or 0)
        return self._linked(parent) if parent and self.permissions.can_see(parent) else None

    def subtasks(self, issue: Issue) -> list[Json]:
        """Return the subtasks that the caller may see, in short form."""
        children = (self.site.issues[i] for i in self.site.children.get(issue.id, ()))
        return [self._linked(c) for c in children if c.type.level < 0 and self.permissions.can_see(c)]

    def sprints(self, issue: Issue) -> list[Json] | None:
        """Return the sprints of an issue, closed ones too; None for an issue that was in none."""
        found = [self.site.sprints[number] for number in issue.sprint_ids]
        return [self._sprint(one) for one in found] or None

    def _sprint(self, sprint: Sprint) -> Json:
        shown: Json = {
            "id": sprint.id,
            "name": sprint.name,
            "state": sprint.state,
            "boardId": sprint.board_id,
            "goal": sprint.goal,
        }
        times = (("startDate", sprint.start), ("endDate", sprint.end))
        return shown | {name: _utc(at) for name, at in times if at is not None}

    def security(self, issue: Issue) -> Json | None:
        """Return the security level; None without one."""
        level = issue.security
        if level is None:
            return None
        address = f"{self.to.api}/securitylevel/{level.id}"
        return {"self": address, "id": str(level.id), "name": level.name, "description": level.description}

    def time_tracking(self, issue: Issue) -> Json:
        """Return the estimates and the time spent, as text and in seconds, without those that are not set."""
        seconds = {
            "originalEstimate": issue.original_estimate,
            "remainingEstimate": issue.remaining_estimate,
            "timeSpent": issue.time_spent,
        }
        known = {name: value for name, value in seconds.items() if value is not None}
        texts: Json = {name: format_duration(value, self.site.time_tracking) for name, value in known.items()}
        return texts | {f"{name}Seconds": value for name, value in known.items()}

    def sum(self, issue: Issue, attribute: str) -> int | None:
        """Return a number of seconds summed over an issue and its subtasks; None if none of them has it."""
        family = [issue, *(self.site.issues[i] for i in self.site.children.get(issue.id, ()))]
        values = [getattr(member, attribute) for member in family if member is issue or member.type.level < 0]
        known = [value for value in values if value is not None]
        return sum(known) if known else None

    def progress(self, issue: Issue) -> Json:
        """Return the seconds spent, those spent and remaining, and their ratio in percent."""
        spent = issue.time_spent or 0
        total = spent + (issue.remaining_estimate or 0)
        shown = {"progress": spent, "total": total}
        return shown | {"percent": spent * 100 // total} if total else shown

    def aggregate_progress(self, issue: Issue) -> Json:
        """Return the same as ``progress`` for an issue and its subtasks."""
        spent = self.sum(issue, "time_spent") or 0
        total = spent + (self.sum(issue, "remaining_estimate") or 0)
        shown = {"progress": spent, "total": total}
        return shown | {"percent": spent * 100 // total} if total else shown

    def work_ratio(self, issue: Issue) -> int:
        """Return the time spent in percent of the original estimate; -1 without one."""
        original = issue.original_estimate
        return (issue.time_spent or 0) * 100 // original if original else -1

    def project(self, project: Project) -> Json:
        """Return a project in short form."""
        return self._once("project", project.id, lambda: self._project(project))

    def _project(self, project: Project) -> Json:
        return {
            "self": f"{self.to.api}/project/{project.id}",
            "id": str(project.id),
            "key": project.key,
            "name": project.name,
            "projectTypeKey": "software",
            "simplified": project.simplified,
            "avatarUrls": self.to.avatars("project", project.id),
        }

    def type(self, kind: IssueType) -> Json:
        """Return an issue type."""
        return self._once("issuetype", kind.id, lambda: self._type(kind))

    def _type(self, kind: IssueType) -> Json:
        return {
            "self": f"{self.to.api}/issuetype/{kind.id}",
            "id": str(kind.id),
            "description": kind.description,
            "iconUrl": f"{self.to.api}/universal_avatar/view/type/issuetype/owner/{kind.id}?size=16",
            "name": self.to.name(kind.name),
            "subtask": kind.level < 0,
            "hierarchyLevel": kind.level,
            **({"avatarId": PICTURES[kind.name]} if kind.name in PICTURES else {}),
        }

    def status(self, status: Status) -> Json:
        """Return a status with its category."""
        return self._once("status", status.id, lambda: self._status(status))

    def _status(self, status: Status) -> Json:
        return {
            "self": f"{self.to.api}/status/{status.id}",
            "description": "",
            "iconUrl": f"{self.site.base_url}/",
            "name": self.to.name(status.name),
            "id": str(status.id),
            "statusCategory": self.category(status.category),
        }

    def category(self, category: StatusCategory) -> Json:
        """Return a status category."""
        return {
            "self": f"{self.to.api}/statuscategory/{category.id}",
            "id": category.id,
            "key": category.key,
            "colorName": category.color,
            "name": self.to.name(category.name),
        }

    def _once(self, kind: str, number: int, make: Callable[[], Json]) -> Json:
        known = self._fixed.get((kind, number))
        if known is None:
            known = self._fixed[kind, number] = make()
        return known

    def priority(self, priority: Priority) -> Json:
        """Return a priority."""
        return {
            "self": f"{self.to.api}/priority/{priority.id}",
            "iconUrl": f"{self.site.base_url}/images/icons/priorities/{priority.name.lower()}.svg",
            "name": self.to.name(priority.name),
            "id": str(priority.id),
        }

    def resolution(self, issue: Issue) -> Json | None:
        """Return the resolution; None for an issue that is not done."""
        if not _resolved(issue):
            return None
        name = self.to.name("Done")
        return {"self": f"{self.to.api}/resolution/10000", "id": "10000", "description": "", "name": name}

    def comment(self, issue: Issue, comment: Comment) -> Json:
        """Return a comment; the caller may see every comment of a visible issue."""
        return {
            "self": f"{self.to.api}/issue/{issue.id}/comment/{comment.id}",
            "id": str(comment.id),
            "author": self.to.person(comment.author),
            "body": self.to.text(comment.body),
            "updateAuthor": self.to.person(comment.author),
            "created": self.to.time(comment.created),
            "updated": self.to.time(comment.updated),
            "jsdPublic": True,
        }

    def comments(self, issue: Issue) -> Json:
        """Return the latest comments of an issue, oldest first, as far as a search shows them."""
        shown = [self.comment(issue, comment) for comment in issue.comments[-MOST_COMMENTS:]]
        address = f"{self.to.api}/issue/{issue.id}/comment"
        return {
            "comments": shown,
            "self": address,
            "maxResults": len(shown),
            "total": len(issue.comments),
            "startAt": 0,
        }

    def changelog(self, issue: Issue) -> Json:
        """Return the latest changes of an issue, the newest first, as far as a search shows them."""
        histories = [
            {
                "id": str(entry.id),
                "author": self.to.person(entry.author),
                "created": self.to.time(entry.created),
                "items": [
                    {name: text for name, text in item.items() if text is not None} for item in entry.items
                ],
            }
            for entry in reversed(issue.changes[-MOST_HISTORIES:])
        ]
        shown = len(histories)
        return {"startAt": 0, "maxResults": shown, "total": len(issue.changes), "histories": histories}

    def votes(self, issue: Issue) -> Json:
        """Return the votes, of which there are none."""
        return {"self": f"{self.to.api}/issue/{issue.key}/votes", "votes": 0, "hasVoted": False}

    def watches(self, issue: Issue) -> Json:
        """Return the watchers, of whom there are none."""
        return {"self": f"{self.to.api}/issue/{issue.key}/watchers", "watchCount": 0, "isWatching": False}

    def whom(self, account_id: str | None) -> Json | None:
        """Return a person; None without an account id."""
        return None if account_id is None else self.to.person(account_id)


def _resolved(issue: Issue) -> bool:
    return issue.status.category.key == "done"


_RENDER: dict[str, Callable[[IssueRenderer, Issue], object]] = {
    "summary": lambda r, i: i.summary,
    SPRINT: lambda r, i: r.sprints(i),
    "issuetype": lambda r, i: r.type(i.type),
    "project": lambda r, i: r.project(i.project),
    "status": lambda r, i: r.status(i.status),
    "statusCategory": lambda r, i: r.category(i.status.category),
    "labels": lambda r, i: list(i.labels),
    "parent": lambda r, i: r.parent(i),
    "subtasks": lambda r, i: r.subtasks(i),
    "assignee": lambda r, i: r.whom(i.assignee),
    "reporter": lambda r, i: r.whom(i.reporter),
    "created": lambda r, i: r.to.time(i.created),
    "updated": lambda r, i: r.to.time(i.updated),
    "description": lambda r, i: r.to.text(paragraphs(i.description)) if i.description else None,
    "security": lambda r, i: r.security(i),
    "timespent": lambda r, i: i.time_spent,
    "timeestimate": lambda r, i: i.remaining_estimate,
    "timeoriginalestimate": lambda r, i: i.original_estimate,
    "aggregatetimespent": lambda r, i: r.sum(i, "time_spent"),
    "aggregatetimeestimate": lambda r, i: r.sum(i, "remaining_estimate"),
    "aggregatetimeoriginalestimate": lambda r, i: r.sum(i, "original_estimate"),
    "workratio": lambda r, i: r.work_ratio(i),
    "progress": lambda r, i: r.progress(i),
    "timetracking": lambda r, i: r.time_tracking(i),
    "worklog": lambda r, i: r.embedded_worklogs(i),
    "aggregateprogress": lambda r, i: r.aggregate_progress(i),
    "priority": lambda r, i: r.priority(i.priority) if i.priority else None,
    "resolution": lambda r, i: r.resolution(i),
    "resolutiondate": lambda r, i: r.to.time(i.updated) if _resolved(i) else None,
    "statuscategorychangedate": lambda r, i: r.to.time(i.created),
    "creator": lambda r, i: r.whom(i.reporter),
    "comment": lambda r, i: r.comments(i),
    "votes": lambda r, i: r.votes(i),
    "watches": lambda r, i: r.watches(i),
} | dict.fromkeys(
    ("fixVersions", "versions", "components", "issuelinks", "attachment"), lambda _renderer, _issue: []
)


def _utc(at: int) -> str:
    """Return the instant as Jira Software writes it, in UTC with a Z."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}Z"
