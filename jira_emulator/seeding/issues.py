"""Seed projects and their issues."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from jira_emulator.model import (
    Issue,
    IssueType,
    PermissionScheme,
    Person,
    Priority,
    Project,
    SecurityLevel,
    Status,
    StatusCategory,
)
from jira_emulator.seeding.access import (
    help_desk_scheme,
    open_scheme,
    restricted_level,
    staff_project,
    strict_scheme,
)
from jira_emulator.seeding.people import LEADS, NO_PROJECT
from jira_emulator.seeding.words import AWKWARD_SUMMARIES, EPICS, LABELS, PLACES, THINGS, VERBS
from jira_emulator.site import Site

HOUR, DAY_MS = 3600, 86_400_000
EPIC, TASK, BUG, STORY, SUBTASK = 10000, 10001, 10002, 10003, 10004
TODO, DOING, REVIEW, DONE, CLOSED = 10000, 10001, 10002, 10003, 10004
MEDIUM = 3
COUNTED = (0, 20, 21, 5001)
"""Numbers of worklogs for which one issue each is created, labeled ``worklogs-<n>``."""
_PROJECTS = (
    ("PAY", "Payments Platform"),
    ("WEB", "Web Shop"),
    ("MOB", "Mobile App"),
    ("OPS", "Operations"),
    ("SEC", "Security Review"),
    ("DESK", "Help Desk"),
    ("HRX", "People Office"),
)
_SHARE = {"PAY": 0.3, "WEB": 0.28, "MOB": 0.18, "OPS": 0.09, "SEC": 0.06, "DESK": 0.06, "HRX": 0.03}


def seed_kinds(site: Site) -> None:
    """Seed issue types, statuses, and priorities; closed issues are not editable."""
    for kind in (
        IssueType(EPIC, "Epic", 1, "A large piece of work"),
        IssueType(TASK, "Task", 0, "Something to do"),
        IssueType(BUG, "Bug", 0, "Something wrong"),
        IssueType(STORY, "Story", 0, "Something a user wants"),
        IssueType(SUBTASK, "Sub-task", -1, "A part of something else"),
    ):
        site.types[kind.id] = kind
    todo = StatusCategory(2, "new", "To Do", "blue-gray")
    doing = StatusCategory(4, "indeterminate", "In Progress", "yellow")
    done = StatusCategory(3, "done", "Done", "green")
    for status in (
        Status(TODO, "To Do", todo),
        Status(DOING, "In Progress", doing),
        Status(REVIEW, "In Review", doing),
        Status(DONE, "Done", done),
        Status(CLOSED, "Closed", done, editable=False),
    ):
        site.statuses[status.id] = status
    for priority in (
        Priority(1, "Highest", "#d04437"),
        Priority(2, "High", "#f15C75"),
        Priority(MEDIUM, "Medium", "#f79232"),
        Priority(4, "Low", "#707070"),
        Priority(5, "Lowest", "#999999"),
    ):
        site.priorities[priority.id] = priority


def seed_projects(site: Site, people: list[Person]) -> None:
    """Seed seven projects with different schemes; the first person administers all but HRX."""
    leads = site.group_named(LEADS)
    if leads is None:
        raise LookupError(LEADS)
    plain, strict, help_desk = open_scheme(), strict_scheme(leads), help_desk_scheme()
    schemes: dict[str, PermissionScheme] = {"OPS": strict, "DESK": help_desk}
    for number, (key, name) in enumerate(_PROJECTS):
        lead = people[(1 if key == "HRX" else 0) % len(people)].account_id
        actors = staff_project(site, people, key)
        project = Project(
            10000 + number, key, name, lead, schemes.get(key, plain), actors, simplified=key == "MOB"
        )
        site.projects[project.id] = project


@dataclass
class IssueSeeder:
    """Creates issues, deterministic by its random source. Times are in epoch milliseconds."""

    site: Site
    people: list[Person]
    rng: Random
    first_ms: int
    now_ms: int
    level: SecurityLevel

    def make(self, project: Project, kind: int, summary: str, **more: object) -> Issue:
        """Return one issue, created some time before the first day or later."""
        rng = self.rng
        project.last_number += 1
        self.site.next_issue_id += 1
        created = self.first_ms - rng.randrange(1, 90) * DAY_MS + rng.randrange(DAY_MS)
        estimate = rng.choice((None, None, 4, 8, 16, 24, 40))
        seconds = None if estimate is None else estimate * HOUR
        issue = Issue(
            id=self.site.next_issue_id,
            key=f"{project.key}-{project.last_number}",
            project=project,
            type=self.site.types[kind],
            status=self.site.statuses[rng.choice((TODO, DOING, DOING, DOING, REVIEW, DONE, DONE, CLOSED))],
            summary=summary,
            reporter=rng.choice(self.people).account_id,
            assignee=None if rng.random() < 0.15 else rng.choice(self.people).account_id,
            created=created,
            updated=created,
            original_estimate=seconds,
            remaining_estimate=seconds,
            priority=self.site.priorities[MEDIUM],
        )
        for name, value in more.items():
            setattr(issue, name, value)
        self.site.add_issue(issue)
        return issue

    def fill(self, project: Project, count: int) -> None:
        """Create epics, standard issues, and subtasks for one project."""
        rng = self.rng
        epics = [self.make(project, EPIC, f"{name} ({project.name})") for name in EPICS]
        last: Issue | None = None
        for number in range(count):
            labels = tuple(sorted(rng.sample(LABELS, rng.choice((0, 0, 1, 2)))))
            secret = self.level if project.key == "SEC" and number % 2 else None
            if last is not None and rng.random() < 0.12:
                self.make(
                    project,
                    SUBTASK,
                    self._summary(),
                    parent_id=last.id,
                    labels=labels,
                    security=last.security,
                )
                continue
            parent = rng.choice(epics).id if rng.random() < 0.6 else None
            kind = rng.choice((TASK, TASK, BUG, STORY))
            last = self.make(project, kind, self._summary(), parent_id=parent, labels=labels, security=secret)

    def special(self, project: Project) -> dict[int, Issue]:
        """Create issues with unusual summaries, and return those with a known number of worklogs, by that number."""
        open_status = self.site.statuses[DOING]
        for summary in AWKWARD_SUMMARIES:
            self.make(project, TASK, summary, status=open_status, labels=("awkward",))
        return {
            number: self.make(
                project,
                TASK,
                f"Regular meetings ({number})",
                status=open_status,
                labels=(f"worklogs-{number}",),
            )
            for number in COUNTED
        }

    def _summary(self) -> str:
        return f"{self.rng.choice(VERBS)} {self.rng.choice(THINGS)}{self.rng.choice(PLACES)}"


def seed_issues(site: Site, people: list[Person], seed: int, first_ms: int) -> dict[int, Issue]:
    """Seed issues for all projects; return those with a known number of worklogs."""
    rng = Random(f"{seed}:issues")
    involved = [person for number, person in enumerate(people) if number != NO_PROJECT]
    seeder = IssueSeeder(site, involved, rng, first_ms, site.now_ms(), restricted_level())
    counted: dict[int, Issue] = {}
    for project in site.projects.values():
        if project.key == "PAY":
            counted = seeder.special(project)
        seeder.fill(project, round((240 + 25 * len(people)) * _SHARE[project.key]))
    return counted
