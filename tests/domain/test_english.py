from datetime import date

import pytest

from timesheet.domain.english import describe_date, join_words


def test_a_day_is_written_without_leading_zeros() -> None:
    assert describe_date(date(2024, 7, 1)) == "1 July 2024"


@pytest.mark.parametrize(
    ("words", "text"), [((), ""), (("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b, and c")]
)
def test_a_list_is_joined_as_in_a_sentence(words: tuple[str, ...], text: str) -> None:
    assert join_words(words) == text
