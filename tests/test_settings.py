"""Settings: each variable is checked, and an error is one line that names it."""

from __future__ import annotations

import errno
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.settings import ROOT, Settings, SettingsError

KEY = "b25lLWtleS1mb3ItdGVzdHMtdGhpcnR5LXR3by1ieXQ="
PRODUCTION = {
    "BASE_URL": "https://timesheet.example.com/",
    "ENCRYPTION_KEYS": KEY,
    "SIGNING_KEY": "a signing key that is long enough for a test",
    "DATABASE_URL": "postgres://app@db.example.com/timesheet",
}


def test_the_owner_of_the_tables_may_be_another_role() -> None:
    settings = Settings.from_environ(
        PRODUCTION | {"DATABASE_OWNER_URL": "postgres://owner@db.example.com/timesheet"}
    )
    assert settings.database_owner_url == "postgresql+psycopg://owner@db.example.com/timesheet"
    assert Settings.from_environ(PRODUCTION).database_owner_url is None
    with pytest.raises(SettingsError, match="DATABASE_OWNER_URL"):
        Settings.from_environ(
            {**PRODUCTION, "DATABASE_URL": "sqlite:///x", "DATABASE_OWNER_URL": "postgres://o@d/t"}
        )


def test_production_reads_what_it_is_given() -> None:
    settings = Settings.from_environ(PRODUCTION)
    assert settings.base_url == "https://timesheet.example.com"
    assert settings.database_url == "postgresql+psycopg://app@db.example.com/timesheet"
    assert settings.jira_hosts == ("*.atlassian.net", "*.jira.com")
    assert settings.connect_install_keys_urls[1] == "https://connect-install-keys.atlassian.com"
    assert settings.connect_script_url == "https://connect-cdn.atl-paas.net/all.js"
    assert (settings.log_format, settings.secure, settings.development) == ("json", True, False)
    assert settings.assets == "bundle"
    assert Settings.from_environ({**PRODUCTION, "ASSETS": "modules"}).assets == "modules"
    assert settings.group_sync is False
    assert Settings.from_environ({**PRODUCTION, "GROUP_SYNC": "on"}).group_sync is True


