"""The app as itself at Jira: one token for one call."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from timesheet.adapters.connect.app_token import AppCredentials, app_authorization
from timesheet.adapters.connect.qsh import request_hash
from timesheet.domain.errors import NotAllowed
from timesheet.domain.site import INSTALLED, Site
from timesheet.services.ports.authentication import SignedRequest

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRET = "a shared secret of more than thirty-two bytes"
SITE = Site("site", "https://acme.example/wiki", "https://acme.example", INSTALLED, SECRET, 1)
REQUEST = SignedRequest("GET", "/wiki/rest/api/3/user/bulk", "accountId=a")


def claims_of(header: str) -> dict[str, object]:
    scheme, _, token = header.partition(" ")
    assert scheme == "JWT"
    claims: dict[str, object] = jwt.decode(
        token,
        SECRET,
        algorithms=["HS256"],
        audience="site",
        options={"verify_exp": False, "verify_iat": False},
    )
    return claims


def test_a_token_covers_one_call_for_three_minutes() -> None:
    issued = int(NOW.timestamp())
    assert claims_of(app_authorization(SITE, "open-timesheet", REQUEST, NOW)) == {
        "iss": "open-timesheet",
        "iat": issued,
        "exp": issued + 180,
        "aud": ["site"],
        "qsh": request_hash(REQUEST, "/wiki"),
    }


def test_a_site_without_a_secret_gets_no_token() -> None:
    with pytest.raises(NotAllowed, match="no longer installed"):
        app_authorization(replace(SITE, secret=None), "open-timesheet", REQUEST, NOW)


def test_credentials_name_the_site_and_are_signed_anew_for_each_call() -> None:
    times = iter([NOW, NOW + timedelta(seconds=5)])
    credentials = AppCredentials(SITE, "open-timesheet", REQUEST, lambda: next(times))
    assert credentials.base_url == "https://acme.example/wiki"
    first, second = claims_of(credentials.authorization()), claims_of(credentials.authorization())
    assert (first["iat"], second["iat"]) == (int(NOW.timestamp()), int(NOW.timestamp()) + 5)
    credentials.refused()
