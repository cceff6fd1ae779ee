"""Tokens: what is refused before anything is trusted, and the reason for the log."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, cast

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import HMACAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from tests.web.support.signing import KID, b64, hs256, rs256, segment
from timesheet.adapters.connect.install_keys import InstallKeys
from timesheet.adapters.connect.tokens import ConnectTokens, read_claims
from timesheet.adapters.crypto.compact import LONGEST, encode, take_apart
from timesheet.domain.errors import Unauthenticated
from timesheet.services.ports.authentication import SHORTEST_SECRET, Claims, SignedRequest, Token
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


def test_a_token_may_be_as_long_as_the_longest_and_no_longer() -> None:
    by_length = {
        len(text): text for size in range(5900, 6100) if (text := hs256({**GOOD, "pad": "x" * size}, SECRET))
    }
    assert take_apart(by_length[LONGEST], "HS256").issuer == "site"
    longer = min(length for length in by_length if length > LONGEST)
    with pytest.raises(Unauthenticated):
        take_apart(by_length[longer], "HS256")


def test_what_a_token_holds_is_not_in_its_repr() -> None:
    shown = repr(take_apart(hs256(GOOD, SECRET), "HS256"))
    assert "signed" not in shown
    assert "signature" not in shown


def test_the_hash_of_a_request_is_that_of_its_canonical_form(tokens: ConnectTokens) -> None:
    hashed = tokens.request_hash(SignedRequest("get", "/page", "b=2&a=1&jwt=x"))
    assert hashed == sha256(b"GET&/page&a=1&b=2").hexdigest()


def test_what_the_app_signs_others_can_read(tokens: ConnectTokens) -> None:
    text = tokens.sign(Claims("app", IAT, IAT + 9, "person", audience=("site",)), SECRET)
    read = jwt.decode(text, SECRET, algorithms=["HS256"], audience="site", options={"verify_exp": False})
    assert read == {"iss": "app", "iat": IAT, "exp": IAT + 9, "sub": "person", "aud": ["site"]}
    assert jwt.get_unverified_header(text) == {"alg": "HS256", "typ": "JWT"}


def test_what_others_sign_the_app_can_read(tokens: ConnectTokens) -> None:
    text = jwt.encode(GOOD, SECRET, algorithm="HS256")
    assert tokens.verify(tokens.read(text, "HS256"), SECRET).subject == "person"


def test_an_account_id_may_have_every_character_that_atlassian_allows(tokens: ConnectTokens) -> None:
    text = hs256(GOOD | {"sub": "_auth0|5d2:A-1"}, SECRET)
    assert tokens.verify(tokens.read(text, "HS256"), SECRET).subject == "_auth0|5d2:A-1"


@pytest.mark.parametrize("kind", ["JWT", "jwt", "Jwt"])
def test_the_type_of_a_token_may_be_in_any_case(tokens: ConnectTokens, kind: str) -> None:
    """RFC 7519 recommends capitals for old implementations only, because types of media have no case."""
    text = hs256(GOOD, SECRET, {"alg": "HS256", "typ": kind})
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
        ("e30aa.e30.AA", "not-base64url"),
        (f"{segment({'alg': 'HS256'})}.{segment(GOOD)}.AAAAA", "not-base64url"),
        (f"{segment({'alg': 'HS256', 'cty': 'JWT'})}.{segment(GOOD)}.AA", "wrong-type"),
        (f"{segment([])}.e30.AA", "not-an-object"),
        (f"{b64(b'{')}.e30.AA", "not-json"),
        (f"{segment({'alg': 'HS256', 'crit': ['x']})}.{segment(GOOD)}.AA", "unknown-header"),
        (f"{segment({'alg': 'HS256', 'typ': 'jws'})}.{segment(GOOD)}.AA", "wrong-type"),
        (f"{segment({'alg': 'HS256', 'typ': ['JWT']})}.{segment(GOOD)}.AA", "wrong-type"),
        (f"{segment({'alg': 'HS256'})}.e30.AA", "no-issuer"),
        (f"{TWICE}.e30.AA", "not-json"),
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
        ({"iat": IAT + 76, "exp": IAT + 100}, "not-yet"),
        ({"nbf": IAT + 76}, "not-yet"),
        ({"exp": str(IAT + 180)}, "type-of-exp"),
        ({"iat": True}, "type-of-iat"),
        ({"sub": 7}, "type-of-sub"),
        ({"qsh": None}, "type-of-qsh"),
        ({"aud": {"a": 1}}, "type-of-aud"),
        ({"exp": IAT}, "life"),
        ({"iat": IAT + 76, "exp": IAT + 100, "nbf": IAT}, "not-yet"),
        ({"iat": 0}, "type-of-iat"),
        ({"iat": -1}, "type-of-iat"),
        ({"exp": 2**40}, "type-of-exp"),
        ({"exp": 2**40 - 1}, "life"),
        ({"nbf": 0}, "type-of-nbf"),
        ({"aud": ["site", 7]}, "type-of-aud"),
        ({"sub": ""}, "type-of-sub"),
        ({"sub": "x" * 129}, "type-of-sub"),
        ({"sub": "%"}, "type-of-sub"),
        ({"sub": "é"}, "type-of-sub"),
        ({"sub": "a\tb"}, "type-of-sub"),
        ({"qsh": ""}, "type-of-qsh"),
        ({"qsh": "x" * 256}, "type-of-qsh"),
    ],
    ids=str,
)
def test_a_wrong_claim_is_refused_by_its_reason(
    tokens: ConnectTokens, changes: dict[str, Any], reason: str
) -> None:
    assert reason_of(tokens, hs256(GOOD | changes, SECRET)) == reason


@pytest.mark.parametrize("changes", [{"iat": IAT + 76}, {"nbf": IAT + 76}], ids=str)
def test_a_token_of_the_future_is_refused_because_of_the_clock(
    tokens: ConnectTokens, changes: dict[str, Any]
) -> None:
    """Its signature is genuine, and reloading the page would help nobody."""
    with pytest.raises(Unauthenticated, match="the clock of a server") as refused:
        tokens.verify(tokens.read(hs256(GOOD | changes, SECRET), "HS256"), SECRET)
    assert refused.value.reason == "not-yet"


def test_the_edges_of_time_are_inside(tokens: ConnectTokens) -> None:
    for changes in (
        {"iat": IAT + 75},
        {"nbf": IAT + 75},
        {"iat": IAT - 209, "exp": IAT - 29},
        {"exp": IAT + 1800},
    ):
        assert tokens.verify(tokens.read(hs256(GOOD | changes, SECRET), "HS256"), SECRET).issuer == "site"


def test_a_token_has_a_longest_size(tokens: ConnectTokens) -> None:
    start = f"{segment({'alg': 'HS256'})}.{segment(GOOD)}."
    room = 8192 - len(start)
    assert reason_of(tokens, start + "A" * (room - room % 4)) == "bad-signature"
    assert reason_of(tokens, start + "A" * (room + 1)) == "not-a-token"


def test_what_is_encoded_has_all_its_characters() -> None:
    assert (encode(b"\0\0\x17"), encode(b"\xff"), encode(b"")) == ("AAAX", "_w", "")


def test_a_secret_of_32_bytes_is_long_enough(tokens: ConnectTokens) -> None:
    assert tokens.verify(tokens.read(hs256(GOOD, "x" * 32), "HS256"), "x" * 32).issuer == "site"


def test_what_is_just_inside_is_read(tokens: ConnectTokens) -> None:
    longest = read_claims({"iat": 1, "exp": 2**40 - 1, "sub": "x" * 128, "qsh": "x" * 255, "aud": "site"})
    assert longest == Claims("", 1, 2**40 - 1, "x" * 128, "x" * 255, ("site",))
    assert (
        tokens.verify(tokens.read(hs256(GOOD | {"exp": IAT + 1}, SECRET), "HS256"), SECRET).expires == IAT + 1
    )
    assert tokens.read(hs256(GOOD, SECRET), "HS256").issuer == "site"
    text = tokens.sign(Claims("app", IAT, IAT + 9, qsh="hash"), SECRET)
    assert tokens.verify(tokens.read(text, "HS256"), SECRET) == Claims("app", IAT, IAT + 9, qsh="hash")


class OneKey:
    """Install keys that know one kid."""

    def __init__(self, key: RSAPrivateKey) -> None:
        self.key = key

    def public_key(self, kid: object) -> object:
        assert kid == KID
        return self.key.public_key()


def installing(key: RSAPrivateKey) -> ConnectTokens:
    return ConnectTokens(lambda: NOW, cast(InstallKeys, OneKey(key)))


HEADER = {"alg": "RS256", "typ": "JWT", "kid": KID}


def test_an_install_is_proven_by_the_key_it_names() -> None:
    key, other = generate_private_key(65537, 2048), generate_private_key(65537, 1024)
    tokens, text = installing(key), rs256(GOOD, key, HEADER)
    assert tokens.verify_install(tokens.read(text, "RS256")).subject == "person"
    for known, said, reason in ((key, other, "bad-signature"), (other, other, "short-key")):
        with pytest.raises(Unauthenticated) as refused:
            installing(known).verify_install(tokens.read(rs256(GOOD, said, HEADER), "RS256"))
        assert refused.value.reason == reason


@pytest.mark.parametrize("claimed", ["HS256", "RS256"])
def test_no_token_is_proven_in_the_way_of_another_kind(tokens: ConnectTokens, claimed: str) -> None:
    """Neither the public key as a shared secret nor a secret as a public key is even tried."""
    read = tokens.read(hs256(GOOD, SECRET, {"alg": claimed, "typ": "JWT"}), claimed)
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify_install(read) if claimed == "HS256" else tokens.verify(read, SECRET)
    assert refused.value.reason == "wrong-algorithm"


def test_a_token_of_other_making_is_refused(tokens: ConnectTokens) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(cast(Token, object()), SECRET)
    assert refused.value.reason == "wrong-algorithm"


def test_the_signature_is_checked_before_the_claims(tokens: ConnectTokens) -> None:
    assert (
        reason_of(tokens, hs256(GOOD | {"exp": "soon"}, "another secret that is long enough too"))
        == "bad-signature"
    )


@pytest.mark.parametrize("secret", ["", "x" * 31])
def test_a_short_secret_proves_nothing(tokens: ConnectTokens, secret: str) -> None:
    assert reason_of(tokens, hs256(GOOD, secret), secret) == "short-secret"


@pytest.mark.parametrize(("bits", "reason"), [(1024, "short-key"), (2040, "short-key"), (2048, "")])
def test_a_short_rsa_key_proves_nothing(bits: int, reason: str) -> None:
    key = generate_private_key(65537, bits)
    tokens = installing(key)
    token = tokens.read(rs256(GOOD, key, HEADER), "RS256")
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
    texts = [path.read_text() for path in (ROOT / "timesheet").rglob("*.py")]
    taken = {
        (node.module, name.name)
        for text in texts
        if "jwt" in text
        for node in ast.walk(ast.parse(text))
        for name in getattr(node, "names", ())
        if isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "jwt"
    }
    assert taken == {("jwt.algorithms", "HMACAlgorithm"), ("jwt.algorithms", "RSAAlgorithm")}
    assert not any("import jwt" in text for text in texts)


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
