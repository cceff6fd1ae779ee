"""Rows that stay: pinned in a person's order, and added."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.errors import InvalidInput
from timesheet.domain.worklog.kept_row import MOST_KEPT, KeptRows

ROWS = KeptRows((1, 2, 3), (4, 5))


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (ROWS.with_added([6, 5, 6, 1]), KeptRows((1, 2, 3), (4, 5, 6))),
        (ROWS.with_pinned(4), KeptRows((1, 2, 3, 4), (5,))),
        (ROWS.with_pinned(9), KeptRows((1, 2, 3, 9), (4, 5))),
        (ROWS.with_pinned(3, before=1), KeptRows((3, 1, 2), (4, 5))),
        (ROWS.with_pinned(1, before=3), KeptRows((2, 1, 3), (4, 5))),
        (ROWS.with_pinned(1), KeptRows((2, 3, 1), (4, 5))),
        (ROWS.with_pinned(1, before=1), KeptRows((2, 3, 1), (4, 5))),
        (ROWS.with_pinned(2, before=99), KeptRows((1, 3, 2), (4, 5))),
        (ROWS.with_unpinned(2), KeptRows((1, 3), (4, 5, 2))),
        (ROWS.with_unpinned(4), ROWS),
        (ROWS.without(2), KeptRows((1, 3), (4, 5))),
        (ROWS.without(5), KeptRows((1, 2, 3), (4,))),
        (ROWS.without(9), ROWS),
    ],
)
def test_a_change_leaves_every_other_row_where_it_is(changed: KeptRows, expected: KeptRows) -> None:
    assert changed == expected


def test_there_is_a_limit_to_both_together() -> None:
    full = KeptRows((1,)).with_added(range(2, MOST_KEPT + 1))
    assert full.with_pinned(2).ids == (1, *range(2, MOST_KEPT + 1))
    with pytest.raises(InvalidInput, match="up to 100 rows") as refused:
        full.with_added([0])
    assert refused.value.field == "issue"
    with pytest.raises(InvalidInput, match="up to 100 rows"):
        full.with_pinned(0)


def changed(rows: KeptRows, what: str, issue_id: int, before: int) -> KeptRows:
    match what:
        case "add":
            return rows.with_added([issue_id])
        case "pin":
            return rows.with_pinned(issue_id, before)
        case "unpin":
            return rows.with_unpinned(issue_id)
        case _:
            return rows.without(issue_id)


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "pin", "unpin", "remove"]), st.integers(1, 6), st.integers(1, 6))
    )
)
def test_no_issue_has_two_rows(changes: list[tuple[str, int, int]]) -> None:
    rows = KeptRows()
    for what, issue_id, before in changes:
        rows = changed(rows, what, issue_id, before)
        assert len(set(rows.ids)) == len(rows.ids)
        assert (issue_id in rows.ids) == (what != "remove" and (what != "unpin" or issue_id in rows.ids))
