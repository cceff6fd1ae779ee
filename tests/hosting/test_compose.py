"""compose.yaml: who starts after whom, who may do what, and that it names only what exists."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest

from tests.hosting.test_image import HOSTING, compose, example_settings
from timesheet.settings import Settings

SERVICES: dict[str, Any] = compose()["services"]
OF_THE_APP = ("release", "web", "worker")
KEYS = {"ENCRYPTION_KEYS": "b25lLWtleS1mb3ItdGVzdHMtdGhpcnR5LXR3by1ieXQ=", "SIGNING_KEY": "x" * 32}


@pytest.mark.parametrize("name", [*OF_THE_APP, "valkey"])
def test_a_container_has_no_rights_and_writes_nowhere(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_lines_of_a_container_do_not_fill_the_disk(name: str) -> None:
    logs = SERVICES[name]["logging"]
    assert logs["driver"] == "local"
    assert set(logs["options"]) == {"max-size", "max-file"}


def test_the_database_is_migrated_before_anybody_uses_it() -> None:
    assert SERVICES["release"]["depends_on"]["postgresql"] == {"condition": "service_healthy"}
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"]["release"] == {"condition": "service_completed_successfully"}
    assert SERVICES["nginx"]["depends_on"]["web"] == {"condition": "service_healthy"}
    assert all(other in SERVICES for one in SERVICES.values() for other in one.get("depends_on", {}))


def test_only_the_release_gets_the_owner_of_the_tables() -> None:
    named = {
        name
        for name, service in SERVICES.items()
        for variable in service.get("environment", {})
        if variable == "DATABASE_OWNER_URL"
    }
    assert named == {"release"}
    assert "DATABASE_OWNER_URL" not in example_settings()


@pytest.mark.parametrize("name", OF_THE_APP)
def test_the_app_does_not_get_the_passwords_of_other_roles(name: str) -> None:
    service = SERVICES[name]
    # As Docker does: a variable of the service replaces one of its file.
    environment = example_settings() | service["environment"]
    assert {environment["OWNER_PASSWORD"], environment["POSTGRES_PASSWORD"]} == {""}


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert SERVICES["web"]["ports"] == ["80:80", "443:443"], "nginx shares the network of web"
    assert SERVICES["nginx"]["network_mode"] == "service:web"


def test_every_file_that_it_mounts_exists() -> None:
    sources = [mount.split(":")[0] for one in SERVICES.values() for mount in one.get("volumes", ())]
    own = [source for source in sources if source.startswith("./") and not source.startswith("./tls/")]
    assert own
    assert [source for source in own if not (HOSTING / source).is_file()] == []


def test_a_request_may_end_before_it_is_killed() -> None:
    from_procfile = re.search(r"--graceful-timeout (\d+)", (HOSTING / "Dockerfile").read_text())
    assert from_procfile
    for name in ("web", "worker"):
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > int(from_procfile[1])


def test_the_example_settings_are_complete_and_say_so_if_not() -> None:
    assert example_settings()["WEB_CONCURRENCY"] == "2"
    settings = Settings.from_environ(example_settings() | KEYS | {"METRICS_TOKEN": "x" * 20})
    assert settings.redis_url == "redis://valkey:6379/0"
    passwords = {name for name in example_settings() if name.endswith("PASSWORD")}
    text = (HOSTING / "compose.yaml").read_text()
    assert passwords == set(re.findall(r"\$\{(\w+):\?\}", text)), "each is required and documented"


def test_the_cache_stores_nothing_on_disk() -> None:
    command = shlex.join(SERVICES["valkey"]["command"])
    assert "--save '' --appendonly no" in command
    assert "--maxmemory-policy allkeys-lru" in command


def test_images_come_from_where_the_engine_looks_first() -> None:
    for service in SERVICES.values():
        name = service["image"].split(":")[0]
        assert "." not in name.split("/")[0], "a registry's host"
