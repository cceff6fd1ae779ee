"""The Kubernetes example: safe defaults, probes that the app answers, and the order of an upgrade."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema
import pytest
import yaml
from flask.testing import FlaskClient

from tests.adapters.support.tables import create_tables, mark_as_migrated
from tests.contracts.cut import HERE, KUBERNETES
from tests.hosting.test_image import HOSTING, instructions
from timesheet.bootstrap.app import close_app, create_app
from timesheet.settings import Settings

OBJECTS: list[dict[str, Any]] = list(yaml.safe_load_all((HOSTING / "kubernetes.yaml").read_text()))
KEYS = {"ENCRYPTION_KEYS": "b25lLWtleS1mb3ItdGVzdHMtdGhpcnR5LXR3by1ieXQ=", "SIGNING_KEY": "x" * 32}
VERSIONS = {
    "ConfigMap": "v1",
    "Secret": "v1",
    "Service": "v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "PodDisruptionBudget": "policy/v1",
}


def named(kind: str, name: str) -> dict[str, Any]:
    """Return one object."""
    [found] = [one for one in OBJECTS if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def pods() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each kind of pod: its name, its template, and its only container."""
    for one in OBJECTS:
        if "template" in one.get("spec", {}):
            template = one["spec"]["template"]
            [container] = template["spec"]["containers"]
            yield one["metadata"]["name"], template, container


PODS = {name: (template, container) for name, template, container in pods()}


def faults(one: dict[str, Any]) -> list[str]:
    """Return what Kubernetes would refuse in an object."""
    schema = json.loads((HERE / KUBERNETES).read_text())
    [kind] = [
        name
        for name in schema["$defs"]
        if name.endswith(f".{VERSIONS[one['kind']].rpartition('/')[2]}.{one['kind']}")
    ]
    found = jsonschema.Draft7Validator({**schema, "anyOf": [{"$ref": f"#/$defs/{kind}"}]}).iter_errors(one)
    return [f"{error.json_path}: {error.message}" for error in flat(found)]


def flat(errors: Iterator[jsonschema.ValidationError]) -> Iterator[jsonschema.ValidationError]:
    """Yield each error, and instead of one that only says that a part fits nothing, those inside it."""
    for error in errors:
        yield from flat(iter(error.context)) if error.context else (error,)


@pytest.mark.parametrize(
    "number", range(len(OBJECTS)), ids=lambda number: OBJECTS[number]["metadata"]["name"]
)
def test_kubernetes_knows_every_field(number: int) -> None:
    assert faults(OBJECTS[number]) == []


def test_a_field_that_kubernetes_does_not_know_is_found() -> None:
    wrong = deepcopy(named("Deployment", "timesheet-web"))
    container = wrong["spec"]["template"]["spec"]["containers"][0]
    container["readinesProbe"] = container.pop("readinessProbe")
    container["ports"][0]["containerPort"] = "5000"
    del wrong["spec"]["selector"]
    found = " ".join(faults(wrong))
    for part in ("readinesProbe", "containerPort", "'selector' is a required property"):
        assert part in found


@pytest.fixture
def client(sqlite_url: str) -> Iterator[FlaskClient]:
    """Yield a client of the app as it is in production."""
    app = create_app(
        Settings.from_environ(
            {"BASE_URL": "https://timesheet.example.com", "DATABASE_URL": sqlite_url, **KEYS}
        )
    )
    with app.app_context():
        create_tables(app.extensions["sqlalchemy"].engine)
        mark_as_migrated(app.extensions["sqlalchemy"].engine)
    yield app.test_client()
    close_app(app)


def test_it_has_every_part() -> None:
    assert all(one["apiVersion"] == VERSIONS[one["kind"]] for one in OBJECTS)
    assert set(PODS) == {"timesheet-release-1", "timesheet-web", "timesheet-worker"}


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_rights_and_writes_only_to_memory(name: str) -> None:
    template, container = PODS[name]
    pod = template["spec"]
    user = next(rest for word, rest in instructions() if word == "USER").split(":")
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": int(user[0]),
        "runAsGroup": int(user[1]),
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/tmp"]
    assert [volume["emptyDir"]["medium"] for volume in pod["volumes"]] == ["Memory"]
    assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
    assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", PODS)
def test_settings_come_from_objects_that_exist_and_are_complete(name: str) -> None:
    _, container = PODS[name]
    given: dict[str, str] = {}
    for source in container["envFrom"]:
        [(kind, reference)] = source.items()
        found = named({"configMapRef": "ConfigMap", "secretRef": "Secret"}[kind], reference["name"])
        given |= found.get("data", {}) | found.get("stringData", {})
    assert {value for key, value in given.items() if key in KEYS} == {"change-me"}, "no real key"
    settings = Settings.from_environ(given | KEYS | {"METRICS_TOKEN": "x" * 20, "REQUIRE_TLS": "on"})
    assert (settings.database_owner_url is not None) == name.startswith("timesheet-release")


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_the_app_answers_each_probe_over_plain_http(client: FlaskClient, probe: str) -> None:
    http_get = PODS["timesheet-web"][1][probe]["httpGet"]
    headers = {line["name"]: line["value"] for line in http_get.get("httpHeaders", ())}
    proxied = {"wsgi.url_scheme": headers.get("X-Forwarded-Proto", "http")}
    assert client.get(http_get["path"], environ_overrides=proxied).status_code == 200
    assert http_get["port"] == PODS["timesheet-web"][1]["ports"][0]["name"]


def test_a_pod_is_not_restarted_because_the_database_is_gone() -> None:
    probes = PODS["timesheet-web"][1]
    assert probes["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert probes["livenessProbe"]["httpGet"]["path"] not in ("/healthz", "/readyz")


def test_no_request_is_lost_when_a_pod_ends() -> None:
    template, container = PODS["timesheet-web"]
    pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    assert template["spec"]["terminationGracePeriodSeconds"] >= pause + 75
    web = named("Deployment", "timesheet-web")["spec"]
    assert web["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert named("PodDisruptionBudget", "timesheet-web")["spec"]["minAvailable"] < web["replicas"]


def test_every_selector_finds_its_pods() -> None:
    labels = [template["metadata"]["labels"] for template, _ in PODS.values()]
    selectors = [
        selector.get("matchLabels", selector)
        for one in OBJECTS
        if (selector := one.get("spec", {}).get("selector"))
    ]
    assert len(selectors) == 4
    for selector in selectors:
        assert [label for label in labels if selector.items() <= label.items()]
