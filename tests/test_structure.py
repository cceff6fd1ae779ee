from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.project import ROOT

PACKAGES = ("timesheet", "jira_emulator", "bench", "tools", "tests", "migrations")
# Words that the layers share: there is nothing to decide in them.
WORDS = {
    "domain/errors.py",
    "services/ports/audit.py",
    "services/ports/authentication.py",
    "services/ports/jira.py",
    "services/ports/journal.py",
}
# What the audit chain of a site says about itself, functions that only read through its port; and who waits for Jira
# and for how long.
CALLED_BY_STORES = {
    ("cache/flight.py", "check_patience"),
    ("cache/redis.py", "check_patience"),
    ("jira/call/ratelimit.py", "current_priority"),
    ("jira/call/ratelimit.py", "ignore_refusal"),
    ("jira/worklog/team_search.py", "report_progress"),
    ("jira/call/transport.py", "check_patience"),
    ("jira/call/transport.py", "seconds_left"),
    ("db/audit/store.py", "proof_lines"),
    ("db/audit/store.py", "verify_chain"),
    ("db/audit/trim.py", "youngest"),
}
# To do without one of these is a decision about the whole app, and no step of tidying.
BUILT_ON = {"flask", "flask_sqlalchemy", "flask_talisman", "jwt", "requests", "structlog"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
# Written in parts, so that this file does not contain the words it searches for.
MACHINE_PATHS = re.compile("|".join(("/" + "work/", "/" + "root/", "/home/" + r"\w+/", "/" + "Users/")))
INDEX_HOSTS = re.compile(
    "|".join((r"pypi" + r"\.org", "files.python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian"))
)


# Names of the two doors: of their modules, routes, settings, and addresses.
DOORS = re.compile(
    r"(?i)(?<![a-z])forge(?![a-z])|connect_(?:app|install|oauth|script)|adapters\.connect|/connect\b|atlassian-connect"
    r"|plugins/servlet"
)
# Whatever lets a request in, talks to Jira for it, or puts these together. Everything else knows no door.
DOOR_MODULES = (
    *("settings.py", "bootstrap/", "adapters/connect/", "adapters/forge/"),
    *("web/forge/", "web/site/descriptor.py", "web/site/lifecycle.py", "web/site/webhook.py"),
)

# How a script, a style sheet, or a template would know which page of Jira is around it, and by which script.
HOSTS = re.compile(
    r"\bAP\b|\ball\.js\b|_top\b|_blank\b|jira_page|/browse/|/jira/|plugins/servlet|ac-content|jira-script"
    r"|session-token|session_token|(?<![a-zA-Z])connect(?![a-z])|(?<![a-z])forge(?!t)|sizeToParent|addonKey"
)
SCRIPT_IMPORT = re.compile(r'"\.\./([a-z]+)/')
FRONT_END_COMMENT = re.compile(r"/\*.*?\*/|\{#.*?#\}|<!--.*?-->|(?<![:\w])//[^\n]*", re.DOTALL)


def sources(*packages: str) -> Iterator[Path]:
    """Return the Python files of these packages, without vendored ones."""
    for package in packages:
        yield from sorted(path for path in (ROOT / package).rglob("*.py") if "vendor" not in path.parts)


def committed() -> list[Path]:
    """Return the text files under version control, without vendored ones."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is not a git checkout")
    names = [name for name in listed.stdout.split("\0") if name and not name.startswith("static/vendor/")]
    texts = [ROOT / name for name in names if not name.endswith((".png", ".svg", ".ico", ".woff2"))]
    return [path for path in texts if path.exists()]


def functions(path: Path) -> list[ast.FunctionDef]:
    """Return the functions and methods defined in a file, except the bare ones of protocols."""
    found = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    return [node for node in found if len(node.body) > 1 or not isinstance(node.body[0], ast.Expr)]


def test_every_package_file_is_empty() -> None:
    assert [str(path) for path in sources(*PACKAGES) if path.name == "__init__.py" and path.read_text()] == []


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {path.parent for path in sources("timesheet", "jira_emulator", "tests", "tools", "bench")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_module_is_named_after_nothing() -> None:
    assert [str(path) for path in sources(*PACKAGES) if path.stem in VAGUE or path.parent.name in VAGUE] == []


@pytest.mark.parametrize("layer", ["domain", "services"])
def test_every_module_that_decides_has_tests_of_its_name(layer: str) -> None:
    top = ROOT / "timesheet"
    modules = [path.relative_to(top) for path in sources(f"timesheet/{layer}") if functions(path)]
    deciding = [path for path in modules if str(path) not in WORDS]
    assert [
        str(path)
        for path in deciding
        if not list((ROOT / "tests" / path.parent).glob(f"test_{path.stem}*.py"))
    ] == []


def test_no_file_contains_the_marks_of_a_merge_conflict() -> None:
    left = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in committed()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if line.startswith(("<" * 7 + " ", ">" * 7 + " "))
    ]
    assert left == []


def test_stores_store_and_services_decide() -> None:
    """Adapters implement the ports and know the values of services; a function would be a decision in a store."""
    called = {
        (path.relative_to(ROOT / "timesheet/adapters").as_posix(), alias.name)
        for path in sources("timesheet/adapters")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("timesheet.services.")
        for alias in node.names
        if not (node.module or "").startswith("timesheet.services.ports.") and alias.name[0].islower()
    }
    assert called == CALLED_BY_STORES


def test_static_files_are_for_browsers() -> None:
    """Everything in ``static`` is served."""
    kinds = {path.suffix or path.name for path in (ROOT / "static").rglob("*") if path.is_file()}
    assert kinds == {".css", ".js", ".json", ".svg", "LICENSE"}


def test_no_file_names_a_machine_or_an_index() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in committed()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if MACHINE_PATHS.search(line) or INDEX_HOSTS.search(line)
    ]
    assert found == []


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every name and text in the code of a file, with its line; comments and docstrings are no code."""
    tree = ast.parse(path.read_text())
    texts = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield line, node.value
        for field in ("id", "attr", "name", "module", "arg", "asname"):
            if isinstance(value := getattr(node, field, None), str):
                yield line, value


def test_only_what_lets_requests_in_names_a_door() -> None:
    top = ROOT / "timesheet"
    found = [
        f"{path.relative_to(top)}:{line}: {word[:60]}"
        for path in sources("timesheet")
        if not path.relative_to(top).as_posix().startswith(DOOR_MODULES)
        for line, word in words_of(path)
        if DOORS.search(word)
    ]
    assert found == []


def test_the_files_that_may_name_a_door_do() -> None:
    top = ROOT / "timesheet"
    for name in DOOR_MODULES:
        paths = [path for path in sources("timesheet") if path.relative_to(top).as_posix().startswith(name)]
        assert any(DOORS.search(word) for path in paths for _, word in words_of(path)), name


def front_end(text: str) -> list[str]:
    """Return what names a page around ours in a script, a style sheet, or a template. Comments may do so."""
    return HOSTS.findall(FRONT_END_COMMENT.sub("", text))


def test_only_the_host_modules_name_the_page_around_ours() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for folder in ("static/js", "static/css", "templates")
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.relative_to(ROOT).as_posix() not in ("static/js/main.js", "templates/layout.html")
        if path.parent.name != "host"
        for word in front_end(path.read_text())
    ]
    assert found == []


