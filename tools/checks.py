"""All static checks in one list; each check is independent."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator

from tools.node import FORGE, ensure_node_modules, have_node, node_tool
from tools.project import BIN, PYTHON, ROOT


def run_checks() -> int:
    """Run every check, show the output of failing ones, and return the number of failures."""
    failed = [name for name, command in all_checks() if not passes(name, command)]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed", flush=True)
    return len(failed)


def all_checks() -> Iterator[tuple[str, list[str]]]:
    """Yield name and command of each check, the fast ones first."""
    python = str(PYTHON)
    yield "ruff", [tool("ruff"), "check", "-q", "--output-format=concise", "."]
    yield "format", [tool("ruff"), "format", "-q", "--diff", "."]
    yield "layers", [tool("lint-imports"), "--no-logo"]
    yield "templates", [python, "-m", "tools.template_lint", *template_folders()]
    yield "djlint", [tool("djlint"), "--quiet", "--lint", *template_folders()]
    yield "languages", [python, "-m", "tools.translate", "check"]
    yield "locks", [python, "-m", "tools.locks"]
    yield "licenses", [python, "-m", "tools.licenses"]
    yield "dead code", [python, "-m", "tools.dead_code"]
    yield "dependencies", [tool("deptry"), "-o", os.devnull, "."]
    if have_node():
        yield "scripts", [node_tool("biome"), "ci", "--colors=off", "--reporter=summary", "."]
        yield "script types", [node_tool("tsc"), "--pretty", "false", "--project", "."]
        ensure_node_modules(FORGE)
        yield "manifest", ["node", str(FORGE / "tools" / "check.js")]
    yield "types", [tool("mypy")]


def tool(name: str) -> str:
    """Return the path of a program in the environment."""
    return str(BIN / name)


def passes(name: str, command: list[str]) -> bool:
    """Run one check; its output is shown only if it fails."""
    start = time.monotonic()
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    word = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:14}{word:8}{time.monotonic() - start:5.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout.rstrip(), flush=True)
    return done.returncode == 0


def template_folders() -> list[str]:
    """Return every folder of templates in the checkout."""
    folders = [ROOT / "templates", *(ROOT / "jira_emulator").rglob("templates")]
    return [str(folder.relative_to(ROOT)) for folder in folders if folder.is_dir()]
