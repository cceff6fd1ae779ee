"""Jira Cloud's REST API v3 as an implementation of the services' port."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from timesheet.adapters.http.session import open_session, trust_authorities
from timesheet.adapters.jira import issue_search
from timesheet.adapters.jira.account_report import JiraAccountReporter
from timesheet.adapters.jira.activity import read_activity, read_sprint_issues
from timesheet.adapters.jira.call.call import Call, Sign
from timesheet.adapters.jira.call.parallel import Parallel, Threads
from timesheet.adapters.jira.call.ratelimit import RateLimits
from timesheet.adapters.jira.call.reading import (
    read_global_permissions,
    read_own_permissions,
    read_profile_json,
    read_tracking_json,
    read_worklog_json,
)
from timesheet.adapters.jira.call.refusal import accepted, explaining_not_found
from timesheet.adapters.jira.call.transport import CallObserver, Transport, unobserved
from timesheet.adapters.jira.directory import JiraDirectory
from timesheet.adapters.jira.group import AppGroupReader
from timesheet.adapters.jira.jql import search_jql
from timesheet.adapters.jira.worklog import team_search
from timesheet.adapters.jira.worklog.by_id import read_listed
from timesheet.adapters.jira.worklog.change_feed import JiraChangeFeed
from timesheet.adapters.jira.worklog.collector import WorklogCollector
from timesheet.adapters.jira.worklog.issue_time import read_issue_time
from timesheet.adapters.jira.worklog.right import read_worklog_rights
from timesheet.adapters.jira.worklog.row_lock import read_row_locks
from timesheet.adapters.jira.worklog.search import Query, logging_refusal, read_snapshot
from timesheet.adapters.jira.worklog.write import WorklogWriter
from timesheet.adapters.jira.zones import ZoneReader, app_zones, viewer_zones
from timesheet.domain.errors import JiraUnavailable, NotHere
from timesheet.domain.identity import Profile, TimeTracking
from timesheet.domain.message import message
from timesheet.domain.person import erased
from timesheet.domain.span import DateSpan
from timesheet.domain.suggestion.suggestion import Activity
from timesheet.domain.team.team import Scope
from timesheet.domain.worklog.issue import Issue
from timesheet.domain.worklog.offer import OwnIssues
from timesheet.domain.worklog.right import Right
from timesheet.domain.worklog.worklog import Worklog
from timesheet.services.ports.clock import Clock, utc_now
from timesheet.services.ports.directory import Names
from timesheet.services.ports.jira import (
    MOST_NAMED,
    EstimateChange,
    IssueTime,
    JiraCredentials,
    LongIssue,
    OnProgress,
    RowRights,
    Snapshot,
    WorklogChange,
    WorklogDraft,
    Zones,
    ignore_progress,
)
from timesheet.services.ports.packed_worklogs import PackedWorklogs
from timesheet.services.ports.team_jira import TeamTimeQuery

ADMINISTER = "ADMINISTER"
UNKNOWN_RIGHT = message(
    "Jira does not say who administers it, so this page cannot be shown and nothing was changed. Ask a Jira admin "
    "whether something in front of Jira refuses calls from Timesheet."
)


class JiraClients:
    """The connections, threads, and pauses that all sites and viewers share; one per app."""

    def __init__(
        self,
        clock: Clock = utc_now,
        observe: CallObserver = unobserved,
        limits: RateLimits | None = None,
        ca_bundle: Path | None = None,
    ) -> None:
        self._session = open_session()
        if ca_bundle is not None:
            trust_authorities(self._session, ca_bundle)
        self._threads = Threads()
        self._limits = limits or RateLimits()
        self._clock = clock
        self._observe = observe

    def for_viewer(
        self, credentials: JiraCredentials, fallback_zone: ZoneInfo, sign: Sign | None = None
    ) -> JiraClient:
        """Return a client that acts as one viewer; cheap, create one per request. ``sign`` lets it read zones
        as the app.
        """
        parallel = self._parallel(credentials)
        zones = partial(app_zones, self._transport, sign, parallel) if sign else None
        return JiraClient(self._transport(credentials), parallel, fallback_zone, self._clock, zones)

    def directory(self, credentials: JiraCredentials) -> JiraDirectory:
        """Return people, groups, and projects as one viewer sees them."""
        return JiraDirectory(self._transport(credentials), self._parallel(credentials))

    def groups(self, sign: Sign) -> AppGroupReader:
        """Return groups and their members as the app sees them."""
        return AppGroupReader(self._transport, sign)

    def change_feed(self, sign: Sign) -> JiraChangeFeed:
        """Return the lists of changed worklogs as the app sees them."""
        return JiraChangeFeed(self._transport, sign)

    def reporter(self, app: JiraCredentials, path: str) -> JiraAccountReporter:
        """Return the reporter on people's accounts, as the app itself; ``path`` is where they are reported."""
        return JiraAccountReporter(self._session, app, self._limits, path)

    def is_admin(self, app: JiraCredentials, person: JiraCredentials, account_id: str) -> bool:
        """Return whether a person administers Jira, asked as the app itself.

        Asked as the person, Jira would only report what the app may do on their behalf, which is less. Raise
        JiraUnavailable if Jira says neither.
        """
        body = {"accountId": account_id, "globalPermissions": [ADMINISTER]}
        try:
            answer = self._transport(app).send(Call("POST", "permissions/check", body=body))
        except NotHere:
            # A proxy or test double of Jira may lack this path.
            call = Call("GET", "mypermissions", {"permissions": ADMINISTER})
            answer = self._transport(person).send(call)
            if answer.status == 404:
                raise JiraUnavailable(UNKNOWN_RIGHT) from None
            return read_own_permissions(accepted(answer)).get(ADMINISTER, False)
        return ADMINISTER in read_global_permissions(accepted(answer))

    def _transport(self, credentials: JiraCredentials) -> Transport:
        return Transport(self._session, credentials, self._limits, observe=self._observe)

    def _parallel(self, credentials: JiraCredentials) -> Parallel:
        return Parallel(self._threads, credentials.base_url)

    def close(self) -> None:
        """Release connections and threads."""
        self._threads.close()
        self._session.close()


