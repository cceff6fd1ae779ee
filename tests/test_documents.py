"""The documents name only existing files, tests, metrics, settings, and commands."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import click
import pytest

import dev
from tests.hosting.test_compose import KEYS
from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.bootstrap.app import create_app
from timesheet.services.ports.meter import JobFigure, JobFigures
from timesheet.settings import ROOT, Settings

NAMED_TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
LINK = re.compile(r"\]\(([^)#:\s]+\.\w+)(?:#[^)]*)?\)|`((?:docs/)?adr/\d{4}-[\w-]+\.md)`")
FILE = re.compile(r"`([\w./-]+\.(?:py|html|js|css|json|md|toml|yml))`")
FLASK = re.compile(r"\bflask (?:--app app )?([a-z][\w-]*)(?: ([a-z][\w-]*))?([^`\n|]*)")
DEV = re.compile(r"\bdev\.py ([a-z]\w*)(?: ([a-z]\w*))?([^`\n|]*)")
OPTION = re.compile(r"(?<!\S)--[a-z][\w-]*")
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
    for line in (
        meter.page(database_up=True, cache_up=True, points_left=1, points_allowed=1, jobs=jobs)[0]
        .decode()
        .splitlines()
    ):
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


class ReadNames(dict[str, str]):
    """An environment that remembers which variables were read."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        """See dict."""
        self.names.add(name)
        return super().get(name, default)


def test_the_readme_lists_each_setting(tmp_path: Path) -> None:
    environ = ReadNames({"BASE_URL": "https://timesheet.example.com", "VAR_DIR": str(tmp_path), **KEYS})
    Settings.from_environ(environ)
    table = (ROOT / "README.md").read_text().partition("| variable |")[2].partition("\n\n")[0]
    cells = re.findall(r"^\| (`[A-Z].*?) \|", table, re.MULTILINE)
    listed = [name for cell in cells for name in re.findall(r"`([A-Z_]+)`", cell)]
    assert sorted(listed) == sorted(environ.names)


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> click.Group:
    """Return the command line of the app."""
    folder = tmp_path_factory.mktemp("commands")
    environ = {"ENV": "development", "VAR_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    app = create_app(Settings.from_environ(environ))
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    return app.cli


@pytest.mark.parametrize("document", [*DOCUMENTS, *ROOT.glob("*.md")], ids=lambda path: path.name)
def test_each_command_that_a_document_names_exists_with_its_options(
    document: Path, commands: click.Group
) -> None:
    unknown = []
    for first, second, rest in FLASK.findall(document.read_text()):
        found = commands.commands.get(first)
        if second and isinstance(found, click.Group):
            found = found.get_command(click.Context(found), second)
        options = {name for each in (found.params if found else ()) for name in each.opts} | {"--app"}
        unknown += [f"flask {first} {second}"] if found is None else []
        unknown += [f"flask {first} {second} {name}" for name in set(OPTION.findall(rest)) - options]
    for first, second, rest in DEV.findall(document.read_text()):
        arguments = [first, *([second] if first == "forge" else ())]
        if first not in dev.COMMANDS:
            unknown.append(f"dev.py {first}")
        elif first not in dev.HANDED_ON and (named := OPTION.findall(rest)):
            known = help_of(arguments)
            unknown += [f"dev.py {first} {name}" for name in named if name not in known]
    assert unknown == []


def help_of(arguments: list[str]) -> set[str]:
    """Return the options of a command of dev.py."""
    done = subprocess.run(
        [sys.executable, "dev.py", *arguments, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(re.findall(r"--[a-z][\w-]*", done.stdout))


def test_the_documents_of_operators_name_each_command(commands: click.Group) -> None:
    """A group is named by each of its commands; only Flask-Migrate's own are not listed."""
    texts = "".join((ROOT / name).read_text() for name in ("README.md", "docs/audit-events.md"))
    own = {
        f"{name} {part}" if part else name
        for name, command in commands.commands.items()
        if name != "db"
        for part in (command.commands if isinstance(command, click.Group) else ("",))
    }
    assert len(own) > 15
    assert [name for name in sorted(own) if f"`{name}`" not in texts and f"`flask {name}" not in texts] == []
