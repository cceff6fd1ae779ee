"""Mutation testing of one module: change one thing at a time and see whether the tests notice.

    python3 dev.py mutate timesheet/domain/worklog/estimate.py tests/domain/worklog/test_estimate.py

A first run under coverage records which test runs which line, so each mutant meets only the tests that reach it, and
those of the module's own test file first. Every mutant runs in a process of its own; the file on disk is never changed.
A change within a function is put into the function after the tests were collected, in a fork of that process.
A change of a constant, a default, a class, or what only an import runs, runs in a fork that has the libraries loaded,
but nothing of the app. A mutant that a time limit ended counts as killed; it is listed, because on a busy machine it
may be a survivor.
"""

from __future__ import annotations

import argparse
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import pytest

from tools.mutants import Mutant, mutants_of
from tools.project import ROOT

LIBRARIES = (
    "flask",
    "hypothesis",
    "openapi_core",
    "playwright.sync_api",
    "requests",
    "responses",
    "sqlalchemy.orm",
)
UNWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"
LATE = "  (ended by a time limit)"
CACHED_FUNCTION = type(lru_cache(len))
PYTEST = [
    "-x",
    "-q",
    "-p",
    "no:randomly",
    "-p",
    "no:cacheprovider",
    "--no-summary",
    "--tb=no",
    "-W",
    UNWRITTEN,
]


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the given source, and every other as usual."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self._name, self._path, self._source = name, path, source

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._path, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)


def run_tests(arguments: list[str], changed: _Changed | None, seconds: float) -> int:
    """Run the tests in a process of their own for at most ``seconds``; return its wait status, 0 if they pass."""
    child = os.fork()
    if child == 0:
        limit_time(seconds)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if changed:
            sys.meta_path.insert(0, changed)
        os._exit(int(pytest.main(arguments)))
    return os.waitpid(child, 0)[1]


def limit_time(seconds: float) -> None:
    """End this process after ``seconds`` of work, or after ten times as long if it waits."""
    work = int(seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (work, work + 1))
    signal.alarm(10 * work)


def is_late(status: int) -> bool:
    """Return True if this is the wait status of a process that a time limit ended."""
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU)


class _Collected:
    """A plugin of pytest that runs the collected tests once per mutant, each time in a fork."""

    def __init__(
        self, module: Path, chosen: list[Mutant], workers: int, first: str, report: Callable[..., None]
    ) -> None:
        self._module, self._chosen, self._workers, self._first = module, chosen, workers, first
        self._report = report
        self._caches: list[Any] = []
        self.failed = ""
        self.alive: list[int] = []
        self.unfit: list[int] = []
        self.reached: dict[int, list[str]] = {}
        self.seconds = 0.0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Record the first test that fails."""
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything unchanged, then for each mutant the tests that reach it."""
        functions, self._caches = functions_of(self._module), caches_of(self._module)
        # Objects that the collector does not visit stay in pages that the forks share.
        gc.freeze()
        self._run_unchanged(session)
        running: dict[int, int] = {}
        for number, mutant in enumerate(self._chosen):
            found = functions.get(mutant.function, [])
            code = _code_of(mutant, self._module, found)
            if code is None:
                self.unfit.append(number)
                continue
            if len(running) >= self._workers:
                self._wait(running)
            items = self._tests_of(session, mutant.line)
            running[self._fork(items, found, code)] = number
        while running:
            self._wait(running)
        return True

    def _tests_of(self, session: pytest.Session, line: int) -> list[pytest.Item]:
        names = set(self.reached.get(line, ()))
        found = [item for item in session.items if item.nodeid in names] or list(session.items)
        return sorted(found, key=lambda item: not item.nodeid.startswith(self._first))

    def _run_unchanged(self, session: pytest.Session) -> None:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            try:
                reached = self._measured(session)
                with os.fdopen(write, "w") as pipe:
                    json.dump([reached, self.failed], pipe)
            finally:
                os._exit(int(bool(self.failed)))
        os.close(write)
        with os.fdopen(read) as pipe:
            text = pipe.read()
        _, status, usage = os.wait4(child, 0)
        reached, self.failed = json.loads(text) if text else ({}, "")
        if status != 0 or not text:
            raise pytest.UsageError("the tests fail without any change")
        self.reached = {int(line): names for line, names in reached.items()}
        # The collection counts too, because a mutant that is not within a function collects the tests itself.
        self.seconds = 10 + 4 * (time.process_time() + usage.ru_utime + usage.ru_stime)

    def _measured(self, session: pytest.Session) -> dict[int, list[str]]:
        measured = coverage.Coverage(data_file=None, include=[str(self._module)], config_file=False)
        measured.start()
        for item, after in zip(session.items, [*session.items[1:], None], strict=True):
            # Otherwise only the first test that calls a cached function runs its lines.
            self._clear_caches()
            measured.switch_context(item.nodeid)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        measured.stop()
        lines = measured.get_data().contexts_by_lineno(str(self._module))
        return {line: [name for name in names if name] for line, names in lines.items()}

    def _clear_caches(self) -> None:
        for function in self._caches:
            function.cache_clear()

    def _fork(self, items: list[pytest.Item], functions: list[FunctionType], code: CodeType) -> int:
        child = os.fork()
        if child:
            return child
        try:
            limit_time(self.seconds)
            for function in functions:
                function.__code__ = code
            self._clear_caches()
            for item, after in zip(items, [*items[1:], None], strict=True):
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
                if self.failed:
                    item.session._setupstate.teardown_exact(None)  # noqa: SLF001 - there is no public name
                    break
        except BaseException:  # noqa: BLE001 - whatever a mutant raises, the parent must not run on here
            os._exit(1)
        os._exit(int(bool(self.failed)))

    def _wait(self, running: dict[int, int]) -> None:
        child, status = os.wait()
        number = running.pop(child)
        if status == 0 and self._chosen[number].line not in self.reached:
            # Code that runs while the modules are imported ran before the change.
            self.unfit.append(number)
        elif status == 0:
            self.alive.append(number)
            self._report(self._chosen[number])
        elif is_late(status):
            self._report(self._chosen[number], LATE)