class JiraClient:
    """One Jira site as one viewer."""

    def __init__(
        self,
        transport: Transport,
        parallel: Parallel,
        fallback: ZoneInfo,
        clock: Clock,
        zones: ZoneReader | None = None,
    ) -> None:
        self._zones = zones or viewer_zones(transport, parallel)
        self._transport = transport
        self._parallel = parallel
        self.fallback_zone = fallback
        self._clock = clock

    @property
    def calls(self) -> int:
        """Return how many requests were sent so far."""
        return self._transport.calls

    def begin(self, read: Callable[[], object]) -> None:
        self._parallel.start(read)

    def read_profile(self) -> Profile:
        return read_profile_json(accepted(self._transport.send(Call("GET", "myself"))), self.fallback_zone)

    def read_zones(self, account_ids: Sequence[str]) -> Mapping[str, ZoneInfo | None]:
        return self._zones(account_ids)

    def read_time_tracking(self) -> TimeTracking:
        return read_tracking_json(accepted(self._transport.send(Call("GET", "configuration"))))

    def read_worklogs(
        self,
        authors: Sequence[str],
        span: DateSpan,
        zones: Zones,
        progress: OnProgress = ignore_progress,
        named: Sequence[int] = (),
        earlier: Sequence[LongIssue] = (),
    ) -> Snapshot:
        # Jira does not know the pseudonym of a former user, and might refuse the whole search because of it.
        people = frozenset(author for author in authors if not erased(author))
        collector = WorklogCollector(people, span, zones, self.fallback_zone)
        queries = [Query(search_jql(sorted(people), span), tuple(named[:MOST_NAMED]))]
        with logging_refusal():
            return read_snapshot(
                self._transport, self._parallel, collector, queries, self._clock, progress, earlier=earlier
            )

    def read_team_worklogs(
        self,
        query: TeamTimeQuery,
        zones: Zones,
        issue_ids: Collection[int] | None = None,
        names: Names | None = None,
        named: Sequence[int] = (),
        unknown: Collection[str] = (),
    ) -> PackedWorklogs:
        search = self._team_search(query, zones)
        return replace(search, unknown=frozenset(unknown)).read(issue_ids, names, named)

    def read_member_worklogs(
        self, author: str, span: DateSpan, scope: Scope, zones: Zones, named: Sequence[int] = ()
    ) -> Snapshot:
        return self._team_search(TeamTimeQuery((author,), span, scope), zones).read_whole(named)

    def changed_issues(
        self, authors: Sequence[str], span: DateSpan, issue_ids: Collection[int], since: datetime
    ) -> frozenset[int]:
        others = [author for author in authors if not erased(author)]
        return team_search.changed_issues(self._transport, others, span, issue_ids, since, self._clock())

    def found_among(self, issue_ids: Collection[int], jql: str) -> frozenset[int]:
        return team_search.found_among(self._transport, issue_ids, jql)

    def read_listed(self, worklog_ids: Sequence[int], zones: Zones) -> Sequence[Worklog]:
        return read_listed(self._transport, self._parallel, worklog_ids, zones, self.fallback_zone)

    def read_issue_time(self, issue_id: int, span: DateSpan, zones: Zones) -> IssueTime:
        return read_issue_time(self._transport, issue_id, span, zones, self.fallback_zone, self._clock())

    def read_issues(self, ids: Sequence[int | str]) -> Mapping[int, Issue]:
        return issue_search.read_issues(self._transport, ids)

    def read_activity(self, account_id: str, span: DateSpan, zone: ZoneInfo) -> Activity:
        return read_activity(self._transport, account_id, span, zone)

    def read_sprint_issues(self) -> Sequence[Issue]:
        return read_sprint_issues(self._transport)

    def read_row_locks(self, issues: Sequence[Issue]) -> RowRights:
        return read_row_locks(self._transport, self._parallel, issues)

    def read_worklog_rights(self, issue_ids: Sequence[int]) -> Mapping[int, frozenset[Right]]:
        return read_worklog_rights(self._transport, issue_ids)

    def read_issue(self, id_or_key: str) -> Issue:
        return issue_search.read_issue(self._transport, id_or_key)

    def read_own_issues(self, account_id: str) -> OwnIssues:
        return issue_search.read_own_issues(self._transport, account_id)

    def find_issues(self, text: str) -> Sequence[Issue]:
        return issue_search.find_issues(self._transport, text)

    def read_worklog(self, issue_id: int, worklog_id: int, zones: Zones) -> Worklog:
        path = f"issue/{issue_id}/worklog/{worklog_id}"
        with explaining_not_found(self._transport):
            answer = accepted(self._transport.send(Call("GET", path, {"expand": "properties"})))
        return read_worklog_json(answer, zones, self.fallback_zone, expanded=True)

    def find_worklog(self, draft: WorklogDraft, zones: Zones) -> Worklog | None:
        return self._writer(zones).find(draft)

    def create_worklog(self, draft: WorklogDraft, zones: Zones, *, look_first: bool = False) -> Worklog:
        return self._writer(zones).create(draft, look_first=look_first)

    def update_worklog(self, issue_id: int, worklog_id: int, change: WorklogChange, zones: Zones) -> Worklog:
        return self._writer(zones).update(issue_id, worklog_id, change)

    def delete_worklog(self, issue_id: int, worklog_id: int, estimate: EstimateChange) -> None:
        self._writer({}).delete(issue_id, worklog_id, estimate)

    def _team_search(self, query: TeamTimeQuery, zones: Zones) -> team_search.TeamSearch:
        ordered = replace(query, people=tuple(sorted(set(query.people))))
        return team_search.TeamSearch(
            self._transport, self._parallel, ordered, zones, self.fallback_zone, self._clock
        )

    def _writer(self, zones: Zones) -> WorklogWriter:
        return WorklogWriter(self._transport, zones, self.fallback_zone)
