"""Read and check the app's settings; the only module that reads the environment."""

from __future__ import annotations

import base64
import os
import secrets
import ssl
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, SAWarning

from timesheet.domain.audit.chain import public_keys_of
from timesheet.domain.identifier import is_number
from timesheet.domain.site import HostRule, clean_origin, names_hosts, names_port
from timesheet.services.resilience.budget import POINTS_AN_HOUR

ROOT = Path(__file__).resolve().parent.parent
INSTALL_KEYS = (
    "https://asap-distribution.us-west-2.prod.atl-asap.net,https://connect-install-keys.atlassian.com"
)
OAUTH = "https://oauth-2-authorization-server.services.atlassian.com"
GRANT_PATH = "/oauth2/token"
FORGE_JWKS = "https://forge.cdn.prod.atlassian-dev.net/.well-known/jwks.json"
FORGE_API = "https://api.atlassian.com"
FORGE_APPS = "ari:cloud:ecosystem::app/"
FORGE_ENVIRONMENTS = ("PRODUCTION", "STAGING", "DEVELOPMENT")
SCRIPT = "https://connect-cdn.atl-paas.net/all.js"
POSTGRESQL = "postgresql+psycopg://"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(ValueError):
    """A variable that cannot be used: its name, what is wrong, and what is valid, on one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All values that differ between two deployments of the app. ``from_environ`` knows the default of each."""

    env: str
    base_url: str
    database_url: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    signing_key: str = field(repr=False)
    database_owner_url: str | None = field(repr=False)
    database_connections: int
    redis_url: str | None = field(repr=False)
    audit_keys: tuple[str, ...]
    connect_app_key: str
    connect_install_keys_urls: tuple[str, ...]
    connect_oauth_url: str
    connect_script_url: str
    jira_hosts: tuple[str, ...]
    jira_points: int
    ca_bundle: Path | None
    forge_app_id: str | None
    forge_jwks_url: str
    forge_api_url: str
    forge_environment: str
    log_level: str
    log_format: str
    port: int
    trusted_proxies: int
    group_sync: bool
    assets: str
    metrics_token: str | None = field(repr=False)
    metrics_dir: Path | None
    queue_url: str | None = field(repr=False)
    worker_inside: bool

    @property
    def development(self) -> bool:
        """Return True on a developer's machine, where plain http on loopback is allowed."""
        return self.env == "development"

    @property
    def secure(self) -> bool:
        """Return True if people reach the app over https."""
        return self.base_url.startswith("https:")

    @property
    def host_rule(self) -> HostRule:
        """Return the rule for addresses that count as a Jira site."""
        return HostRule(self.jira_hosts, plain_http=self.development)

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check every variable. Raise SettingsError for the first one that cannot be used."""
        return _Reader(environ).read()


def _refuse(name: str, what: str) -> NoReturn:
    raise SettingsError(f"{name}: {what}")


class _Reader:
    """A reader for one variable after the other; an empty value counts as absent."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._env = self._choice("ENV", ("production", "development"), "production")
        self._port = self._number("PORT", 5000, 1, 65535)

    def read(self) -> Settings:
        redis = self._redis_url()
        if self._switched_on("REQUIRE_TLS"):
            self._check_tls(redis)
        return Settings(
            env=self._env,
            base_url=self._base_url(),
            database_url=self._database_url(),
            database_owner_url=self._database_owner_url(),
            database_connections=self._number("DATABASE_CONNECTIONS", 24, 2, 1000),
            redis_url=redis,
            encryption_keys=self._encryption_keys(),
            signing_key=self._signing_key(),
            audit_keys=self._audit_keys(),
            connect_app_key=self._app_key(),
            connect_install_keys_urls=tuple(
                self._address("CONNECT_INSTALL_KEYS_URL", url)
                for url in self._list("CONNECT_INSTALL_KEYS_URL", INSTALL_KEYS)
            ),
            connect_oauth_url=self._oauth_server(),
            connect_script_url=self._address(
                "CONNECT_SCRIPT_URL", self._text("CONNECT_SCRIPT_URL") or SCRIPT
            ),
            jira_hosts=self._jira_hosts(),
            jira_points=self._number("JIRA_POINTS", POINTS_AN_HOUR, 1000, 1_000_000_000),
            ca_bundle=self._ca_bundle(),
            forge_app_id=self._forge_app_id(),
            forge_jwks_url=self._address("FORGE_JWKS_URL", self._text("FORGE_JWKS_URL") or FORGE_JWKS),
            forge_api_url=self._address("FORGE_API_URL", self._text("FORGE_API_URL") or FORGE_API),
            forge_environment=self._choice("FORGE_ENVIRONMENT", FORGE_ENVIRONMENTS, FORGE_ENVIRONMENTS[0]),
            log_level=self._choice("LOG_LEVEL", LEVELS, "INFO"),
            log_format=self._choice(
                "LOG_FORMAT", ("json", "console"), "console" if self._env == "development" else "json"
            ),
            port=self._port,
            trusted_proxies=self._number("TRUSTED_PROXIES", 0, 0, 10),
            group_sync=self._switched_on("GROUP_SYNC"),
            assets=self._choice(
                "ASSETS", ("bundle", "modules"), "modules" if self._env == "development" else "bundle"
            ),
            metrics_token=self._metrics_token(),
            metrics_dir=self._metrics_dir(),
            queue_url=redis or self._queue_url(),
            worker_inside=self._worker_inside(redis),
        )

    def _queue_url(self) -> str:
        """Return what wakes workers without Redis: the PostgreSQL, or a file beside the SQLite database."""
        url = self._database_url()
        if url.startswith(POSTGRESQL):
            return url
        path = Path(url.removeprefix("sqlite:///"))
        return f"sqlite:///{path.with_name(f'{path.stem}-queue.db')}"

    def _worker_inside(self, redis: str | None) -> bool:
        """Return whether jobs run inside the web process: the default as long as there is only one."""
        place = self._choice("WORKER", ("inside", "beside"), "beside" if redis else "inside")
        if place == "beside" and not redis:
            _refuse("REDIS_URL", "is required with WORKER=beside, because the processes must share one cache")
        return place == "inside"

    def _text(self, name: str) -> str | None:
        return self._environ.get(name, "").strip() or None

    def _list(self, name: str, default: str) -> tuple[str, ...]:
        found = tuple(part.strip() for part in (self._text(name) or default).split(",") if part.strip())
        return found or _refuse(name, "contains nothing but commas")

    def _choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        value = self._text(name) or default
        return value if value in allowed else _refuse(name, f"must be one of {', '.join(allowed)}")

    def _switched_on(self, name: str) -> bool:
        return self._choice(name, ("on", "off"), "off") == "on"

    def _number(self, name: str, default: int, low: int, high: int) -> int:
        value = self._text(name) or str(default)
        if not (is_number(value) and low <= int(value) <= high):
            _refuse(name, f"must be a whole number from {low} to {high}")
        return int(value)

    def _base_url(self) -> str:
        value = self._text("BASE_URL")
        if value is None:
            if self._env == "production":
                _refuse("BASE_URL", "is required in production: the public https address of the app")
            value = f"http://127.0.0.1:{self._port}"
        wanted = "https://host without a path; http://127.0.0.1:port only with ENV=development"
        return clean_origin(value, plain_http=self._env == "development") or _refuse(
            "BASE_URL", f"must be {wanted}"
        )

    def _address(self, name: str, value: str) -> str:
        if not _is_address(value):
            _refuse(name, "is not an address")
        parts = urlsplit(value)
        if clean_origin(f"{parts.scheme}://{parts.netloc}", plain_http=self._env == "development") is None:
            _refuse(name, "must be an https address; http on loopback only with ENV=development")
        return value.rstrip("/")

    def _oauth_server(self) -> str:
        """Return the server, which is also the audience of its grants; the address of its token endpoint is
        accepted too.
        """
        address = self._address("CONNECT_OAUTH_URL", self._text("CONNECT_OAUTH_URL") or OAUTH)
        return address.removesuffix(GRANT_PATH)

    def _database_url(self) -> str:
        value = _with_driver(self._text("DATABASE_URL") or f"sqlite:///{self._var_dir() / 'timesheet.db'}")
        if not value.startswith(("sqlite:///", POSTGRESQL)):
            _refuse("DATABASE_URL", "must start with sqlite:/// or postgresql://")
        if value.startswith("sqlite:///"):
            path = Path(value.removeprefix("sqlite:///")).expanduser()
            value = f"sqlite:///{path if path.is_absolute() else ROOT / path}"
        _check_database("DATABASE_URL", value)
        return value

    def _database_owner_url(self) -> str | None:
        value = _with_driver(self._text("DATABASE_OWNER_URL") or "")
        if value and not (value.startswith(POSTGRESQL) and self._database_url().startswith(POSTGRESQL)):
            _refuse("DATABASE_OWNER_URL", "must start with postgresql://, and DATABASE_URL too")
        if value:
            _check_database("DATABASE_OWNER_URL", value)
        return value or None

    def _redis_url(self) -> str | None:
        redis, workers = self._text("REDIS_URL"), self._number("WEB_CONCURRENCY", 1, 1, 256)
        if redis and not (redis.startswith(("redis://", "rediss://", "unix://")) and _is_address(redis)):
            _refuse(
                "REDIS_URL",
                "must be redis://host:port/number, the same with rediss://, or unix:// and the path of a socket",
            )
        if redis and (problem := _problem_of_redis(redis)):
            _refuse("REDIS_URL", f"cannot be used: {problem}")
        if workers > 1 and not redis:
            _refuse(
                "REDIS_URL",
                f"is required with WEB_CONCURRENCY={workers}, because workers must share one cache",
            )
        return redis

    def _check_tls(self, redis: str | None) -> None:
        """Raise SettingsError for a database or Redis reached over a network without TLS or without a
        verified certificate.
        """
        for name, url in (
            ("DATABASE_URL", self._database_url()),
            ("DATABASE_OWNER_URL", self._database_owner_url()),
        ):
            if url and url.startswith(POSTGRESQL):
                parts = make_url(url)
                hosts = parts.normalized_query.get("host", (parts.host or "",))
                modes = parts.normalized_query.get("sslmode")
                # PostgreSQL with a folder as its host has a socket there.
                if modes != ("verify-full",) and not all(unquote(host).startswith("/") for host in hosts):
                    _refuse(name, "must end in ?sslmode=verify-full, because REQUIRE_TLS is on")
        if redis and not redis.startswith("unix:"):
            checked = parse_qs(urlsplit(redis).query).get("ssl_cert_reqs", ["required"])
            if not redis.startswith("rediss://") or checked != ["required"]:
                _refuse(
                    "REDIS_URL",
                    "must start with rediss:// and check certificates, because REQUIRE_TLS is on",
                )

    def _app_key(self) -> str:
        value = self._text("CONNECT_APP_KEY") or "open-timesheet"
        if not (
            len(value) <= 64
            and value.isascii()
            and value.replace(".", "").replace("-", "").replace("_", "").isalnum()
        ):
            _refuse("CONNECT_APP_KEY", "may have up to 64 letters, digits, dots, dashes, and underscores")
        return value

    def _forge_app_id(self) -> str | None:
        """Return the app's full id; the bare UUID, as the developer console shows it, is accepted too."""
        value = self._text("FORGE_APP_ID")
        if value is None:
            return None
        try:
            return FORGE_APPS + str(UUID(value.removeprefix(FORGE_APPS)))
        except ValueError:
            _refuse("FORGE_APP_ID", f"must be the app’s id, such as {FORGE_APPS} and a UUID")

    def _jira_hosts(self) -> tuple[str, ...]:
        hosts = self._list("JIRA_HOSTS", "*.atlassian.net,*.jira.com")
        for host in hosts:
            if "/" in host or not names_hosts(host):
                _refuse(
                    "JIRA_HOSTS", f"{host!r} is not a host pattern such as *.atlassian.net or 127.0.0.1:*"
                )
            if not names_port(host):
                _refuse("JIRA_HOSTS", f"{host!r} has a port that is neither a number from 1 to 65535 nor *")
        return tuple(host.lower() for host in hosts)

    def _ca_bundle(self) -> Path | None:
        value = self._text("CA_BUNDLE")
        if value is None:
            return None
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=value)
        except (OSError, ValueError):
            _refuse("CA_BUNDLE", "must be a readable file of certificates in PEM format")
        return Path(value).resolve()

    def _metrics_token(self) -> str | None:
        value = self._text("METRICS_TOKEN")
        if value is not None and not (len(value) >= 20 and value.isascii() and value.isprintable()):
            _refuse("METRICS_TOKEN", "must have at least 20 printable ASCII characters")
        return value

    def _metrics_dir(self) -> Path | None:
        """Return the folder in which several workers count together; the library defines the name of the variable.

        gunicorn.conf.py requires it, because commands and jobs have no use for it.
        """
        name = "PROMETHEUS_MULTIPROC_DIR"
        value = self._text(name)
        if value is None:
            return None
        return Path(value) if Path(value).is_dir() else _refuse(name, "must be a folder that exists")

    def _encryption_keys(self) -> tuple[str, ...]:
        text = self._secret(
            "ENCRYPTION_KEYS", lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
        )
        keys = tuple(part.strip() for part in text.split(",") if part.strip())
        for number, key in enumerate(keys, 1):
            try:
                right = len(base64.urlsafe_b64decode(key)) == 32
            except ValueError:
                right = False
            if not right:
                _refuse("ENCRYPTION_KEYS", f"key {number} is not a Fernet key (32 bytes, url-safe base64)")
        return keys or _refuse("ENCRYPTION_KEYS", "contains no key")

    def _signing_key(self) -> str:
        value = self._secret("SIGNING_KEY", lambda: secrets.token_urlsafe(48))
        return value if len(value) >= 32 else _refuse("SIGNING_KEY", "must have at least 32 characters")

    def _audit_keys(self) -> tuple[str, ...]:
        try:
            return public_keys_of(self._text("AUDIT_KEYS") or "")
        except ValueError:
            _refuse(
                "AUDIT_KEYS", "must contain public keys as ‘flask audit key’ prints them, one after the other"
            )

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        value = self._text(name)
        if value is None and self._env == "production":
            _refuse(name, "is required in production")
        return value or _stored_secret(self._var_dir() / name.lower(), make)

    def _var_dir(self) -> Path:
        return Path(self._text("VAR_DIR") or ROOT / "var").resolve()


