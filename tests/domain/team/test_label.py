from __future__ import annotations

from dataclasses import replace

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.domain.team.label import UserLabel, checked_label, labels_of

BACKEND = UserLabel("b", "backend", "blue", frozenset({"ann", "bob"}))
AGENCY = UserLabel("a", "Agency", "red", frozenset({"bob", "cem"}))


def test_a_label_is_cleaned_and_may_keep_its_name() -> None:
    assert checked_label(replace(BACKEND, name=" backend "), [BACKEND, AGENCY]) == BACKEND


@pytest.mark.parametrize(
    ("label", "field"),
    [
        (replace(BACKEND, name=""), "name"),
        (replace(BACKEND, name="x" * 41), "name"),
        (replace(BACKEND, name="AGENCY"), "name"),
        (replace(BACKEND, color="mauve"), "color"),
    ],
)
def test_a_bad_label_is_refused_at_its_field(label: UserLabel, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        checked_label(label, [BACKEND, AGENCY])
    assert refused.value.field == field


def test_a_persons_labels_come_by_name() -> None:
    assert labels_of("bob", [BACKEND, AGENCY]) == [AGENCY, BACKEND]
    assert labels_of("cem", [BACKEND, AGENCY]) == [AGENCY]
    assert labels_of("dag", [BACKEND, AGENCY]) == []