def test_what_all_pages_share_knows_no_feature() -> None:
    """Features add their keys and tooltips to those of the page, so that each is found in its own folder."""
    found = [
        f"{path.relative_to(ROOT)}: {feature}"
        for path in sorted((ROOT / "static/js/page").glob("*.js"))
        for feature in SCRIPT_IMPORT.findall(path.read_text())
        if feature != "host"
    ]
    assert found == []


def test_keys_of_requests_need_no_secure_context() -> None:
    """Only a Forge page is always secure; elsewhere ``newKey`` works where ``crypto.randomUUID`` is missing."""
    found = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "static/js").rglob("*.js"))
        if path.parent.name != "host" and "randomUUID(" in path.read_text()
    ]
    assert found == []


def test_the_entry_and_the_layout_choose_a_host_and_no_more() -> None:
    assert front_end((ROOT / "static/js/main.js").read_text()) == ["connect"]
    assert front_end((ROOT / "templates/layout.html").read_text()) == ["connect"]


@pytest.mark.parametrize(
    "text",
    [
        "window.AP.resize()",
        '<script src="https://connect-cdn.atl-paas.net/all.js">',
        '<a href="x" target="_top">',
        '<a target="_blank">',
        "{{ site_url }}/browse/{{ key }}",
        "{{ jira_page('teams') }}",
        'import { view } from "@forge/bridge";',
        "/plugins/servlet/ac/",
        '<div class="ac-content">',
        "document.getElementById('jira-script')",
        "first(document, 'meta[name=\"session-token\"]')",
    ],
)
def test_every_way_to_name_a_host_is_found(text: str) -> None:
    assert front_end(text)


