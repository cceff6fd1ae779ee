"""What the team's screens need of a Jira beyond a person's own time, as a protocol."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from timesheet.domain.span import DateSpan
from timesheet.domain.team import Scope
from timesheet.services.ports.directory import Names
from timesheet.services.ports.jira import Jira, Snapshot, Zones
from timesheet.services.ports.packed_worklogs import PackedWorklogs


class TeamJira(Protocol):
    """One Jira site, spoken to as one viewer. Every method may raise what those of ``Jira`` raise."""

    def read_team_worklogs(
        self,
        authors: Sequence[str],
        span: DateSpan,
        scope: Scope,
        zones: Zones,
        issue_ids: Collection[int] | None = None,
        names: Names | None = None,
        named: Sequence[int] = (),
        unknown: Collection[str] = (),
    ) -> PackedWorklogs:
        """All worklogs of these authors in ``span`` on issues in scope that the viewer may see, as numbers.

        ``names`` takes in what Jira calls the authors, as far as it is not known. With ``issue_ids`` only those on
        these issues, as they are this moment; NotFound or InvalidInput where Jira does not know one of them any
        more. InvalidInput for a scope whose JQL Jira does not take. Search must not miss the first MOST_NAMED issues in
        ``named``. Whom Jira does not know any more is left out and named in the answer; ``unknown`` are those of whom
        that is known already.
        """

    def read_member_worklogs(
        self, author: str, span: DateSpan, scope: Scope, zones: Zones, named: Sequence[int] = ()
    ) -> Snapshot:
        """One author's worklogs in the same way, with what was written in them; ``named`` as above."""

    def changed_issues(
        self, authors: Sequence[str], span: DateSpan, issue_ids: Collection[int], since: datetime
    ) -> frozenset[int]:
        """Which issues changed since then: of ``issue_ids``, and of those the authors have logged on in ``span``."""

    def found_among(self, issue_ids: Collection[int], jql: str) -> frozenset[int]:
        """Those of these issues that a JQL finds; InvalidInput for a broken one and for an issue Jira hides."""


class WholeJira(Jira, TeamJira, Protocol):
    """All that the app asks of a Jira about time."""
