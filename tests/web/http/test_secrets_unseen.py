"""No object of the app shows a secret when it is printed: in a log line, a debugger, an error report."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from types import BuiltinFunctionType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.util import immutabledict
from werkzeug.local import LocalProxy

from tests.web.conftest import ENCRYPTION_KEY, JiraSite
from tests.web.support.signing import SettableClock
from timesheet.adapters.connect.impersonation import Impersonation
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings
from timesheet.web.http.dependencies import dependencies

METRICS, DATABASE, OWNER, REDIS = "metrics-token-of-tests-", "db-password", "owner-password", "redis-password"
ACCESS = "access-token-of-a-person"
# Objects whose value is the secret may show it. The objects that contain them must not print them.
PLAIN = (
    *(str, bytes, bytearray, int, float, tuple, list, dict, set, frozenset, immutabledict, OrderedDict),
    *(type, ModuleType, BuiltinFunctionType),
)
MANY = 2_000
SLOTS: dict[type, list[MemberDescriptorType]] = {}
# The tests themselves hang on the app's log and clock, and know all secrets.
TESTS = ("tests.", "_pytest", "pytest", "xdist", "execnet")


@pytest.fixture
def guarded(settings: Settings) -> Settings:
    """Return settings with every secret set; no server is contacted before it is used."""
    return replace(settings, metrics_token=METRICS, redis_url=f"redis://:{REDIS}@127.0.0.1:9/0")


@pytest.fixture(autouse=True)
def own_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app keep its compiled statements itself, as outside of tests, and not where tests share them."""
    monkeypatch.delattr(Engine, "_compiled_cache")


def objects_of(start: object) -> Iterator[object]:
    """Yield every reachable object: by attributes, slots, items, closures, and bound methods."""
    seen: set[int] = set()
    waiting: list[object] = [start]
    while waiting:
        thing = waiting.pop()
        if type(thing) is LocalProxy or type(thing).__module__.startswith(TESTS) or id(thing) in seen:
            continue
        if isinstance(thing, type | ModuleType | str | bytes | int | float):
            continue
        seen.add(id(thing))
        yield thing
        waiting.extend(_parts(thing))


def _parts(thing: Any) -> Iterator[object]:
    if isinstance(thing, dict):
        yield from list(thing.keys()) + list(thing.values())
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from list(thing)
    if isinstance(thing, MethodType):
        yield thing.__self__
    if isinstance(thing, FunctionType):
        yield from (thing.__defaults__ or ())
        for cell in thing.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:
                continue
    with suppress(AttributeError):
        yield from list(object.__getattribute__(thing, "__dict__").values())
    for member in _slots(type(thing)):
        with suppress(AttributeError):
            yield member.__get__(thing)


def _slots(kind: type) -> list[MemberDescriptorType]:
    if kind not in SLOTS:
        members = [member for one in kind.__mro__ for member in one.__dict__.values()]
        SLOTS[kind] = [member for member in members if isinstance(member, MemberDescriptorType)]
    return SLOTS[kind]


def shown(start: object, secrets: dict[str, str], least: int = 0) -> list[str]:
    """Return which objects print which secret, by class and name of the secret; fail if there are not many."""
    wrong: list[str] = []
    things = list(objects_of(start))
    assert len(things) > least
    for thing in things:
        if type(thing) in PLAIN:
            continue
        text = repr(thing)
        wrong += [
            f"{type(thing).__qualname__} shows {name}" for name, secret in secrets.items() if secret in text
        ]
    return sorted(set(wrong))


def secrets_of(settings: Settings) -> dict[str, str]:
    return {
        "SIGNING_KEY": settings.signing_key,
        "METRICS_TOKEN": METRICS,
        "ENCRYPTION_KEYS": ENCRYPTION_KEY,
        "REDIS_URL": REDIS,
        "DATABASE_URL": DATABASE,
        "DATABASE_OWNER_URL": OWNER,
    }


def test_the_settings_show_none() -> None:
    settings = Settings.from_environ(
        {
            "BASE_URL": "https://timesheet.example.com",
            "DATABASE_URL": f"postgresql://app:{DATABASE}@127.0.0.1/x",
            "DATABASE_OWNER_URL": f"postgresql://owner:{OWNER}@127.0.0.1/x",
            "REDIS_URL": f"redis://:{REDIS}@127.0.0.1:9/0",
            "ENCRYPTION_KEYS": ENCRYPTION_KEY,
            "SIGNING_KEY": "a signing key that nobody may see, long enough",
            "METRICS_TOKEN": METRICS,
        }
    )
    assert shown(settings, secrets_of(settings)) == []


def test_nothing_of_the_app_shows_a_secret(guarded: Settings, clock: SettableClock) -> None:
    app = create_app(guarded, clock)
    assert shown(app, secrets_of(guarded), least=MANY) == []
    close_app(app)


def test_nor_with_a_database_that_has_passwords(
    guarded: Settings, clock: SettableClock, postgresql_url: str
) -> None:
    plain = postgresql_url.partition("@")[2]
    settings = replace(
        guarded,
        database_url=f"postgresql+psycopg://nobody:{DATABASE}@{plain}",
        database_owner_url=f"postgresql+psycopg://owner:{OWNER}@{plain}",
    )
    app = create_app(settings, clock)
    assert shown(app, secrets_of(settings)) == []
    close_app(app)


def test_nor_once_a_site_and_a_person_are_known(app: Flask, site: JiraSite, settings: Settings) -> None:
    """This covers the shared secret, the tokens of a request, and the person's access token."""
    token = site.session_token()
    roots: list[object] = [app]
    with app.test_request_context("/probe/call", headers={"Authorization": f"JWT {token}"}):
        deps = dependencies()
        found = deps.sites.authenticator.sites.find(site.client_key)
        assert found is not None
        credentials = deps.jira.jira_as(found, site.account, deps.stores.settings_of(found.key).read_site())
        deps.operation.cache.put("grant:x", {"token": ACCESS, "until": 1}, 60)
        roots += [found, deps, credentials, deps.sites.authenticator.tokens.read(token, "HS256")]
    secrets = secrets_of(settings) | {
        "the shared secret": site.secret,
        "the access token": ACCESS,
        "the session token": token.rpartition(".")[2],
    }
    assert shown(roots, secrets) == []
    assert any(isinstance(thing, Impersonation) for thing in objects_of(roots))