def test_a_comment_and_a_longer_word_name_no_host() -> None:
    assert front_end("// window.AP\n/* AP */ {# all.js #} a.isConnected; MAP.APPLY; forget();") == []


@pytest.mark.parametrize(
    "name", ["LICENSE", "NOTICE", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md"]
)
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 0


def test_the_app_is_built_on_the_packages_it_was_designed_for() -> None:
    imports = {
        name.partition(".")[0]
        for path in sources("timesheet")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in imported(node)
    }
    assert imports >= BUILT_ON, BUILT_ON - imports


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_vendored_packages_are_the_pinned_ones() -> None:
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    vendored = json.loads((ROOT / "static" / "vendor" / "versions.json").read_text())
    assert vendored == {name: wanted[name] for name in vendored}


def test_every_vendored_folder_carries_its_license() -> None:
    folders = [path for path in (ROOT / "static" / "vendor").iterdir() if path.is_dir()]
    assert [folder.name for folder in folders if not (folder / "LICENSE").exists()] == []
    assert len(folders) >= 3


def test_style_sheets_name_files_that_are_there() -> None:
    sheets = (ROOT / "static" / "css").rglob("*.css")
    named = [(sheet, name) for sheet in sheets for name in re.findall(r'url\("([^"]+)"\)', sheet.read_text())]
    assert [str(sheet) for sheet, name in named if not (sheet.parent / name).is_file()] == []
    assert len(named) >= 5


def test_style_sheets_say_to_safari_too_what_cannot_be_selected() -> None:
    # Without the prefix, a drag over days or blocks selects their text there.
    named = re.compile(r"(-webkit-)?user-select: ([a-z]+);")
    sheets = {path: named.findall(path.read_text()) for path in (ROOT / "static" / "css").rglob("*.css")}
    for path, found in sheets.items():
        values = {prefix: [value for one, value in found if one == prefix] for prefix in ("-webkit-", "")}
        assert values["-webkit-"] == values[""], path
    assert any(sheets.values())


def test_no_style_of_the_whole_page_depends_on_what_it_contains() -> None:
    # Otherwise each change of a cell makes the browser compute the styles of all elements again.
    whole = re.compile(
        r"(?:html|body|main|:root|\.page-content|\[data-frame[^]]*\])(?:[.#[:][^\s,{]*)?:has\("
    )
    sheets = [path for path in (ROOT / "static" / "css").rglob("*.css") if path.name != "print.css"]
    assert [path.name for path in sheets if whole.search(path.read_text())] == []
    assert whole.search("html:has(.a) b {")
    assert whole.search("[data-frame='fits'] body.a:has(.b) {")
    assert not whole.search("main .list:has(.a) {")


def test_the_design_tokens_are_those_that_style_sheets_use() -> None:
    tokens = ROOT / "static" / "css" / "page" / "tokens.css"
    sheets = [path for path in (ROOT / "static" / "css").rglob("*.css") if path != tokens]
    made = set(re.findall(r"^(--ds-[\w-]+):", tokens.read_text(), re.MULTILINE))
    used = {name for path in sheets for name in re.findall(r"var\((--ds-[\w-]+)", path.read_text())}
    assert made == used, "`npm ci && node tools/vendor.js` writes tokens.css again"


def test_the_collector_works_after_the_app_has_loaded(tmp_path: Path) -> None:
    """It rests while the app loads."""
    command = "import app, gc; print(gc.isenabled())"
    variables = {
        "ENV": "development",
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}",
        "JIRA_HOSTS": "127.0.0.1:*",
    }
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, env=variables, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_every_feature_has_a_journey_through_both_doors() -> None:
    journeys = ROOT / "tests" / "journeys"
    features = {path.parent for path in journeys.glob("*/test_*.py")}
    marked = {path.parent for path in journeys.glob("*/test_*.py") if "mark.each_door" in path.read_text()}
    assert [folder.name for folder in sorted(features - marked)] == []
