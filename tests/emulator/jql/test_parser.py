"""Parsing JQL."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jira_emulator.jql.ast import Both, Clause, Either, Empty, Function, JqlError, ListOf, Not, Query, Value
from jira_emulator.jql.parser import parse_query


def test_and_binds_tighter_than_or() -> None:
    where = parse_query("a = 1 or b = 2 and not c = 3").where
    assert isinstance(where, Either)
    assert isinstance(where.parts[1], Both)
    assert isinstance(where.parts[1].parts[1], Not)


def test_a_list_has_values_empty_and_functions() -> None:
    where = parse_query('a in (1, "x y", EMPTY, f(-1d, "z"))').where
    assert isinstance(where, Clause)
    assert isinstance(where.operand, ListOf)
    one, text, empty, call = where.operand.values
    assert one == Value("1", "1")
    assert text == Value("x y", '"x y"')
    assert empty == Empty()
    assert call == Function("f", ("-1d", "z"), 'f(-1d, "z")')


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        (r'"a \"b\" c"', 'a "b" c'), (r"'it\'s'", "it's"), (r'"tab\tnew\nline"', "tab\tnew\nline"),
        (r'"A\\b"', r"A\b"), ('"é漢 🚀"', "é漢 🚀"), ("'\"'", '"'),
    ],
)  # fmt: skip
def test_a_quoted_string_is_unescaped(quoted: str, text: str) -> None:
    where = parse_query(f"summary ~ {quoted}").where
    assert isinstance(where, Clause)
    assert where.operand == Value(text, quoted)


@pytest.mark.parametrize("words", ["project", "some words", 'some "quoted words"', "a b order by key"])
def test_bare_words_search_text(words: str) -> None:
    where = parse_query(words).where
    assert isinstance(where, Clause)
    assert (where.field, where.operator) == ("text", "~")
    assert isinstance(where.operand, Value)
    assert where.operand.text == words.replace(" order by key", "").replace('"', "")


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("=", "="), ("!=", "!="), ("<=", "<="), (">", ">"), ("!~", "!~"), ("IS NOT", "is not"), ("Is", "is")],
)
def test_operators_are_read_in_any_case(operator: str, expected: str) -> None:
    where = parse_query(f"a {operator} empty").where
    assert isinstance(where, Clause)
    assert where.operator == expected


@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("not project", "Expecting operator before the end of the query."),
        ("project PAY = 3", "Expecting operator but got 'PAY'."),
        ("project = PAY and words", "Expecting operator before the end of the query."),
        ("project = ", "Expecting either a value, list or function before the end of the query."),
        ("project = and", "Expecting either a value, list or function but got 'and'. You must surround 'and'"),
        ("project = PAY foo", "Expecting either 'OR' or 'AND' but got 'foo'. (line 1, character 15)"),
        ("project = PAY\nand = 3", "Expecting a field name but got '='. (line 2, character 5)"),
        ("(project = PAY", "Expecting ')' before the end of the query."),
        ("project in (PAY", "Expecting ')' before the end of the query."),
        ("project in ()", "Expecting either a value, list or function but got ')'."),
        ('summary ~ "open', "The quoted string 'open' has not been completed. (line 1, character 11)"),
        ("assignee = a@b.c", "The character '@' is a reserved JQL character. You must enclose it in a string"),
        (r'summary ~ "\q"', r"'\q' is an illegal JQL escape sequence."),
        ("project = PAY order key", "Expecting 'BY' but got 'key'."),
        ("project = PAY order by", "Expecting a field name before the end of the query."),
        ("status was Done", "History searches"),
        ("a = 1 order by a,b,c,d,e,f,g,h", "ordered by 7 fields at most"),
        ("(" * 3000 + "a = 1" + ")" * 3000, "nested too deeply"),
        ("not " * 3000 + "a = 1", "nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(jql: str, sentence: str) -> None:
    with pytest.raises(JqlError) as error:
        parse_query(jql)
    assert sentence in error.value.messages[0]


WORDS = ["a", "=", "(", ")", "and", "not", "in", "is", "empty", ",", "'", "order", "by"]


@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join))
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    with contextlib.suppress(JqlError):
        assert isinstance(parse_query(text), Query)
