"""The people behind the references of audit events."""

from __future__ import annotations

import pytest

from timesheet.domain.audit.chain import reference_of
from timesheet.services.audit.people import EMPTIED, NO_ROW, RESTORED, SOMEBODY_ELSE, UNUSED, index_problems
from timesheet.services.ports.audit import PersonReference

ANA, BEN = reference_of("ana", "salt"), reference_of("ben", "pepper")
BOTH: list[PersonReference] = [(ANA, "ana", "salt"), (BEN, "ben", "pepper")]


def check(
    rows: list[PersonReference],
    *erased: str,
    now: list[PersonReference] | None = None,
    exact: bool = True,
) -> str:
    found = index_problems(
        frozenset({ANA, BEN}), rows, lambda: rows if now is None else now, set(erased), exact=exact
    )
    [(ref, problem)] = list(found) or [("", "")]
    assert ref in problem
    return problem


def test_each_reference_has_its_row() -> None:
    assert not check(BOTH)
    assert check(BOTH[:1]) == NO_ROW.format(ref=BEN)
    assert check(BOTH[:1], exact=False) == NO_ROW.format(ref=BEN)


def test_a_row_that_came_meanwhile_is_no_trouble() -> None:
    assert not check(BOTH[:1], now=BOTH)


@pytest.mark.parametrize("row", [(BEN, None, None), (BEN, None, "pepper"), (BEN, "ben", None)])
def test_an_empty_row_needs_an_erasure(row: PersonReference) -> None:
    assert check([*BOTH[:1], row]) == EMPTIED.format(ref=BEN)
    assert check([*BOTH[:1], row], BEN) == ("" if row[1:] == (None, None) else EMPTIED.format(ref=BEN))


def test_whoever_was_erased_is_not_named_again() -> None:
    assert check(BOTH, BEN) == RESTORED.format(ref=BEN)


@pytest.mark.parametrize("row", [(BEN, "eve", "pepper"), (BEN, "ben", "salt")])
def test_nobody_else_is_behind_a_reference(row: PersonReference) -> None:
    assert check([*BOTH[:1], row]) == SOMEBODY_ELSE.format(ref=BEN)


def test_a_row_that_nobody_needs_is_found_where_all_events_are_known() -> None:
    more = reference_of("eve", "x")
    assert check([*BOTH, (more, "eve", "x")]) == UNUSED.format(ref=more)
    assert not check([*BOTH, (more, "eve", "x")], exact=False)
