"""Ids that come from outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import (
    account_id_in,
    is_atlassians,
    is_number,
    read_account_id,
    read_group_id,
    read_id,
)

BAD = ["", "a\n", "a\nb", "../../x", "a/b", "a\\b", "a b", "a\x00", "é", "a;b", ".", "a" * 200]
OWN = ["a", "0" * 32, "sick-leave", "a" * 36]
ACCOUNTS = ["5b10a2844c20165700ede21g", "557058:f5b1-c0_d", "qm:1:2", "auth0|5d2", "_a", "-a", "a" * 128]


@pytest.mark.parametrize("text", OWN)
def test_an_id_of_the_apps_own_is_taken(text: str) -> None:
    assert read_id(text) == text


@pytest.mark.parametrize("text", [*BAD, "A", "a:b", "a_b", "a" * 37, None])
def test_what_is_none_is_refused(text: str | None) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_id(text, "scheme")
    assert refused.value.field == "scheme"


@pytest.mark.parametrize("text", ACCOUNTS)
def test_an_account_or_a_group_is_taken(text: str) -> None:
    assert (read_account_id(text), read_group_id(text)) == (text, text)
    assert is_atlassians(text)


@pytest.mark.parametrize("text", [*BAD, "a" * 129, None])
def test_what_is_not_an_account_is_refused(text: str | None) -> None:
    for reader in (read_account_id, read_group_id):
        with pytest.raises(InvalidInput) as refused:
            reader(text, "person")
        assert refused.value.field == "person"
    assert not is_atlassians(text or "")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", True),
        ("1" * 18, True),
        ("1" * 19, False),
        ("", False),
        ("-1", False),
        ("1.5", False),
        ("²", False),
        ("٣", False),
    ],
)
def test_a_number_has_up_to_18_plain_digits(text: str, number: bool) -> None:
    assert is_number(text) is number


@pytest.mark.parametrize(
    ("data", "account_id"),
    [
        ({"author": {"accountId": "557058:f5b1-c0_d"}}, "557058:f5b1-c0_d"),
        ({"author": {"accountId": "a b"}}, None),
        ({"author": {"accountId": 7}}, None),
        ({"author": {}}, None),
        ({"author": None}, None),
        ({}, None),
    ],
)
def test_a_person_in_jiras_data_has_an_account_id_or_counts_as_nobody(
    data: Mapping[str, Any], account_id: str | None
) -> None:
    assert account_id_in(data, "author") == account_id