def functions_of(module: Path) -> dict[str, list[FunctionType]]:
    """Return every function of the module by its qualified name, including those inside a decorator."""
    # The collector does not list what conftest.py has frozen, and a mutant whose function is not found takes seconds.
    gc.unfreeze()
    by_name: dict[str, list[FunctionType]] = {}
    for found in gc.get_objects():
        if type(found) is FunctionType and found.__code__.co_filename == str(module):
            by_name.setdefault(found.__code__.co_qualname, []).append(found)
    return by_name


def caches_of(module: Path) -> list[Any]:
    """Return the functions of the module that remember their results; see ``functions_of``."""
    gc.unfreeze()
    found = [each for each in gc.get_objects() if type(each) is CACHED_FUNCTION]
    codes = [getattr(each.__wrapped__, "__code__", None) for each in found]
    return [each for each, code in zip(found, codes, strict=True) if code and code.co_filename == str(module)]


def _code_of(mutant: Mutant, module: Path, found: list[FunctionType]) -> CodeType | None:
    """Return the changed code of the mutant's function; None if the change is not within a function."""
    waiting = [compile(mutant.source, str(module), "exec")] if found else []
    while waiting:
        code = waiting.pop()
        if code.co_qualname == mutant.function:
            same = all(each.__code__.co_freevars == code.co_freevars for each in found)
            return code if same else None
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    return None


def survivors(
    module: Path, tests: list[str], chosen: list[Mutant], workers: int, report: Callable[..., None]
) -> list[Mutant]:
    """Return the mutants that the tests do not notice.

    Call ``report`` with each as soon as it is known, and with each that the time limit ended and LATE.
    """
    name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        alive, unfit, seconds = _quick_survivors(module, tests, chosen, workers, report)

        def survives(number: int) -> bool:
            changed = _Changed(name, module, chosen[number].source)
            status = run_tests([*PYTEST, *tests], changed, seconds)
            if status == 0 or is_late(status):
                report(chosen[number], LATE if status else "")
            return status == 0

        with ThreadPoolExecutor(workers) as pool:
            slow = [number for number, lives in zip(unfit, pool.map(survives, unfit), strict=True) if lives]
    return [chosen[number] for number in sorted([*alive, *slow])]


def _quick_survivors(
    module: Path, tests: list[str], chosen: list[Mutant], workers: int, report: Callable[..., None]
) -> tuple[list[int], list[int], float]:
    """Return the numbers of surviving mutants, of those that are not within a function, and the time limit for one."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        out, quiet = os.fdopen(os.dup(1), "w", buffering=1), os.open(os.devnull, os.O_WRONLY)

        def report_through(*values: object) -> None:
            with redirect_stdout(out):
                report(*values)

        plugin = _Collected(module, chosen, workers, tests[0], report_through)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        code = int(pytest.main([*PYTEST, *tests], plugins=[plugin]))
        with os.fdopen(write, "w") as pipe:
            json.dump([plugin.alive, plugin.unfit, plugin.seconds, plugin.failed], pipe)
        os._exit(code)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    alive, unfit, seconds, failed = json.loads(text) if text else ([], [], 0.0, "")
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit(
            f"without any change, {failed} fails" if failed else "the tests do not run to their end"
        )
    return alive, unfit, seconds


def changed_lines(module: Path, commit: str) -> set[int]:
    """Return the numbers of the lines that are new or different since the commit; ValueError if it is unknown."""
    command = ["git", "diff", "--unified=0", commit, "--", str(module)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ValueError(done.stderr)
    found = re.findall(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@", done.stdout, re.MULTILINE)
    return {int(start) + each for start, count in found for each in range(int(count or 1))}


def main() -> int:
    """Print the survivors and the share that was killed; return 1 if that is below ``--least``."""
    parser = argparse.ArgumentParser(prog="dev.py mutate", description=__doc__)
    parser.add_argument("module", type=Path, help="a file of the app")
    parser.add_argument("tests", nargs="+", help="files or ids of the tests that should notice")
    parser.add_argument("--least", type=float, default=0, help="per cent that must be killed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--lines", default="1-100000", help="only mutants of these lines, as in 20-60")
    parser.add_argument("--since", help="only mutants of lines that were changed after this commit")
    options = parser.parse_args()
    for library in LIBRARIES:
        importlib.import_module(library)
    module = options.module.resolve()
    start, _, end = options.lines.partition("-")
    chosen = [each for each in mutants_of(module.read_text()) if int(start) <= each.line <= int(end or start)]
    if options.since:
        since = changed_lines(module, options.since)
        chosen = [each for each in chosen if each.line in since]
    lines = module.read_text().splitlines()

    def report(mutant: Mutant, note: str = "") -> None:
        text = f"{options.module}:{mutant.line}: {lines[mutant.line - 1].strip()}  →  {mutant.change}{note}"
        print(text, flush=True)

    alive = survivors(module, options.tests, chosen, options.workers, report)
    share = 100 * (1 - len(alive) / len(chosen)) if chosen else 100.0
    print(f"{options.module}: {len(chosen) - len(alive)} of {len(chosen)} killed ({share:.0f} %)")
    return int(share < options.least)


if __name__ == "__main__":
    sys.exit(main())