def test_public_keys_of_earlier_signing_keys_are_read_as_they_were_printed() -> None:
    keys = [AuditKey(name).public_pem for name in ("one", "two")]
    lines = [key.splitlines()[1] for key in keys]
    read = [
        Settings.from_environ({**PRODUCTION, "AUDIT_KEYS": text}).audit_keys
        for text in ("".join(keys), " ".join(key.strip() for key in keys), ",".join(lines), "\n".join(lines))
    ]
    assert read[0] == read[1] == read[2] == read[3]
    assert [len(key) for key in read[0]] == [64, 64]
    assert Settings.from_environ(PRODUCTION).audit_keys == ()


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("ENV", "staging", "production, development"),
        ("BASE_URL", "", "required in production"),
        ("BASE_URL", "http://timesheet.example.com", "must be https"),
        ("BASE_URL", "http://127.0.0.1:5000", "must be https"),
        ("BASE_URL", "https://timesheet.example.com/app", "without a path"),
        ("BASE_URL", "https://a b", "must be https"),
        ("BASE_URL", "https://example.com:port", "must be https"),
        ("PORT", "80x", "whole number"),
        ("PORT", "0", "from 1 to 65535"),
        ("DATABASE_CONNECTIONS", "1", "from 2 to 1000"),
        ("PORT", "\u0668\u0660", "whole number"),
        ("ENCRYPTION_KEYS", "", "required in production"),
        ("ENCRYPTION_KEYS", f"{KEY},short", "key 2"),
        ("AUDIT_KEYS", "no base64!", "public keys as ‘flask audit key’ prints them"),
        ("AUDIT_KEYS", KEY, "public keys as"),
        ("ENCRYPTION_KEYS", ",", "contains no key"),
        ("ENCRYPTION_KEYS", "é", "key 1"),
        ("SIGNING_KEY", "", "required in production"),
        ("SIGNING_KEY", "short", "32 characters"),
        ("DATABASE_URL", "mysql://x", "sqlite:/// or postgresql://"),
        ("DATABASE_OWNER_URL", "sqlite:///x", "must start with postgresql://"),
        ("REDIS_URL", "http://x", "redis://"),
        ("WEB_CONCURRENCY", "two", "whole number"),
        ("TRUSTED_PROXIES", "-1", "whole number"),
        ("LOG_LEVEL", "loud", "DEBUG"),
        ("GROUP_SYNC", "yes", "on, off"),
        ("REQUIRE_TLS", "yes", "on, off"),
        ("LOG_FORMAT", "xml", "json, console"),
        ("ASSETS", "webpack", "bundle, modules"),
        ("JIRA_HOSTS", ",", "nothing but commas"),
        ("JIRA_HOSTS", "*", "host pattern"),
        ("JIRA_HOSTS", "**", "host pattern"),
        ("JIRA_HOSTS", "*.*", "host pattern"),
        ("JIRA_HOSTS", "*.atlassian.net,*.*:*", "host pattern"),
        ("JIRA_HOSTS", "*.net", "host pattern"),
        ("JIRA_HOSTS", "jira.example.com:0", "port"),
        ("JIRA_HOSTS", "jira.example.com:65536", "port"),
        ("JIRA_HOSTS", "jira.example.com:", "port"),
        ("BASE_URL", "https://timesheet.example.com:0", "must be"),
        ("CONNECT_SCRIPT_URL", "https://cdn.example.com:0/all.js", "https address"),
        ("CA_BUNDLE", "/nowhere.pem", "file of certificates"),
        ("CA_BUNDLE", __file__, "file of certificates"),
        ("JIRA_HOSTS", "https://x.atlassian.net", "host pattern"),
        ("JIRA_HOSTS", "127.0.0.1:x", "port"),
        ("METRICS_TOKEN", "short", "20 printable ASCII characters"),
        ("PROMETHEUS_MULTIPROC_DIR", "/no/such/folder", "folder that exists"),
        ("CONNECT_APP_KEY", "a/b", "letters"),
        ("CONNECT_APP_KEY", "x" * 65, "64"),
        ("CONNECT_INSTALL_KEYS_URL", "http://127.0.0.1:8080/keys", "https"),
        ("CONNECT_OAUTH_URL", "ftp://x", "https"),
        ("CONNECT_SCRIPT_URL", "https://[", "not an address"),
        ("FORGE_API_URL", "https://api.example.com:65536", "not an address"),
        ("DATABASE_URL", "postgresql://app@[::1/timesheet", "must be postgresql://"),
        ("DATABASE_URL", "postgresql://app@db.example.com:x/timesheet", "must be postgresql://"),
        ("REDIS_URL", "redis://[::1", "redis://host:port/number"),
        ("REDIS_URL", "redis://cache.example.com:x", "redis://host:port/number"),
        ("REDIS_URL", "redis://cache.example.com/timesheet", "‘timesheet’ is not the number of a database"),
        ("DATABASE_URL", "postgresql://app@db/timesheet?sslmod=verify-full", 'option "sslmod"'),
        ("DATABASE_URL", "postgresql://app@db/timesheet?sslmode=verify_full", 'sslmode value: "verify_full"'),
        ("DATABASE_URL", "postgresql://app@/x?host=one&host=two&target_session_attrs=main", 'value: "main"'),
        ("DATABASE_URL", "postgresql://app@db/x?sslmode=verify-full&sslmode=prefer", "invalid sslmode value"),
        ("DATABASE_OWNER_URL", "postgresql://app@db:99999/timesheet", 'port number: "99999"'),
        ("DATABASE_URL", "sqlite:///x.db?timeot=3", "'timeot'"),
        ("DATABASE_URL", "sqlite:///x.db?timeout=long", "'long'"),
        ("REDIS_URL", "redis://cache.example.com?socket_timeot=3", "'socket_timeot'"),
        ("REDIS_URL", "redis://cache.example.com?ssl_cert_reqs=required", "'ssl_cert_reqs'"),
        ("REDIS_URL", "rediss://cache.example.com?ssl_cert_reqs=requird", "requird"),
        ("REDIS_URL", "redis://cache.example.com?max_connections=x", "'max_connections'"),
        ("REDIS_URL", "redis://cache.example.com?cache_config=x", "cannot be used"),
        ("PORT", "9" * 5000, "from 1 to 65535"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(variable: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.from_environ(PRODUCTION | {variable: value})
    sentence = str(refused.value)
    assert sentence.startswith(f"{variable}: ")
    assert words in sentence
    assert "ignored" not in sentence, "the app does not start, so it ignores nothing"
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "postgresql:///timesheet?host=/run/postgresql&connect_timeout=3&options=-c%20x%3D1"),
        (
            "DATABASE_URL",
            "postgresql://app:p%40ss@/timesheet?host=one:5432&host=two:5433&target_session_attrs=any",
        ),
        ("DATABASE_URL", "postgresql://app@[::1]:5433/timesheet?hostaddr=::1&gssencmode=disable"),
        ("DATABASE_URL", "sqlite:///x.db?timeout=3"),
        ("REDIS_URL", "redis://:secret@cache.example.com:6380/2?socket_timeout=3&protocol=3"),
        ("REDIS_URL", "unix:///run/redis.sock?db=1"),
        ("REDIS_URL", "redis://cache.example.com/?db=1"),
    ],
)
def test_options_that_the_drivers_know_are_accepted(variable: str, value: str) -> None:
    Settings.from_environ(PRODUCTION | {variable: value})


