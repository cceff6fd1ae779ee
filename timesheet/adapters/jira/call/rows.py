"""Decode Jira's responses about issues and worklogs directly into the parts that are used.

A month of a large team is some 70 MB of JSON, nearly all of it avatars and addresses that nobody uses.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from msgspec import Meta, Raw, Struct, ValidationError, field
from msgspec.json import Decoder

from timesheet.domain.worklog.json_repair import without_huge_numbers
from timesheet.domain.worklog.worklog import MOST_SECONDS

PICTURES = {"10303": "bug", "10307": "epic", "10315": "story", "10316": "subtask", "10318": "task"}
"""The kinds of Jira's own types, by their icons, which are the same on every site."""
NO_WAY_ON = ""
CUT_SHORT = ("CLAUSE_LIMIT_EXCEEDED", "CLAUSE_RESULT_TRUNCATED")
"""The types of Jira's warnings about a search that mean that not all of its issues are listed."""

Instant = Annotated[datetime, Meta(tz=True)]
Seconds = Annotated[int, Meta(ge=0, le=MOST_SECONDS)]
Total = Annotated[int, Meta(ge=0, lt=2**31)]
# Jira's documentation says text; numbers are accepted with the same meaning.
Id = Annotated[str, Meta(pattern="^[0-9]{1,18}$")] | Annotated[int, Meta(ge=0, lt=10**18)]


class Author(Struct, gc=False, rename="camel"):
    """The author of a worklog, as far as Jira reveals them."""

    account_id: str | None = None
    account_type: str | None = None
    display_name: str | None = None
    active: bool | None = None
    time_zone: str | None = None


class WorklogRow(Struct, gc=False, rename="camel"):
    """The parts of a worklog that count."""

    id: str | int
    issue_id: str | int
    started: Instant
    time_spent_seconds: Seconds
    created: Instant | None = None
    updated: Instant | None = None
    author: Author | None = None

    @property
    def changed(self) -> datetime:
        """Return when it was last changed; if Jira does not say so, when it was created or began."""
        return self.updated or self.created or self.started


class WholeRow(WorklogRow, gc=False, rename="camel"):
    """A worklog with its text, whose form is not checked: no comment may cost the time it belongs to."""

    id: Id
    issue_id: Id
    comment: Any = None
    visibility: Any = None
    properties: Any = None


R = TypeVar("R")
Row = TypeVar("Row", bound=WorklogRow)


class Malformed(NamedTuple):
    """The known facts of an unreadable worklog: who wrote it, and when it started."""

    author: Author | None = None
    started: datetime | None = None


class IssueWorklogs(Struct, Generic[R]):
    """Some of an issue's worklogs, the total number if Jira says it, and which of them cannot be read."""

    listed: list[R] | None = field(default=None, name="worklogs")
    total: Total | None = None
    malformed: list[Malformed] = field(default_factory=list, name="-")
    marked: tuple[str | int | None, str | int | None] | None = field(default=None, name="--")

    @property
    def worklogs(self) -> list[R]:
        """Return those that can be read: none if Jira left out the list, or sent null, as it may for an empty one."""
        if self.listed is None:
            self.listed = []
        return self.listed

    @property
    def count(self) -> int:
        """Return how many arrived, readable or not."""
        return len(self.worklogs) + len(self.malformed)

    @property
    def whole(self) -> bool:
        """Return True if these are all worklogs of the issue."""
        return self.total == self.count


class ProjectRow(Struct, gc=False):
    """The project of an issue."""

    id: Id
    key: str
    name: str | None = None


class Category(Struct, gc=False):
    """The category of a status."""

    key: str | None = None


class StatusRow(Struct, gc=False, rename="camel"):
    """The status of an issue."""

    name: str | None = None
    id: Id | None = None
    status_category: Category | None = None


class Tracking(Struct, gc=False, rename="camel"):
    """The estimates of an issue, whose form is not checked: none may cost the time of its worklogs."""

    original_estimate_seconds: Any = None
    remaining_estimate_seconds: Any = None
    time_spent_seconds: Any = None


class TypeRow(Struct, gc=False, rename="camel"):
    """The type of an issue; its name may be translated, its level and its standard icon are not.

    What only chooses an icon may have any form.
    """

    name: str | None = None
    id: Id | None = None
    subtask: Any = None
    hierarchy_level: Any = None
    avatar_id: Any = None

    @property
    def kind(self) -> str:
        """Return the kind of the type according to level or icon; otherwise empty."""
        level = self.hierarchy_level if isinstance(self.hierarchy_level, int | float) else 0
        if self.subtask is True or level < 0:
            return "subtask"
        return "epic" if level > 0 else PICTURES.get(str(self.avatar_id), "")


class ParentFields(Struct):
    """The fields of a parent that come with its children."""

    summary: str | None = None


class ParentRow(Struct, gc=False):
    """The issue one level above, as far as the viewer may see it."""

    id: Id | None = None
    key: str | None = None
    fields: ParentFields | None = None


class ComponentRow(Struct, gc=False):
    """A component of a project."""

    id: Id | None = None
    name: str | None = None


class IssueFields(Struct):
    """The requested fields of an issue, of which only the project must be there."""

    project: ProjectRow
    summary: str | None = None
    issuetype: TypeRow | None = None
    status: StatusRow | None = None
    timetracking: Tracking | None = None
    parent: ParentRow | None = None
    components: list[ComponentRow] | None = None


