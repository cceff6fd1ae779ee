from __future__ import annotations

import json

import pytest
from cyclonedx.validation.json import JsonStrictValidator

from timesheet.version import VERSION
from tools import sbom
from tools.locks import pins
from tools.project import ROOT


@pytest.fixture(scope="module")
def bill() -> dict[str, object]:
    document: dict[str, object] = json.loads(sbom.bill_of_materials())
    return document


def components(bill: dict[str, object]) -> dict[str, dict[str, object]]:
    listed = bill["components"]
    assert isinstance(listed, list)
    return {component["purl"]: component for component in listed}


def test_it_names_every_package_of_a_release_and_no_other(bill: dict[str, object]) -> None:
    lock = pins((ROOT / "requirements" / "app.txt").read_text())
    vendored = json.loads((ROOT / "static" / "vendor" / "versions.json").read_text())
    wanted = {f"pkg:pypi/{name}@{version}" for name, version in lock.items()}
    wanted |= {f"pkg:npm/{name.replace('@', '%40')}@{version}" for name, version in vendored.items()}
    assert set(components(bill)) == wanted


def test_packages_carry_the_hashes_of_the_lock_and_their_license(bill: dict[str, object]) -> None:
    [flask] = [
        component for purl, component in components(bill).items() if purl.startswith("pkg:pypi/flask@")
    ]
    lock = (ROOT / "requirements" / "app.txt").read_text()
    hashes = flask["hashes"]
    assert isinstance(hashes, list)
    assert len(hashes) == 2
    assert all(f"--hash=sha256:{entry['content']}" in lock for entry in hashes)
    assert flask["licenses"] == [{"license": {"id": "BSD-3-Clause"}}]


def test_the_same_checkout_gives_the_same_document(bill: dict[str, object]) -> None:
    assert json.loads(sbom.bill_of_materials()) == bill
    assert bill["bomFormat"] == "CycloneDX"
    metadata = bill["metadata"]
    assert isinstance(metadata, dict)
    assert metadata["component"]["version"] == VERSION


def test_what_does_not_meet_the_schema_is_not_a_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(JsonStrictValidator, "validate_str", lambda _self, _text: "no component")
    with pytest.raises(ValueError, match="no component"):
        sbom.bill_of_materials()