VERIFIED = "postgresql://app@db.example.com/timesheet?sslmode=verify-full"


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "postgresql://app@db.example.com/timesheet"),
        ("DATABASE_URL", "postgresql://app@db.example.com/timesheet?sslmode=require"),
        ("DATABASE_URL", "postgresql://app@db.example.com/timesheet?sslmode=verify-ca"),
        ("DATABASE_URL", "postgresql:///timesheet?host=db.example.com"),
        ("DATABASE_URL", "postgresql:///timesheet?host=/run/postgresql&host=db.example.com"),
        ("DATABASE_OWNER_URL", "postgresql://owner@db.example.com/timesheet"),
        ("REDIS_URL", "redis://cache.example.com"),
        ("REDIS_URL", "rediss://cache.example.com?ssl_cert_reqs=none"),
        ("REDIS_URL", "rediss://cache.example.com?ssl_cert_reqs=optional"),
    ],
)
def test_tls_to_the_database_and_to_redis_can_be_required(variable: str, url: str) -> None:
    environ = PRODUCTION | {"DATABASE_URL": VERIFIED, "REDIS_URL": "rediss://cache.example.com"}
    Settings.from_environ(environ | {variable: url})
    with pytest.raises(SettingsError, match=f"^{variable}: .*REQUIRE_TLS is on"):
        Settings.from_environ(environ | {variable: url, "REQUIRE_TLS": "on"})


@pytest.mark.parametrize(
    "urls",
    [
        {},
        {"DATABASE_URL": "sqlite:///x.db", "REDIS_URL": ""},
        {"DATABASE_URL": "postgresql:///timesheet?host=/run/postgresql"},
        {"DATABASE_URL": "postgresql://app@%2Frun%2Fpostgresql/timesheet"},
        {"DATABASE_OWNER_URL": VERIFIED},
        {"REDIS_URL": "unix:///run/redis.sock"},
        {"REDIS_URL": "rediss://cache.example.com?ssl_cert_reqs=required"},
    ],
)
def test_what_is_encrypted_or_never_leaves_the_machine_meets_it(urls: dict[str, str]) -> None:
    environ = PRODUCTION | {"DATABASE_URL": VERIFIED, "REDIS_URL": "rediss://cache.example.com"}
    Settings.from_environ(environ | urls | {"REQUIRE_TLS": "on"})


class Environment(dict[str, str]):
    """An environment that records which variables are read."""

    def __init__(self) -> None:
        super().__init__(PRODUCTION)
        self.names = set[str]()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def test_no_value_of_a_setting_ends_the_start_without_a_sentence(tmp_path: Path) -> None:
    environment, odd = Environment(), ["//", ":", "\u0663", "é", "9" * 5000]
    Settings.from_environ(environment)
    assert {"REDIS_URL", "DATABASE_URL", "FORGE_API_URL", "PORT"} < environment.names
    odd += [f"{scheme}[" for scheme in ("https://", "rediss://", "unix://", "postgresql://", "sqlite:///")]
    for variable in environment.names - {"PROMETHEUS_MULTIPROC_DIR"}:
        for value in odd:
            for tls in ("on", "off"):
                values = PRODUCTION | {"VAR_DIR": str(tmp_path), "REQUIRE_TLS": tls, variable: value}
                with suppress(SettingsError):
                    Settings.from_environ(values)


def test_several_workers_need_a_shared_cache() -> None:
    with pytest.raises(SettingsError, match=r"REDIS_URL: is required with WEB_CONCURRENCY=2"):
        Settings.from_environ(PRODUCTION | {"WEB_CONCURRENCY": "2"})
    settings = Settings.from_environ(
        PRODUCTION | {"WEB_CONCURRENCY": "2", "REDIS_URL": "redis://cache.example.com"}
    )
    assert settings.redis_url == "redis://cache.example.com"


