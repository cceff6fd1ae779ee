"""The claims of somebody else's token. Tokens of Jira are in ``tests/adapters/connect/test_tokens.py``."""

from __future__ import annotations

import pytest

from timesheet.adapters.crypto.compact import encode, payload_of

PAYLOAD = encode(b'{"exp": 1700000000}')


def test_the_claims_are_read_whatever_surrounds_them() -> None:
    assert payload_of(f".{PAYLOAD}.") == {"exp": 1700000000}


def test_a_token_is_read_up_to_its_limit() -> None:
    longest = f".{PAYLOAD}.".ljust(32_768, "x")
    assert payload_of(longest) == {"exp": 1700000000}
    assert payload_of(longest + "x") == {}


@pytest.mark.parametrize(
    "text", ["", "opaque", PAYLOAD, f"a.{PAYLOAD}", f"a.{PAYLOAD}.b.c", "a.?.b", "a.W10.b"]
)
def test_a_text_that_is_no_token_has_no_claims(text: str) -> None:
    assert payload_of(text) == {}
