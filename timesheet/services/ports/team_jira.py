"""Protocol for what team screens need from Jira beyond a person's own time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from timesheet.domain.span import DateSpan
from timesheet.domain.team.team import Scope
from timesheet.services.ports.directory import Names
from timesheet.services.ports.jira import Jira, Snapshot, Zones
from timesheet.services.ports.packed_worklogs import PackedWorklogs


@dataclass(frozen=True, slots=True)
class TeamTimeQuery:
    """The people, days (each in its author's zone), and issues whose time is wanted."""

    people: tuple[str, ...]
    span: DateSpan
    scope: Scope


class TeamJira(Protocol):
    """One Jira site, called as one viewer. Every method may raise what those of ``Jira`` raise."""

    def read_team_worklogs(
        self,
        query: TeamTimeQuery,
        zones: Zones,
        issue_ids: Collection[int] | None = None,
        names: Names | None = None,
        named: Sequence[int] = (),
        unknown: Collection[str] = (),
    ) -> PackedWorklogs:
        """Return all worklogs of ``query`` that the viewer may see, as numbers.

        ``names`` receives the people's names if they are not known yet. With ``issue_ids``, only worklogs on
        these issues are read, in their current state; raise NotFound or InvalidInput if Jira no longer knows
        one of them. Raise InvalidInput for a scope whose JQL Jira does not accept. The search must not miss
        the first MOST_NAMED issues in ``named``. People whom Jira no longer knows are left out and named in
        the result; ``unknown`` are those for whom that is known already.
        """

    def read_member_worklogs(
        self, author: str, span: DateSpan, scope: Scope, zones: Zones, named: Sequence[int] = ()
    ) -> Snapshot:
        """Return one author's worklogs in the same way, with their comments; ``named`` as above."""

    def changed_issues(
        self, authors: Sequence[str], span: DateSpan, issue_ids: Collection[int], since: datetime
    ) -> frozenset[int]:
        """Return the issues that changed since then: of ``issue_ids``, and of those the authors have logged
        on in ``span``.
        """

    def found_among(self, issue_ids: Collection[int], jql: str) -> frozenset[int]:
        """Return those of these issues that a JQL finds. Raise InvalidInput for broken JQL and for an issue
        that Jira hides.
        """


class WholeJira(Jira, TeamJira, Protocol):
    """Everything about time that the app reads from a Jira site."""