class IssueRow(Struct):
    """An issue."""

    id: Id
    key: str
    fields: IssueFields


class WorkedFields(IssueFields, Generic[R]):
    """The same with the first worklogs; the field is absent if the viewer may not see it.

    ``updated`` is only compared, so it stays as Jira writes it.
    """

    worklog: IssueWorklogs[R] | None = None
    updated: Any = None


class WorkedRow(Struct, Generic[R]):
    """An issue with its first worklogs."""

    id: Id
    key: str
    fields: WorkedFields[R]


class SearchPage(Struct, Generic[R], rename="camel"):
    """One page of a search."""

    listed: list[WorkedRow[R]] | None = field(default=None, name="issues")
    next_page_token: str | None = None
    is_last: bool | None = None
    warnings: Any = None
    unread: int = field(default=0, name="-")

    def __post_init__(self) -> None:
        """Raise ValueError without a list, unless it is the last page: Jira may leave out an empty one."""
        if self.listed is None and not self.is_last:
            raise ValueError("not a page of issues")

    @property
    def issues(self) -> list[WorkedRow[R]]:
        """Return the issues on this page."""
        return self.listed or []

    @property
    def cut_short(self) -> bool:
        """Return True if Jira says that it left issues out."""
        return is_cut_short(self.warnings)

    @property
    def following(self) -> str | None:
        """Return the token of the next page: None on the last one, NO_WAY_ON if Jira should have sent one."""
        if self.is_last:
            return None
        return self.next_page_token or (NO_WAY_ON if self.is_last is False else None)


class _RawPage(Struct, rename="camel"):
    issues: list[Raw]
    next_page_token: str | None = None
    is_last: bool | None = None
    warnings: Any = None


class _Id(Struct):
    id: str | int


class _Written(Struct):
    author: Author | None


class _Started(Struct):
    started: Instant


class RowReader(Generic[Row]):
    """Decodes responses with worklogs of one kind. Raise ValueError for anything else.

    A malformed worklog does not affect the others: it is searched for only if decoding fails.
    """

    def __init__(self, kind: type[Row]) -> None:
        self._row = Decoder(kind)
        self._page = Decoder(SearchPage[kind])  # type: ignore[valid-type]
        self._part, self._raw_part = Decoder(IssueWorklogs[kind]), Decoder(IssueWorklogs[Raw])  # type: ignore[valid-type]

    def page(self, body: bytes) -> SearchPage[Row]:
        """Return a page of a search. Raise ValueError if none of its issues can be read."""
        try:
            return self._page.decode(body)
        except ValidationError:
            raw = _RAW_PAGE.decode(body)
        issues = [issue for issue in map(self._issue, raw.issues) if issue]
        if not issues:
            raise ValueError("not an issue among them")
        return SearchPage(
            issues, raw.next_page_token, raw.is_last, raw.warnings, len(raw.issues) - len(issues)
        )

    def part(self, body: bytes) -> IssueWorklogs[Row]:
        """Return a page of one issue's worklogs."""
        try:
            return self._part.decode(body)
        except ValidationError:
            return self._sift(self._raw_part.decode(body))

    def _issue(self, raw: Raw) -> WorkedRow[Row] | None:
        issue: WorkedRow[Any] | None = _mended(_RAW_ISSUE, raw)
        if issue and issue.fields.worklog:
            self._sift(issue.fields.worklog)
        return issue

    def _sift(self, part: IssueWorklogs[Any]) -> IssueWorklogs[Row]:
        raws, part.listed = part.worklogs, []
        part.marked = (_id(raws[0]), _id(raws[-1])) if raws else None
        for raw in raws:
            if row := _mended(self._row, raw):
                part.worklogs.append(row)
            else:
                part.malformed.append(_malformed(raw))
        return part


COUNTED, WHOLE = RowReader(WorklogRow), RowReader(WholeRow)
_RAW_PAGE, _RAW_ISSUE = Decoder(_RawPage), Decoder(WorkedRow[Raw])
_ID, _WRITTEN, _STARTED = Decoder(_Id), Decoder(_Written), Decoder(_Started)


def is_cut_short(warnings: object) -> bool:
    """Return True if one of the warnings of a search says that not all of its issues are listed.

    Atlassian calls these warnings experimental and may change their form, so no form is required.
    """
    listed = warnings if isinstance(warnings, list) else ()
    return any(isinstance(one, dict) and one.get("type") in CUT_SHORT for one in listed)


def _malformed(raw: Raw) -> Malformed:
    written, started = _decoded(_WRITTEN, raw), _decoded(_STARTED, raw)
    author = None if written is None else written.author or Author()
    return Malformed(author, started.started if started else None)


def _id(raw: Raw) -> str | int | None:
    decoded = _decoded(_ID, raw)
    return decoded.id if decoded else None


def _mended(decoder: Decoder[R], raw: Raw) -> R | None:
    """Return a row without numbers that no decoder can read; None if something else is wrong with it."""
    return _decoded(decoder, raw) or _decoded(decoder, without_huge_numbers(bytes(raw)))


def _decoded(decoder: Decoder[R], raw: Raw | bytes) -> R | None:
    try:
        return decoder.decode(raw)
    except ValidationError:
        return None
