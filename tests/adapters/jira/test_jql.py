"""Text in queries: it stays inside its quotes."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_emulator.jql.lexer import read_tokens
from timesheet.adapters.jira.jql import quote_jql, search_jql
from timesheet.domain.span import DateSpan

WEEK = DateSpan(date(2026, 11, 16), date(2026, 11, 22))


@pytest.mark.parametrize(
    "nasty", ['a" OR project is not empty OR "', "a\\", 'a\\" OR x', "a\nb", "\x00", "😀"]
)
def test_no_text_gets_out_of_its_quotes(nasty: str) -> None:
    quoted = quote_jql(nasty)
    inside = quoted[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inside
    assert "\\" not in inside
    assert quoted.isprintable()
    assert search_jql([nasty], WEEK).startswith(f"worklogAuthor in ({quoted}) AND ")


@given(st.text())
def test_any_text_is_one_string_to_a_reader_of_jql(text: str) -> None:
    string, end = read_tokens(quote_jql(text))
    assert (string.kind, end.kind) == ("string", "end")
    assert string.text == "".join(char if char.isprintable() else " " for char in text)
