"""The JQL fields: their names, operators, matching, and sorting."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from jira_emulator.jql.ast import (
    Clause,
    Empty,
    Function,
    JqlError,
    JqlWarning,
    ListOf,
    Operand,
    Single,
    Value,
)
from jira_emulator.jql.context import Context, unknown_function
from jira_emulator.jql.matcher import Matcher, among, outside
from jira_emulator.model import Issue, WorklogRow

SortKey = Callable[[Context, Issue], Any]
_EQUAL = frozenset(("=", "!=", "in", "not in"))
_EMPTY = frozenset(("is", "is not"))
_COMPARE = frozenset(("<", "<=", ">", ">="))
_NEGATIVE = {"!=": "=", "not in": "in", "is not": "is", "!~": "~"}
_OPPOSITE = {
    "=": "!=", "!=": "=", "in": "not in", "not in": "in", "is": "is not", "is not": "is", "~": "!~", "!~": "~",
    "<": ">=", ">=": "<", ">": "<=", "<=": ">",
}  # fmt: skip


def opposite(clause: Clause) -> Clause:
    """Return the clause that Jira searches for if this one is under NOT."""
    return Clause(clause.field, clause.encoded_field, _OPPOSITE[clause.operator], clause.operand)


def singles(operand: Operand) -> tuple[Single, ...]:
    """Return the values of a list, or the one value."""
    return operand.values if isinstance(operand, ListOf) else (operand,)


class JqlField(ABC):
    """A field that clauses may name."""

    operators: frozenset[str]

    def __init__(self, name: str, sort: SortKey | None = None) -> None:
        self.name = name
        self.sort = sort

    def compile(self, context: Context, clause: Clause) -> Matcher:
        """Return the clause as a matcher. Raise JqlError for operators and values the field does not accept."""
        if clause.operator not in self.operators:
            raise JqlError(
                f"The operator '{clause.operator}' is not supported by the '{clause.field}' field."
            )
        if clause.operator in _EMPTY and not isinstance(clause.operand, Empty):
            raise JqlError(
                f"The operator '{clause.operator}' takes only EMPTY or NULL for field '{clause.field}'."
            )
        if clause.operator in _COMPARE and isinstance(clause.operand, Empty):
            raise JqlError(
                f"The operator '{clause.operator}' does not support EMPTY for field '{clause.field}'."
            )
        return self.match(context, clause)

    @abstractmethod
    def match(self, context: Context, clause: Clause, /) -> Matcher:
        """Return the matcher of a clause whose operator is supported."""


class ChoiceField(JqlField):
    """A field with one or several values out of a set, or none."""

    operators = _EQUAL | _EMPTY

    def __init__(
        self,
        name: str,
        values: Callable[[Issue], Iterable[object]],
        read: Callable[[Context, Value, str], frozenset[object]],
        call: Callable[[Context, Function], frozenset[object]] | None = None,
        sort: SortKey | None = None,
    ) -> None:
        super().__init__(name, sort)
        self.values, self.read, self.call = values, read, call

    def match(self, context: Context, clause: Clause) -> Matcher:
        wanted, empty = self.wanted(context, clause)
        values = self.values
        if clause.operator in _NEGATIVE:
            return Matcher(lambda issue: _has(values(issue)) and not (_hit(values(issue), wanted)))
        return Matcher(lambda issue: _hit(values(issue), wanted) or (empty and not _has(values(issue))))

    def wanted(self, context: Context, clause: Clause) -> tuple[frozenset[object], bool]:
        """Return the values of a clause, and whether it names emptiness. Collect every value that does not exist."""
        found: set[object] = set()
        empty, wrong = False, []
        for value in singles(clause.operand):
            try:
                if isinstance(value, Value):
                    found |= self.read(context, value, clause.field)
                elif isinstance(value, Function):
                    if self.call is None:
                        raise unknown_function(value)
                    found |= self.call(context, value)
                else:
                    empty = True
            except JqlWarning as warning:
                context.warnings.extend(warning.messages)
            except JqlError as error:
                wrong += error.messages
        if wrong:
            raise JqlError(*wrong)
        return frozenset(found), empty


class SprintField(ChoiceField):
    """The sprints of an issue, a field that only a site with Jira Software has."""

    def match(self, context: Context, clause: Clause) -> Matcher:
        context.require_software(clause.field)
        return super().match(context, clause)


class KeyField(ChoiceField):
    """The issue itself, by key or id; keys of one project can be compared by number."""

    operators = _EQUAL | _COMPARE

    def match(self, context: Context, clause: Clause) -> Matcher:
        if clause.operator not in _COMPARE:
            wanted, empty = self.wanted(context, clause)
            if empty:
                raise JqlError(f"The field '{clause.field}' does not support EMPTY.")
            ids = frozenset(number for number in wanted if isinstance(number, int))
            return outside(ids) if clause.operator in _NEGATIVE else among(ids)
        if not isinstance(clause.operand, Value):
            raise JqlError(f"The operator '{clause.operator}' needs one issue for field '{clause.field}'.")
        edge = context.issue(clause.operand, clause.field)
        compare = COMPARE[clause.operator]
        return Matcher(lambda i: i.project is edge.project and compare(key_order(i), key_order(edge)))


class TextField(JqlField):
    """Words: whole ones, in any case, with ``*`` for open endings; a quoted phrase keeps its order."""

    operators = frozenset(("~", "!~")) | _EMPTY

    def __init__(
        self, name: str, texts: Callable[[Issue], Iterable[str]], sort: SortKey | None = None
    ) -> None:
        super().__init__(name, sort)
        self.texts = texts

    def match(self, _context: Context, clause: Clause) -> Matcher:
        texts = self.texts
        if isinstance(clause.operand, Empty):
            wanted = clause.operator in ("is", "~")
            return Matcher(lambda issue: any(texts(issue)) != wanted)
        if not isinstance(clause.operand, Value):
            raise JqlError(f"A function or list cannot be searched for in field '{clause.field}'.")
        pattern = _text_pattern(clause.operand.text, clause.field)
        found = clause.operator == "~"
        return Matcher(lambda issue: any(pattern(text) for text in texts(issue)) == found)


class InstantField(JqlField):
    """A date with a time."""

    operators = _EQUAL | _COMPARE | _EMPTY

    def __init__(self, name: str, read: Callable[[Issue], int]) -> None:
        super().__init__(name, lambda context, issue: read(issue))
        self.read = read

    def match(self, context: Context, clause: Clause) -> Matcher:
        if isinstance(clause.operand, Empty):
            absent = clause.operator in ("is not", "!=")
            return Matcher(lambda issue: absent)
        instants = [_ms(read_date(context, v, clause.field)) for v in singles(clause.operand)]
        read = self.read
        if clause.operator in _EQUAL:
            positive = clause.operator not in _NEGATIVE
            return Matcher(lambda issue: (read(issue) in instants) == positive)
        compare, edge = COMPARE[clause.operator], instants[0]
        return Matcher(lambda issue: compare(read(issue), edge))


class WorklogDateField(JqlField):
    """Issues with a worklog visible to the caller on these days, in the caller's zone."""

    operators = _EQUAL | _COMPARE | _EMPTY

    def match(self, context: Context, clause: Clause) -> Matcher:
        if isinstance(clause.operand, Empty):
            logged = issues_logged(context, (0, _END))
            return among(logged) if clause.operator in ("is not", "!=") else outside(logged)
        days = [read_date(context, v, clause.field) for v in singles(clause.operand)]
        spans = [
            _span(context, clause.operator, day.astimezone(context.calendar.zone).date()) for day in days
        ]
        logged = frozenset[int]().union(*(issues_logged(context, span) for span in spans))
        return outside(logged) if clause.operator in ("!=", "not in") else among(logged)


