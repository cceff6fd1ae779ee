"""What the documents claim can be found: each test they name, each metric they watch."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.settings import ROOT

NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
METRIC = re.compile(r"timesheet_\w+")
DOCUMENTS = sorted(ROOT.glob("docs/*.md"))
NAMES = [path.name for path in DOCUMENTS]


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_each_test_that_a_document_names_exists(document: Path) -> None:
    absent = []
    for file, name in NAMED_TEST.findall(document.read_text()):
        path = ROOT / file
        if not path.exists() or (name and f"def {name}(" not in path.read_text()):
            absent.append(f"{file}::{name}")
    assert absent == []


def test_security_says_of_nearly_everything_what_shows_it() -> None:
    assert len(NAMED_TEST.findall((ROOT / "docs/security.md").read_text())) > 40


def test_each_metric_of_an_alert_is_one_that_the_app_shows() -> None:
    meter = PrometheusMeter()
    meter.answered("/healthz", "GET", 200, 0.1)
    meter.asked_jira("GET myself", 200, 0.1)
    meter.refused_token("qsh")
    meter.audited("security.cross_site", "refused")
    shown = set(METRIC.findall(meter.page(database_up=True)[0].decode()))
    named = set(METRIC.findall((ROOT / "docs/monitoring.md").read_text()))
    assert len(named) >= 6
    assert named - shown == set()
