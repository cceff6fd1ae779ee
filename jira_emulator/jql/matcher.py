"""A clause made ready to be asked: a test on issues and, where an index knows them, the only ids that can pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jira_emulator.model import Issue

Test = Callable[[Issue], bool]


@dataclass(frozen=True, slots=True)
class Matcher:
    """``ids`` None means: any issue may pass the test."""

    test: Test
    ids: frozenset[int] | None = None


def among(ids: frozenset[int]) -> Matcher:
    """Exactly these issues."""
    return Matcher(lambda issue: issue.id in ids, ids)


def outside(ids: frozenset[int]) -> Matcher:
    """All issues but these."""
    return Matcher(lambda issue: issue.id not in ids)


def both(parts: Sequence[Matcher]) -> Matcher:
    """Issues that pass every part."""
    known = [part.ids for part in parts if part.ids is not None]
    ids = frozenset.intersection(*known) if known else None
    return Matcher(lambda issue: all(part.test(issue) for part in parts), ids)


def either(parts: Sequence[Matcher]) -> Matcher:
    """Issues that pass any part."""
    known = [part.ids for part in parts if part.ids is not None]
    ids = frozenset[int]().union(*known) if len(known) == len(parts) else None
    return Matcher(lambda issue: any(part.test(issue) for part in parts), ids)
