"""Tokens: what is refused before anything is believed, and why (the reason is for the log)."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import HMACAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from tests.web.signing import b64, hs256, rs256, segment
from timesheet.adapters.connect.compact import take_apart
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.tokens import SHORTEST_SECRET, ConnectTokens, read_claims
from timesheet.domain.errors import Unauthenticated
from timesheet.services.door_ports import Claims
from timesheet.settings import ROOT

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
IAT = int(NOW.timestamp())
TWICE = b64(b'{"alg": "none", "alg": "HS256"}')
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
        (f"{TWICE}.e30.AA", "not-json"),
        (hs256(GOOD, SECRET)[:-1], "not-canonical"),
    ],
)
def test_a_malformed_token_is_refused_before_any_key_is_looked_up(
    tokens: ConnectTokens, text: str, reason: str
) -> None:
    assert reason_of(tokens, text) == reason


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


class OneKey:
    """Stands in for Atlassian's key server: every kid has this key."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self.public_key = lambda _kid: key.public_key()


@pytest.mark.parametrize(("bits", "reason"), [(1024, "short-key"), (2040, "short-key"), (2048, "")])
def test_a_short_rsa_key_proves_nothing(bits: int, reason: str) -> None:
    key = generate_private_key(65537, bits)
    tokens = ConnectTokens(lambda: NOW, cast(InstallKeys, OneKey(key)))
    token = tokens.read(rs256(GOOD, key, {"alg": "RS256", "typ": "JWT", "kid": "k"}), "RS256")
    if not reason:
        assert tokens.verify_install(token).issuer == "site"
        return
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify_install(token)
    assert refused.value.reason == reason


def test_a_short_key_is_never_only_a_warning() -> None:
    """PyJWT itself takes short keys and warns. Ours go by its own measure, and where it warns, tests fail."""
    assert HMACAlgorithm(HMACAlgorithm.SHA256).check_key_length(b"x" * (SHORTEST_SECRET - 1))
    assert HMACAlgorithm(HMACAlgorithm.SHA256).check_key_length(b"x" * SHORTEST_SECRET) is None
    with pytest.raises(InsecureKeyLengthWarning):
        jwt.encode(GOOD, "short", algorithm="HS256")
    with pytest.raises(InsecureKeyLengthWarning):
        jwt.decode(hs256(GOOD, "short"), "short", algorithms=["HS256"], options={"verify_exp": False})


def test_what_would_only_warn_is_used_nowhere() -> None:
    """The app takes PyJWT's algorithms, behind checks of its own, and nothing else of it."""
    taken = {
        (node.module, name.name)
        for path in (ROOT / "timesheet").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in getattr(node, "names", ())
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "jwt"
    }
    assert taken == {("jwt.algorithms", "HMACAlgorithm"), ("jwt.algorithms", "RSAAlgorithm")}
    whole = [path for path in (ROOT / "timesheet").rglob("*.py") if "import jwt" in path.read_text()]
    assert whole == []


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
