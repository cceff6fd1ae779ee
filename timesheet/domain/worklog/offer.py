"""The issues offered to somebody who wants to log time, before and while they type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from timesheet.domain.alphabet import plain
from timesheet.domain.message import message
from timesheet.domain.worklog.issue import Issue

MOST_OFFERED = 8
"""The most issues of one section; pinned ones and search results have no such limit."""
_KEY = re.compile(r"[a-z][a-z0-9_]+-\d{1,10}")


class OfferSource(StrEnum):
    """The origin of an offered issue, in the order of the sections."""

    PINNED = "pinned"
    RECENT = "recent"
    ASSIGNED = "assigned"
    VIEWED = "lately"
    FOUND = "found"


TITLES = {
    OfferSource.PINNED: message("Pinned"),
    OfferSource.RECENT: message("Recent"),
    OfferSource.ASSIGNED: message("Assigned to you, in progress"),
    OfferSource.VIEWED: message("Updated or viewed recently"),
    OfferSource.FOUND: message("Found"),
}


@dataclass(frozen=True, slots=True)
class OwnIssues:
    """A person's issues in Jira: assigned to them and in progress, and updated or viewed by them recently."""

    assigned: tuple[Issue, ...] = ()
    recent: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class OfferSection:
    """Some offered issues under one heading."""

    source: OfferSource
    issues: tuple[Issue, ...]

    @property
    def title(self) -> str:
        """Return the heading above these issues in a list."""
        return TITLES[self.source]


def arrange(
    candidates: Iterable[tuple[OfferSource, Sequence[Issue]]], text: str = ""
) -> tuple[OfferSection, ...]:
    """Return the sections that have an issue for the typed text, each issue once, under the first that has it.

    A whole key is that issue only; otherwise each word begins the key or is in the summary. What Jira found is
    taken as it is.
    """
    seen: set[int] = set()
    sections = []
    for source, issues in candidates:
        new = [
            issue
            for issue in dict.fromkeys(issues)
            if issue.id not in seen and (source is OfferSource.FOUND or matches(issue, text))
        ]
        if source not in (OfferSource.PINNED, OfferSource.FOUND):
            del new[MOST_OFFERED:]
        seen.update(issue.id for issue in new)
        if new:
            sections.append(OfferSection(source, tuple(new)))
    return tuple(sections)


def matches(issue: Issue, text: str) -> bool:
    """Return True if an issue is one that the typed text may mean, whatever its case and accents."""
    query, key = plain(text.strip()), plain(issue.key)
    if _KEY.fullmatch(query):
        return key == query
    summary = plain(issue.summary)
    return all(key.startswith(word) or word in summary for word in query.split())
