"""A compiled clause: a test on issues and, if an index knows them, the only ids that can match."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jira_emulator.model import Issue

Test = Callable[[Issue], bool]


@dataclass(frozen=True, slots=True)
class Matcher:
    """A test on issues. ``ids`` None means that any issue may match."""

    test: Test
    ids: frozenset[int] | None = None


def among(ids: frozenset[int]) -> Matcher:
    """Return a matcher for exactly these issues."""
    return Matcher(lambda issue: issue.id in ids, ids)


def outside(ids: frozenset[int]) -> Matcher:
    """Return a matcher for all issues except these."""
    return Matcher(lambda issue: issue.id not in ids)


def both(parts: Sequence[Matcher]) -> Matcher:
    """Return a matcher for issues that match every part."""
    known = [part.ids for part in parts if part.ids is not None]
    ids = frozenset.intersection(*known) if known else None
    return Matcher(lambda issue: all(part.test(issue) for part in parts), ids)


def either(parts: Sequence[Matcher]) -> Matcher:
    """Return a matcher for issues that match any part."""
    known = [part.ids for part in parts if part.ids is not None]
    ids = frozenset[int]().union(*known) if len(known) == len(parts) else None
    return Matcher(lambda issue: any(part.test(issue) for part in parts), ids)
