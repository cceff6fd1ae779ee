"""Tokens: what is refused before anything is believed, and why (the reason is for the log)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.signing import b64, hs256, segment
from timesheet.adapters.connect.compact import take_apart
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.tokens import ConnectTokens, read_claims
from timesheet.domain.errors import Unauthenticated
from timesheet.services.door_ports import Claims

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
IAT = int(NOW.timestamp())
SECRET = "a shared secret of more than thirty-two bytes"
GOOD: dict[str, Any] = {
    "iss": "site",
    "iat": IAT,
    "exp": IAT + 180,
    "sub": "person",
    "qsh": "h",
    "context": {},
}


@pytest.fixture
def tokens() -> ConnectTokens:
    return ConnectTokens(lambda: NOW, cast(InstallKeys, None))


def reason_of(tokens: ConnectTokens, text: str, secret: str = SECRET) -> str:
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(tokens.read(text, "HS256"), secret)
    return refused.value.reason


def test_a_good_token_gives_its_claims(tokens: ConnectTokens) -> None:
    claims = tokens.verify(tokens.read(hs256(GOOD, SECRET), "HS256"), SECRET)
    assert claims == Claims("site", IAT, IAT + 180, "person", "h", ())


def test_what_the_app_signs_others_can_read(tokens: ConnectTokens) -> None:
    text = tokens.sign(Claims("app", IAT, IAT + 9, "person", audience=("site",)), SECRET)
    read = jwt.decode(text, SECRET, algorithms=["HS256"], audience="site", options={"verify_exp": False})
    assert read == {"iss": "app", "iat": IAT, "exp": IAT + 9, "sub": "person", "aud": ["site"]}
    assert jwt.get_unverified_header(text) == {"alg": "HS256", "typ": "JWT"}


def test_what_others_sign_the_app_can_read(tokens: ConnectTokens) -> None:
    text = jwt.encode(GOOD, SECRET, algorithm="HS256")
    assert tokens.verify(tokens.read(text, "HS256"), SECRET).subject == "person"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not-a-token"),
        ("a.b", "not-a-token"),
        ("a.b.c.d", "not-a-token"),
        ("a." * 5000, "not-a-token"),
        ("..", "not-base64url"),
        ("e30=.e30.AA", "not-base64url"),
        ("e3.e30.AA", "not-canonical"),
        ("e30.e30.AA", "wrong-algorithm"),
        (f"{segment([])}.e30.AA", "not-an-object"),
        (f"{b64(b'{')}.e30.AA", "not-json"),
        (f"{segment({'alg': 'HS256', 'crit': ['x']})}.{segment(GOOD)}.AA", "unknown-header"),
        (f"{segment({'alg': 'HS256', 'typ': 'jwt'})}.{segment(GOOD)}.AA", "wrong-type"),
        (f"{segment({'alg': 'HS256'})}.e30.AA", "no-issuer"),
        (f"{segment({'alg': 'HS256'})}.{segment({'iss': ''})}.AA", "no-issuer"),
        (f"{segment({'alg': 'HS256'})}.{segment({'iss': 7})}.AA", "no-issuer"),
        (f"{segment({'alg': 'HS256'})}.{segment({'iss': 'a' + chr(0) + 'b'})}.AA", "no-issuer"),
        (hs256(GOOD, SECRET)[:-1], "not-canonical"),
    ],
)
def test_a_malformed_token_is_refused_before_any_key_is_looked_up(
    tokens: ConnectTokens, text: str, reason: str
) -> None:
    assert reason_of(tokens, text) == reason


@pytest.mark.parametrize(
    ("audience", "only"),
    [
        (["acme"], "acme"),
        ("acme", ""),
        ([], ""),
        (["acme", "other"], ""),
        ([7], ""),
        (["a\x00b"], ""),
        (None, ""),
    ],
)
def test_a_token_names_one_audience_or_none(tokens: ConnectTokens, audience: object, only: str) -> None:
    assert tokens.read(hs256(GOOD | {"aud": audience}, SECRET), "HS256").audience == only


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": IAT - 30}, "life"),
        ({"iat": IAT - 300, "exp": IAT - 30}, "expired"),
        ({"exp": IAT + 1801}, "life"),
        ({"iat": IAT + 31, "exp": IAT + 100}, "not-yet"),
        ({"nbf": IAT + 31}, "not-yet"),
        ({"exp": str(IAT + 180)}, "type-of-exp"),
        ({"iat": True}, "type-of-iat"),
        ({"sub": 7}, "type-of-sub"),
        ({"qsh": None}, "type-of-qsh"),
        ({"aud": {"a": 1}}, "type-of-aud"),
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused_by_its_reason(
    tokens: ConnectTokens, changes: dict[str, Any], reason: str
) -> None:
    assert reason_of(tokens, hs256(GOOD | changes, SECRET)) == reason


def test_the_edges_of_time_are_inside(tokens: ConnectTokens) -> None:
    for changes in (
        {"iat": IAT + 30},
        {"nbf": IAT + 30},
        {"iat": IAT - 209, "exp": IAT - 29},
        {"exp": IAT + 1800},
    ):
        assert tokens.verify(tokens.read(hs256(GOOD | changes, SECRET), "HS256"), SECRET).issuer == "site"


def test_the_signature_is_checked_before_the_claims(tokens: ConnectTokens) -> None:
    assert (
        reason_of(tokens, hs256(GOOD | {"exp": "soon"}, "another secret that is long enough too"))
        == "bad-signature"
    )


@pytest.mark.parametrize("secret", ["", "x" * 31])
def test_a_short_secret_proves_nothing(tokens: ConnectTokens, secret: str) -> None:
    assert reason_of(tokens, hs256(GOOD, secret), secret) == "short-secret"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    for candidate in (text, f"e30.{text}.e30", f"{segment({'alg': 'HS256'})}.{text}."):
        with pytest.raises(Unauthenticated):
            take_apart(candidate, "HS256")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["iss", "sub", "iat", "exp", "nbf", "qsh", "aud"]), JSON))
def test_claims_of_any_type_are_read_or_refused(payload: dict[str, Any]) -> None:
    try:
        claims = read_claims(payload)
    except Unauthenticated:
        return
    assert isinstance(claims.issued, int)
    assert isinstance(claims.expires, int)
