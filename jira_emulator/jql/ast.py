"""A parsed JQL query."""

from __future__ import annotations

from dataclasses import dataclass


class JqlError(ValueError):
    """The query is wrong; ``messages`` are Jira's sentences about it."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = list(messages)


class JqlWarning(JqlError):
    """A person or field that does not exist: a warning of ``jql/parse``, ignored by a search."""


@dataclass(frozen=True, slots=True)
class Value:
    """A word or quoted string; ``encoded`` is its form in the query."""

    text: str
    encoded: str


@dataclass(frozen=True, slots=True)
class Function:
    """A call such as ``startOfWeek(-1)``."""

    name: str
    arguments: tuple[str, ...]
    encoded: str


@dataclass(frozen=True, slots=True)
class Empty:
    """``EMPTY`` or ``NULL``."""


Single = Value | Function | Empty


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list in parentheses."""

    values: tuple[Single, ...]
    encoded: str


Operand = Single | ListOf


@dataclass(frozen=True, slots=True)
class Clause:
    """``field operator operand``; the operator is lower case with single spaces."""

    field: str
    encoded_field: str
    operator: str
    operand: Operand


@dataclass(frozen=True, slots=True)
class Predicate:
    """A condition on a change with its values: ``from``, ``to``, ``by``, ``after``, ``before``, ``on``, ``during``."""

    operator: str
    values: tuple[Single, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """``field CHANGED`` with its predicates."""

    field: str
    encoded_field: str
    predicates: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """A negated part."""

    part: Node


@dataclass(frozen=True, slots=True)
class Both:
    """Parts joined by AND."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Parts joined by OR."""

    parts: tuple[Node, ...]


Node = Clause | Changed | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Order:
    """One field of ORDER BY; ``direction`` is asc, desc, or None if not given."""

    field: str
    encoded_field: str
    direction: str | None


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query."""

    where: Node | None
    order: tuple[Order, ...] = ()
