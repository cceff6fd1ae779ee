"""Extract the facts that the tests need from published contracts, without prose.

Usage: .venv/bin/python -m tests.contracts.cut FOLDER

``FOLDER`` contains the complete documents under the names below; README.md says where they come from.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from jira_emulator.app import create_site_app
from jira_emulator.server import running_cloud
from tools.project import ROOT

HERE = ROOT / "tests" / "contracts"
OPENAPI = "jira-openapi-v3-timesheet-subset.json"
DESCRIPTOR = "connect-descriptor.schema.json"
VECTORS = "connect-qsh-vectors.json"
COMMENTS = "adf-schema.json"
KUBERNETES = "kubernetes.schema.json"
PROSE = frozenset(
    "description summary title example examples externalDocs tags fieldDescription shortClassName operationId "
    "deprecated x-experimental x-changes x-atlassian-data-security-policy x-atlassian-narrative x-showInExample "
    "$comment".split()
)
ANONYMOUS = "accessed anonymously"
NAMED = frozenset({"properties", "definitions", "$defs", "schemas", "paths"})
"""Below these a key is a name of the contract, whatever it says."""


def without_prose(node: Any, names: bool = False) -> Any:
    """Return the same document without descriptions, examples, and titles."""
    if isinstance(node, dict):
        kept = {key: value for key, value in node.items() if names or key not in PROSE}
        return {key: without_prose(value, key in NAMED and not names) for key, value in kept.items()}
    return [without_prose(item) for item in node] if isinstance(node, list) else node


def referred(node: Any) -> Iterable[str]:
    """Yield every ``$ref`` in a part of a document."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from referred(value)
    elif isinstance(node, list):
        for value in node:
            yield from referred(value)


def reachable(part: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the definitions that ``part`` refers to, directly and indirectly."""
    found: dict[str, Any] = {}
    waiting = list(referred(part))
    while waiting:
        name = waiting.pop().rpartition("/")[2]
        if name not in found and name in definitions:
            found[name] = definitions[name]
            waiting += referred(definitions[name])
    return dict(sorted(found.items()))


def operations_in_use() -> set[tuple[str, str]]:
    """Return method and path, with ``{}`` for each parameter, of what the emulated Jira serves, including all
    the app's calls.
    """
    with running_cloud(sites=1, people=2, months=1) as cloud:
        app = create_site_app(cloud.cloud, cloud.sites[0].tenant)
    return {
        (method.lower(), re.sub(r"<[^>]+>", "{}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }


def _operation(value: Any) -> Any:
    """Return the facts of an operation; only its description says whether anonymous callers are allowed."""
    facts = without_prose(value)
    if isinstance(value, dict) and ANONYMOUS in value.get("description", ""):
        facts["x-anonymous"] = True
    return facts


def cut_openapi(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operations in use: parameters, bodies, responses, scopes, and the schemas they refer to."""
    used = operations_in_use()
    paths = {}
    for path, operations in sorted(document["paths"].items()):
        shape = re.sub(r"\{\w+\}", "{}", path)
        kept = {
            name: value
            for name, value in operations.items()
            if (name, shape) in used or (name == "parameters" and any(shape == each for _, each in used))
        }
        if kept:
            paths[path] = {name: _operation(value) for name, value in kept.items()}
    schemas = without_prose(document["components"]["schemas"], names=True)
    info = {"title": "Jira Cloud REST API, facts only", "version": document["info"]["version"]}
    info["license"] = document["info"]["license"]
    return {
        "openapi": document["openapi"],
        "info": info,
        "paths": paths,
        "components": {"schemas": reachable(paths, schemas)},
    }


def cut_descriptor(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the descriptor's own fields, and those modules that the app's descriptor uses."""
    used = json.loads((ROOT / "atlassian-connect.json").read_text())["modules"]
    facts = without_prose(schema)
    modules = facts["properties"]["modules"]
    modules["properties"] = {name: modules["properties"][name] for name in sorted(used)}
    modules["additionalProperties"] = False
    definitions = facts.pop("definitions")
    return {**facts, "definitions": reachable(facts, definitions)}


def cut_vectors(document: dict[str, Any]) -> dict[str, Any]:
    """Return all vectors, without notes."""
    return {name: value for name, value in document.items() if name in ("secret", "vectors")}


def cut_kubernetes(document: dict[str, Any]) -> dict[str, Any]:
    """Return the definitions of the kinds that the example for Kubernetes uses; only these are allowed."""
    objects = list(yaml.safe_load_all((ROOT / "docs" / "hosting" / "kubernetes.yaml").read_text()))
    used = {(one["apiVersion"].rpartition("/")[2], one["kind"]) for one in objects}
    facts = without_prose(document)["$defs"]
    # Of the other groups, such as events.k8s.io, none has a kind of these names.
    names = sorted(name for name in facts if tuple(name.split(".")[-2:]) in used)
    kinds = [{"$ref": f"#/$defs/{name}"} for name in names]
    return {"anyOf": kinds, "$defs": reachable(kinds, facts)}


CUTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    OPENAPI: cut_openapi,
    DESCRIPTOR: cut_descriptor,
    VECTORS: cut_vectors,
    COMMENTS: without_prose,
    KUBERNETES: cut_kubernetes,
}


def main(folder: Path) -> None:
    """Write each extract next to this file."""
    for name, cut in CUTS.items():
        document = cut(json.loads((folder / name).read_text()))
        (HERE / name).write_text(json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