def test_development_makes_its_own_keys_and_keeps_them(tmp_path: Path) -> None:
    environ = {"ENV": "development", "VAR_DIR": str(tmp_path / "var"), "JIRA_HOSTS": "127.0.0.1:*"}
    first, second = Settings.from_environ(environ), Settings.from_environ(environ)
    assert first == second
    assert len(first.signing_key) >= 32
    for name in ("encryption_keys", "signing_key"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600
    assert {path.name for path in (tmp_path / "var").iterdir()} == {"encryption_keys", "signing_key"}
    assert first.base_url == "http://127.0.0.1:5000"
    assert first.database_url == f"sqlite:///{tmp_path / 'var' / 'timesheet.db'}"
    assert first.host_rule.clean("http://127.0.0.1:8080") == "http://127.0.0.1:8080"


def test_a_folder_without_room_for_the_keys_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    expected = "^VAR_DIR: must be a folder in which the app can store encryption_keys "
    with pytest.raises(SettingsError, match=expected + r"\(Not a directory\)$"):
        Settings.from_environ({"ENV": "development", "VAR_DIR": str(blocked / "var")})

    def write(*_values: object, **_options: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", write)
    with pytest.raises(SettingsError, match=expected + r"\(No space left on device\)$"):
        Settings.from_environ({"ENV": "development", "VAR_DIR": str(tmp_path / "var")})
    assert list((tmp_path / "var").iterdir()) == [], "no empty key is left, which a later start would read"


def test_loopback_over_http_is_for_development_only(tmp_path: Path) -> None:
    environ = {"ENV": "development", "VAR_DIR": str(tmp_path), "BASE_URL": "http://timesheet.example.com"}
    with pytest.raises(SettingsError, match="BASE_URL"):
        Settings.from_environ(environ)


def test_a_relative_database_lies_in_the_project() -> None:
    settings = Settings.from_environ(PRODUCTION | {"DATABASE_URL": "sqlite:///var/x.db"})
    assert settings.database_url == f"sqlite:///{ROOT / 'var' / 'x.db'}"


def test_secrets_do_not_show_in_a_repr() -> None:
    shown = repr(Settings.from_environ(PRODUCTION | {"REDIS_URL": "redis://:hunter2@cache"}))
    assert KEY not in shown
    assert "signing key" not in shown
    assert "hunter2" not in shown


@pytest.mark.parametrize("given", ["https://auth.example.com", "https://auth.example.com/oauth2/token"])
def test_the_authorization_server_may_be_named_by_its_token_address(given: str) -> None:
    environ = {**PRODUCTION, "CONNECT_OAUTH_URL": given}
    assert Settings.from_environ(environ).connect_oauth_url == "https://auth.example.com"


def test_workers_that_are_watched_count_in_one_folder(tmp_path: Path) -> None:
    several = {
        **PRODUCTION,
        "WEB_CONCURRENCY": "2",
        "REDIS_URL": "redis://cache.example.com",
        "METRICS_TOKEN": "x" * 20,
    }
    # The folder is for web processes: a command and a worker with the same variables need none.
    assert Settings.from_environ(several).metrics_dir is None
    settings = Settings.from_environ({**several, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)})
    assert (settings.metrics_dir, settings.metrics_token) == (tmp_path, "x" * 20)


@pytest.mark.parametrize(
    "value",
    ["4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c", "ari:cloud:ecosystem::app/4F0C9A1E-6F0D-4D5E-9D55-0C1A7C0A1B2C"],
)
def test_the_second_door_opens_with_the_id_of_an_app(value: str) -> None:
    closed = Settings.from_environ(PRODUCTION)
    assert closed.forge_app_id is None
    settings = Settings.from_environ({**PRODUCTION, "FORGE_APP_ID": value})
    assert settings.forge_app_id == "ari:cloud:ecosystem::app/4f0c9a1e-6f0d-4d5e-9d55-0c1a7c0a1b2c"
    assert settings.forge_jwks_url == "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json"
    assert (settings.forge_api_url, settings.forge_environment) == ("https://api.atlassian.com", "PRODUCTION")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("FORGE_APP_ID", "open-timesheet"),
        ("FORGE_APP_ID", "ari:cloud:ecosystem::app/"),
        ("FORGE_JWKS_URL", "http://forge.example.com/jwks.json"),
        ("FORGE_API_URL", "api.atlassian.com"),
        ("FORGE_ENVIRONMENT", "production"),
    ],
)
def test_a_setting_of_the_second_door_that_cannot_be_used_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environ({**PRODUCTION, variable: value})


def test_jobs_run_inside_the_only_process_and_beside_several(tmp_path: Path) -> None:
    small = {"ENV": "development", "VAR_DIR": str(tmp_path)}
    inside = Settings.from_environ(small)
    assert inside.worker_inside
    assert inside.queue_url == f"sqlite:///{tmp_path / 'timesheet-queue.db'}"
    with_server = Settings.from_environ(small | {"REDIS_URL": "redis://cache.example.com"})
    assert (with_server.worker_inside, with_server.queue_url) == (False, "redis://cache.example.com")
    chosen = Settings.from_environ(small | {"REDIS_URL": "redis://cache.example.com", "WORKER": "inside"})
    assert chosen.worker_inside
    on_postgresql = Settings.from_environ(small | {"DATABASE_URL": "postgresql://timesheet@db/timesheet"})
    assert on_postgresql.queue_url == on_postgresql.database_url
    with pytest.raises(SettingsError, match="REDIS_URL: is required with WORKER=beside"):
        Settings.from_environ(small | {"WORKER": "beside"})
    with pytest.raises(SettingsError, match="WORKER: must be one of inside, beside"):
        Settings.from_environ(small | {"WORKER": "nowhere"})
