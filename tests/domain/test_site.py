"""Addresses that are accepted as a Jira site's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.site import INSTALLED, HostRule, Site, clean_origin, names_hosts, names_port

CLOUD = HostRule(("*.atlassian.net", "*.jira.com"))
LOCAL = HostRule(("127.0.0.1:*", "localhost:8080"), plain_http=True)


@pytest.mark.parametrize(
    ("rule", "url", "origin"),
    [
        (CLOUD, "https://acme.atlassian.net", "https://acme.atlassian.net"),
        (CLOUD, "https://acme.atlassian.net/", "https://acme.atlassian.net"),
        (CLOUD, "https://acme.atlassian.net:443", "https://acme.atlassian.net"),
        (CLOUD, "HTTPS://ACME.jira.com", "https://acme.jira.com"),
        (LOCAL, "http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        (LOCAL, "http://localhost:8080/", "http://localhost:8080"),
        (LOCAL, "http://127.0.0.1", "http://127.0.0.1"),
    ],
)
def test_allowed_addresses_are_cleaned(rule: HostRule, url: str, origin: str) -> None:
    assert rule.clean(url) == origin


@pytest.mark.parametrize(
    ("rule", "url"),
    [
        (CLOUD, "https://acme.atlassian.net:8443"),
        (CLOUD, "https://acme.atlassian.net:80"),
        (CLOUD, "https://127.0.0.1"),
        (CLOUD, "https://2130706433"),
        (CLOUD, "https://0x7f.0.0.1"),
        (CLOUD, "https://169.254.169.254"),
        (CLOUD, "https://[::ffff:127.0.0.1]"),
        (CLOUD, "https://localhost"),
        (CLOUD, "https://xn--tlassian-v4a.net"),
        (CLOUD, "https://acme.xn--atlassian-4za.net"),
        (CLOUD, "https://acme\u3002atlassian\u3002net"),
        (CLOUD, "https://acme.atlassian.net."),
        (CLOUD, "https://acme.atlassian.net%2eexample.com"),
        (CLOUD, "https://example.com%23.atlassian.net"),
        (CLOUD, "https://example.com\\.atlassian.net"),
        (CLOUD, "https://acme.atlassian.net\\@example.com"),
        (CLOUD, "https://acme.atlassian.net:443@example.com"),
        (CLOUD, "https://acme.atlassian.net;example.com"),
        (CLOUD, "https:acme.atlassian.net"),
        (CLOUD, "https:///acme.atlassian.net"),
        (CLOUD, " https://acme.atlassian.net"),
        (CLOUD, "https://acme.atlassian.net\x00.example.com"),
        (CLOUD, "file:///etc/passwd"),
        (CLOUD, "gopher://acme.atlassian.net"),
        (CLOUD, "https://acme.atlassian.net/jira"),
        (CLOUD, "https://acme.atlassian.net?"),
        (CLOUD, "https://acme.atlassian.net#"),
        (CLOUD, "https://a@acme.atlassian.net"),
        (CLOUD, "https://acme.atlassian.net@example.com"),
        (CLOUD, "https://acme.atlassian.net.example.com"),
        (CLOUD, "https://acmeatlassian.net"),
        (CLOUD, "https://-acme.atlassian.net"),
        (CLOUD, "https://acme..atlassian.net"),
        (CLOUD, "https://acme.atlassian.net\n"),
        (CLOUD, "https://ácme.atlassian.net"),
        (CLOUD, "https://[::1]"),
        (CLOUD, "https://[bad"),
        (CLOUD, "https://acme.atlassian.net:99999"),
        (CLOUD, "//acme.atlassian.net"),
        (CLOUD, "javascript://acme.atlassian.net"),
        (CLOUD, "http://acme.atlassian.net"),
        (CLOUD, "https://" + "a" * 250 + ".atlassian.net"),
        (CLOUD, None),
        (CLOUD, 7),
        (LOCAL, "http://localhost:9090"),
        (LOCAL, "http://example.com:8080"),
        (HostRule(("*.example.com",), plain_http=True), "http://a.example.com"),
    ],
)
def test_other_addresses_are_refused(rule: HostRule, url: object) -> None:
    assert rule.clean(url) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_cleaning(text: str) -> None:
    for url in (
        text,
        f"https://{text}",
        f"https://{text}.atlassian.net",
        f"https://acme.atlassian.net{text}",
    ):
        cleaned = clean_origin(url)
        assert cleaned is None or clean_origin(cleaned) == cleaned


def test_the_same_origin_is_named_once() -> None:
    site = Site("k", "https://a.atlassian.net", "https://a.atlassian.net", INSTALLED, None, 1)
    assert site.origins == ("https://a.atlassian.net",)


@pytest.mark.parametrize(
    "pattern",
    [
        "*.atlassian.net",
        "*.jira.com",
        "acme.atlassian.net:8443",
        "a-*.b.example.com",
        "127.0.0.1:*",
        "localhost",
    ],
)
def test_patterns_with_a_fixed_end_name_hosts(pattern: str) -> None:
    assert names_hosts(pattern)
    assert names_port(pattern)


@pytest.mark.parametrize(
    "pattern",
    ["", "*", "**", "*.*", "*.*.*", "*.net", "a.*", "a.*.net", "*atlassian.net", "a..net", ".a.net", "a.net.", "-a.b",
     "a.b-", "[ab].net", "?.net", "a b.net", "*.*:443"],
)  # fmt: skip
def test_patterns_that_leave_the_end_open_do_not(pattern: str) -> None:
    assert not names_hosts(pattern)


@pytest.mark.parametrize("port", ["0", "00", "080", "65536", "99999", "-1", "+80", "8*", "", "١"])
def test_what_is_not_a_port(port: str) -> None:
    assert not names_port(f"a.example.com:{port}")
    assert names_port("a.example.com:65535")
    assert names_port("a.example.com:1")


def test_port_0_is_not_an_address() -> None:
    assert clean_origin("https://a.example.com:0") is None
    assert clean_origin("http://127.0.0.1:0", plain_http=True) is None
    assert HostRule(["*.example.com"]).clean("https://a.example.com:0") is None
    assert HostRule(["*.example.com:*"]).clean("https://a.example.com:0") is None
