"""The stored problem of a group that could not be followed, and how it is read."""

from __future__ import annotations

import pytest

from timesheet.domain.team.group import GroupTrouble, trouble_sentence


@pytest.mark.parametrize("code", GroupTrouble)
def test_a_code_is_read_as_its_sentence(code: GroupTrouble) -> None:
    assert trouble_sentence(str(code)).startswith("Jira ")


def test_a_sentence_of_an_earlier_version_is_read_as_it_is() -> None:
    assert trouble_sentence("The group is gone.") == "The group is gone."