def _is_address(text: str) -> bool:
    """Return False for an address whose host or port cannot be read."""
    try:
        urlsplit(text).port  # noqa: B018 - it is read here
    except ValueError:
        return False
    return True


def _check_database(name: str, url: str) -> None:
    """Raise SettingsError for an address that the database's library cannot read."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        _refuse(
            name,
            "must be postgresql://user:password@host:port/database, with % and its code for each character of "
            "the password that is not a letter or digit",
        )
    if problem := _problem_of_database(address):
        _refuse(name, f"has an option that is not valid: {problem}")


def _problem_of_database(address: URL) -> str:
    """Return what the database's library says of the options in an address; nothing if it accepts them."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", SAWarning)
            _, options = address.get_dialect()().create_connect_args(address)
    except (SAWarning, ValueError) as error:
        return str(error).partition(";")[0].removesuffix(" and are being ignored")
    if address.drivername.startswith("postgresql"):
        # Loaded only where it is used, like the driver of Redis.
        from psycopg import ProgrammingError  # noqa: PLC0415
        from psycopg.conninfo import make_conninfo  # noqa: PLC0415
        from psycopg.pq import PGconn  # noqa: PLC0415

        # The library checks most values only when it connects: here to folders that have no socket.
        hosts = ",".join("/" for _ in options.get("host", "").split(","))
        options = {name: value for name, value in options.items() if name not in ("context", "hostaddr")}
        try:
            connection = PGconn.connect_start(make_conninfo("", **options | {"host": hosts}).encode())
        except ProgrammingError as error:
            return str(error).strip()
        problem = connection.error_message.decode().strip()
        connection.finish()
        return problem if problem.startswith(("invalid ", "weak ")) else ""
    return ""


def _problem_of_redis(url: str) -> str:
    """Return what is wrong with the options or the database of an address of Redis; nothing if it can be used."""
    from redis import Redis, RedisError  # noqa: PLC0415

    try:
        pool = Redis.from_url(url).connection_pool
        pool.make_connection()
    except (AttributeError, TypeError, ValueError, RedisError) as error:
        return str(error)
    # The library would take database 0 instead of a name.
    path = urlsplit(url).path.strip("/")
    named = path and not url.startswith("unix:") and "db" not in pool.connection_kwargs
    return f"‘{path}’ is not the number of a database" if named else ""


def _with_driver(url: str) -> str:
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            return POSTGRESQL + url.removeprefix(old)
    return url


def _stored_secret(path: Path, make: Callable[[], str]) -> str:
    """Return the secret in ``path``, created at the first start; two processes that start at once get the same one."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            draft.touch(mode=0o600)
            draft.write_text(make(), encoding="ascii")
            with suppress(FileExistsError):
                os.link(draft, path)
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        _refuse("VAR_DIR", f"must be a folder in which the app can store {path.name} ({error.strerror})")
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
