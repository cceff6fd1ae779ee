"""The query string hash, compared with vectors that Jira itself created."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.adapters.connect.qsh import canonical_request, request_hash
from timesheet.adapters.crypto.compact import take_apart
from timesheet.services.ports.authentication import SignedRequest


def split(method: str, url: str) -> SignedRequest:
    rest = url.partition("://")[2]
    target = "/" + rest.partition("/")[2] if rest else url
    path, _, query = target.partition("?")
    return SignedRequest(method, path, query)


def test_the_hash_is_that_of_the_published_vectors(contract: Callable[[str], Path]) -> None:
    vectors = json.loads(contract("connect-qsh-vectors.json").read_bytes())["vectors"]
    wrong = []
    for vector in vectors:
        request = split(vector["method"], vector["url"])
        base_path = urlsplit(vector.get("baseUrl") or "").path
        found = canonical_request(request, base_path)
        if found != vector["canonical"] or request_hash(request, base_path) != vector["qsh"]:
            wrong.append((vector["name"], found, vector["canonical"]))
    assert wrong == []
    assert len(vectors) >= 30


def test_the_tokens_in_the_vectors_carry_that_hash(contract: Callable[[str], Path]) -> None:
    vectors = json.loads(contract("connect-qsh-vectors.json").read_bytes())["vectors"]
    signed = [vector for vector in vectors if vector["source"] == "atlassian-interop"]
    for vector in signed:
        token = take_apart(vector["url"].partition("jwt=")[2], "HS256")
        assert token.payload["qsh"] == request_hash(split(vector["method"], vector["url"]))
    assert len(signed) >= 15


@pytest.mark.parametrize(
    ("request_line", "canonical"),
    [
        (("get", "/a", ""), "GET&/a&"),
        (("GET", "", ""), "GET&/&"),
        (("GET", "/", ""), "GET&/&"),
        (("GET", "a", ""), "GET&/a&"),
        (("GET", "/a//", ""), "GET&/a/&"),
        (("GET", "/a%2Fb", ""), "GET&/a%2Fb&"),
        (("GET", "/a&b", ""), "GET&/a%26b&"),
        (("GET", "/a", "b"), "GET&/a&b="),
        (("GET", "/a", "&&b=1&"), "GET&/a&b=1"),
        (("GET", "/a", "=1"), "GET&/a&=1"),
        (("GET", "/a", "jwt=x&b=2&jwt=y"), "GET&/a&b=2"),
        (("GET", "/a", "%6Awt=x&b=2"), "GET&/a&b=2"),
        (("GET", "/a", "JWT=x"), "GET&/a&JWT=x"),
        (("GET", "/a", "b=2&b=10&b=1"), "GET&/a&b=1,10,2"),
        (("GET", "/a", "b=1%2C2&b=%20"), "GET&/a&b=%20,1%2C2"),
        (("GET", "/a", "b=c=d"), "GET&/a&b=c%3Dd"),
        (("GET", "/a", "b=~*!'()"), "GET&/a&b=~%2A%21%27%28%29"),
        (("GET", "/a", "b=%c3%a9"), "GET&/a&b=%C3%A9"),
        (("GET", "/a", "b=1;c=2"), "GET&/a&b=1%3Bc%3D2"),
        (("GET", "/a", "b=1+2&c+d=e"), "GET&/a&b=1%202&c%20d=e"),
        (("GET", "/a", "b=%ff&%fe=c"), "GET&/a&%FE=c&b=%FF"),
        (("GET", "/a", "a=1&%C3%A9=2&%5B=3&-=4&Z=5"), "GET&/a&%5B=3&%C3%A9=2&-=4&Z=5&a=1"),
        (("GET", "/a", "b=%EF%BD%B1&b=%F0%9F%8E%AF&b=z"), "GET&/a&b=z,%F0%9F%8E%AF,%EF%BD%B1"),
        (("GET", "/a", "b=%ff&b=%F0%9F%8E%AF"), "GET&/a&b=%F0%9F%8E%AF,%FF"),
        (("GET", "//", ""), "GET&/&"),
    ],
)
def test_an_awkward_request_has_its_canonical_form(
    request_line: tuple[str, str, str], canonical: str
) -> None:
    assert canonical_request(SignedRequest(*request_line)) == canonical


@pytest.mark.parametrize("path", ["/jira", "/jira/", "/jira/rest", "/jirarest"])
def test_the_base_path_is_taken_off_whole_segments_only(path: str) -> None:
    expected = {"/jira": "/", "/jira/": "/", "/jira/rest": "/rest", "/jirarest": "/jirarest"}[path]
    assert canonical_request(SignedRequest("GET", path, ""), "/jira/") == f"GET&{expected}&"


@given(st.text(max_size=40), st.text(max_size=80))
def test_any_text_has_a_hash(path: str, query: str) -> None:
    raw = SignedRequest(
        "GET", path.encode("utf-8", "replace").decode(), query.encode("utf-8", "replace").decode()
    )
    assert len(request_hash(raw)) == 64


def test_bytes_that_are_no_utf8_have_a_hash() -> None:
    assert len(request_hash(SignedRequest("GET", b"/\xff".decode("utf-8", "surrogateescape"), "a=%ff"))) == 64
