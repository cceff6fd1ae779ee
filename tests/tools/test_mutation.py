from __future__ import annotations

import gc
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from timesheet.services.site.setting import zone_names
from tools.mutants import mutants_of
from tools.mutation import caches_of, changed_lines, functions_of, is_late
from tools.project import ROOT

SOURCE = '''
"""A module."""
LIMIT = 3

def small(number: int = 2, *, strict: bool = False) -> bool:
    """Tell whether it is small."""
    if not strict:
        return number <= LIMIT
    raise ValueError("strict")
'''


def test_each_mutant_changes_one_decision() -> None:
    changes = [(mutant.line, mutant.change) for mutant in mutants_of(SOURCE)]
    assert changes == [
        (3, "4"),
        (5, "True"),
        (5, "3"),
        (7, "if not not strict:"),
        (7, "strict"),
        (8, "return None"),
        (8, "number < LIMIT"),
        (9, "pass"),
    ]


def test_a_mutant_is_the_module_with_one_thing_changed() -> None:
    [changed] = [mutant.source for mutant in mutants_of(SOURCE) if mutant.change == "number < LIMIT"]
    assert changed.count("number < LIMIT") == 1
    assert "LIMIT = 3" in changed
    assert "strict: bool=False" in changed


def test_a_mutant_names_the_outermost_function_that_has_it_in_its_body() -> None:
    source = "class C:\n    A = 1\n    def m(self, b=2):\n        def inner(): return 3\n        return inner"
    named = {mutant.line: mutant.function for mutant in mutants_of(source) if mutant.change != "return None"}
    assert named == {2: "", 3: "", 4: "C.m"}


@pytest.mark.parametrize(
    "source",
    ["from typing import Literal\n\ndef f(x: Literal[1]) -> Literal[2]: ...", "@d(slots=True)\nclass C: ..."],
)
def test_annotations_and_decorators_stay_as_they_are(source: str) -> None:
    assert mutants_of(source) == []


def test_functions_that_the_collector_skips_are_found() -> None:
    gc.freeze()
    found = functions_of(ROOT / "tools" / "mutants.py")
    gc.freeze()
    assert found["mutants_of"] == [mutants_of]


def test_functions_that_remember_their_results_are_found() -> None:
    gc.freeze()
    found = caches_of(ROOT / "timesheet" / "services" / "site" / "setting.py")
    gc.freeze()
    assert found == [zone_names]


def test_a_mutant_that_a_time_limit_ended_differs_from_one_that_fails() -> None:
    """A wait status has the exit code in its upper byte, or the number of the signal."""
    assert is_late(signal.SIGALRM)
    assert is_late(signal.SIGXCPU)
    assert not is_late(signal.SIGKILL)
    assert not is_late(1 << 8)


def test_lines_that_changed_after_a_commit_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    monkeypatch.setattr("tools.mutation.ROOT", tmp_path)
    module = tmp_path / "module.py"
    module.write_text("a = 1\nb = 2\nc = 3\nd = 4\n")
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "first")
    commit = git("rev-parse", "HEAD")
    assert changed_lines(module, commit) == set()
    module.write_text("a = 0\nb = 2\nd = 4\ne = 5\nf = 6\n")
    assert changed_lines(module, commit) == {1, 4, 5}
    with pytest.raises(ValueError, match="unknown"):
        changed_lines(module, "unknown")


def mutate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.mutation", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_the_tests_do_not_notice_is_listed() -> None:
    done = mutate("timesheet/domain/team/label.py", "tests/domain/team/test_label.py")
    assert done.returncode == 0, done.stderr
    *alive, summary = done.stdout.splitlines()
    killed, of = map(int, re.findall(r"\d+", summary)[:2])
    assert 0 < killed <= of == killed + len(alive)


def test_a_test_that_fails_without_any_change_is_named(tmp_path: Path) -> None:
    tests = tmp_path / "test_label.py"
    tests.write_text("def test_right() -> None: ...\n\ndef test_wrong() -> None:\n    assert False\n")
    done = mutate("timesheet/domain/team/label.py", str(tests))
    assert done.returncode == 1
    assert "test_label.py::test_wrong fails" in done.stderr
    assert done.stdout == ""