class WorklogAuthorField(ChoiceField):
    """Issues with a worklog by these people that is visible to the caller."""

    def match(self, context: Context, clause: Clause) -> Matcher:
        wanted, empty = self.wanted(context, clause)
        if empty and not wanted:
            logged = issues_logged(context, (0, _END))
            return outside(logged) if clause.operator in ("is", "=", "in") else among(logged)
        logged = frozenset[int]().union(*(issues_logged(context, (0, _END), str(a)) for a in wanted))
        return outside(logged) if clause.operator in _NEGATIVE else among(logged)


_END = 1 << 62
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def issues_logged(context: Context, span: tuple[int, int], author: str | None = None) -> frozenset[int]:
    """Return ids of issues with a worklog visible to the caller that starts in [first, end) epoch ms."""
    view, sees = context.view, context.permissions.can_see_worklog

    def visible(row: WorklogRow) -> bool:
        if row.restriction is None:
            return True
        issue = view.issue(row.issue_id)
        return issue is not None and sees(row, issue)

    rows = view.started_between(*span, author=author)
    return frozenset(row.issue_id for row in rows if visible(row))


def read_date(context: Context, value: Single, field: str) -> datetime:
    """Return the instant of a value. Raise JqlError."""
    if isinstance(value, Empty):
        raise JqlError(f"A date list cannot hold EMPTY for field '{field}'.")
    if isinstance(value, Function) and not context.calendar.is_function(value.name):
        raise unknown_function(value)
    return context.calendar.read(value, field)


def key_order(issue: Issue) -> tuple[str, int]:
    """Return project key and number as a sort key."""
    return issue.project.key, int(issue.key.rpartition("-")[2])


def _span(context: Context, operator: str, day: date) -> tuple[int, int]:
    start = _ms(context.calendar.day_start(day))
    end = _ms(context.calendar.day_start(day + timedelta(days=1)))
    return {"<": (0, start), "<=": (0, end), ">": (end, _END), ">=": (start, _END)}.get(
        operator, (start, end)
    )


def _ms(when: datetime) -> int:
    return int(when.timestamp() * 1000)


def _has(values: Iterable[object]) -> bool:
    return any(True for _ in values)


def _hit(values: Iterable[object], wanted: frozenset[object]) -> bool:
    return any(value in wanted for value in values)


def _text_pattern(text: str, field: str) -> Callable[[str], bool]:
    phrase = re.fullmatch(r'\s*"(.*)"\s*', text, re.DOTALL)
    if phrase:
        words = re.findall(r"\w+", phrase.group(1).lower())
        whole = re.compile(r"\b" + r"\W+".join(map(re.escape, words)) + r"\b")
        return lambda candidate: bool(words and whole.search(candidate.lower()))
    if not text.strip():
        raise JqlError(f"The value '' is not valid for the field '{field}': there is nothing to search for.")
    if text.lstrip().startswith(("*", "?")):
        raise JqlError(
            f"Unable to parse the text '{text}' for field '{field}'. "
            f"The '{text.lstrip()[0]}' is not allowed as first character in wildcard query."
        )
    tests = [
        re.compile(r"\b" + re.escape(word) + (r"\w*" if star else r"\b"))
        for word, star in re.findall(r"(\w+)(\*?)", text.lower())
    ]
    return lambda candidate: bool(tests) and all(test.search(candidate.lower()) for test in tests)
