"""The documents name only existing files, tests, and metrics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.services.ports.meter import JobFigure, JobFigures
from timesheet.settings import ROOT

NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)#:\s]+\.\w+)(?:#[^)]*)?\)|`((?:docs/)?adr/\d{4}-[\w-]+\.md)`")
FILE = re.compile(r"`([\w./-]+\.(?:py|html|js|css|json|md|toml|yml))`")
METRIC = re.compile(r"timesheet_\w+")
# What a path in the page of the architecture is below.
PARENTS = (ROOT, ROOT / "timesheet", ROOT / "jira_emulator", ROOT / "docs")
DOCUMENTS = sorted(ROOT.glob("docs/*.md"))
NAMES = [path.name for path in DOCUMENTS]
DECISIONS = sorted(ROOT.glob("docs/adr/*.md"))
# How many requirements of levels 1 and 2 each section of OWASP ASVS 5.0.0 has; they are numbered from 1 without a gap.
ASVS_5_LEVEL_2 = """
    V1.1:2 V1.2:9 V1.3:11 V1.4:3 V1.5:2 V2.1:3 V2.2:3 V2.3:4 V2.4:1 V3.2:2 V3.3:4 V3.4:6 V3.5:5 V3.7:2
    V4.1:3 V4.2:1 V4.3:2 V4.4:4 V5.1:1 V5.2:3 V5.3:2 V5.4:3 V6.1:3 V6.2:12 V6.3:4 V6.4:4 V6.5:5 V6.6:3 V6.8:4
    V7.1:3 V7.2:4 V7.3:2 V7.4:5 V7.5:2 V7.6:2 V8.1:2 V8.2:3 V8.3:1 V8.4:1 V9.1:3 V9.2:4 V10.1:2 V10.2:2 V10.3:4
    V10.4:11 V10.5:5 V10.6:2 V10.7:3 V11.1:2 V11.2:3 V11.3:3 V11.4:4 V11.5:1 V11.6:1 V12.1:3 V12.2:2 V12.3:4
    V13.1:1 V13.2:5 V13.3:2 V13.4:5 V14.1:2 V14.2:4 V14.3:3 V15.1:3 V15.2:3 V15.3:7 V16.1:1 V16.2:5 V16.3:4
    V16.4:3 V16.5:3 V17.1:1 V17.2:4 V17.3:2
"""


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_each_test_that_a_document_names_exists(document: Path) -> None:
    absent = []
    for file, name in NAMED_TEST.findall(document.read_text()):
        path = ROOT / file
        if not path.exists() or (name and f"def {name}(" not in path.read_text()):
            absent.append(f"{file}::{name}")
    assert absent == []


@pytest.mark.parametrize("document", [*DOCUMENTS, *DECISIONS, *ROOT.glob("*.md")], ids=lambda path: path.name)
def test_each_file_that_a_document_links_to_exists(document: Path) -> None:
    links = {a or b for a, b in LINK.findall(document.read_text())}
    places = (document.parent, ROOT, ROOT / "docs")
    absent = [link for link in links if not any((place / link).exists() for place in places)]
    assert absent == []


def test_each_file_that_the_architecture_names_exists() -> None:
    """A name without a folder is in the folder of the path before it, or of the adapter that its row is about."""
    absent, folder = [], ROOT
    for line in (ROOT / "docs/architecture.md").read_text().splitlines():
        if adapter := re.match(r"\| `(\w+)` \|", line):
            folder = ROOT / "timesheet/adapters" / adapter[1]
        for name in FILE.findall(line):
            places = (folder, *PARENTS)
            found = next((place / name for place in places if (place / name).exists()), None)
            if found is None:
                absent.append(name)
            elif "/" in name:
                folder = found.parent
    assert absent == []


def test_decisions_are_numbered_without_a_gap_and_say_their_number() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{n:04}" for n in range(1, len(DECISIONS) + 1)]
    wrong = [path.name for path in DECISIONS if not path.read_text().startswith(f"# {int(path.name[:4])}. ")]
    assert wrong == []


def test_security_says_of_nearly_everything_what_shows_it() -> None:
    assert len(NAMED_TEST.findall((ROOT / "docs/security.md").read_text())) > 40


def shown_metrics() -> dict[str, set[str]]:
    """Return the labels of each metric that the app shows; a histogram by its name without a suffix."""
    meter = PrometheusMeter()
    meter.answered("/healthz", "GET", 200, 0.1)
    meter.called_jira("GET myself", 200, 0.1)
    meter.spent("GET myself", 3, background=False)
    meter.turned_away("silent")
    meter.refused_token("qsh")
    meter.found()
    meter.audited("security.cross_site", "refused")
    jobs = JobFigures(0, {"settle": JobFigure(0, 0, 1.0)})
    shown: dict[str, set[str]] = {}
    for line in meter.page(True, True, 1, jobs)[0].decode().splitlines():
        if (named := METRIC.match(line)) and not named[0].endswith("_created"):
            name = re.sub("_seconds_(bucket|count|sum)$", "_seconds", named[0])
            shown.setdefault(name, set()).update(set(re.findall(r"(\w+)=\"", line)) - {"le"})
    return shown


def test_monitoring_lists_each_metric_with_its_labels() -> None:
    rows = re.findall(
        r"^\| (`timesheet_.*?) \| (.*) \|$", (ROOT / "docs/monitoring.md").read_text(), re.MULTILINE
    )
    listed = {name: meaning for names, meaning in rows for name in METRIC.findall(names)}
    shown = shown_metrics()
    assert set(listed) == set(shown)
    unnamed = {
        name: [label for label in labels if f"`{label}`" not in listed[name]]
        for name, labels in shown.items()
    }
    assert {name: labels for name, labels in unnamed.items() if labels} == {}


def test_monitoring_says_what_to_do_about_each_alert() -> None:
    alerts = re.findall(r"- alert: (\w+)", (ROOT / "docs/hosting/prometheus-rules.yaml").read_text())
    advice = set(
        re.findall(
            r"`(\w+)`",
            "".join(re.findall(r"^\* (.*?):", (ROOT / "docs/monitoring.md").read_text(), re.MULTILINE)),
        )
    )
    assert advice == set(alerts)


def numbers(text: str) -> set[tuple[int, ...]]:
    """Return the requirements that the first cells of the tables name, with ranges expanded."""
    found: set[tuple[int, ...]] = set()
    for cell in re.findall(r"^\| (V\d[^|]*) \|", text, re.MULTILINE):
        for first, last in re.findall(r"V([\d.]+)(?: to V([\d.]+))?", cell):
            chapter, section, number = map(int, first.split("."))
            end = int((last or first).split(".")[2])
            found |= {(chapter, section, each) for each in range(number, end + 1)}
    return found


def test_each_requirement_of_the_security_standard_is_answered_once() -> None:
    text = (ROOT / "docs/asvs.md").read_text()
    wanted = {
        (*map(int, section[1:].split(".")), number + 1)
        for section, count in (entry.split(":") for entry in ASVS_5_LEVEL_2.split())
        for number in range(int(count))
    }
    assert len(wanted) == 253
    assert numbers(text) == wanted
    cells = [
        number
        for cell in re.findall(r"^\| (V\d[^|]*) \|", text, re.MULTILINE)
        for number in numbers(f"| {cell} |")
    ]
    assert len(cells) == len(set(cells))
