from __future__ import annotations

import argparse
import ast
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import dev
from timesheet.settings import Settings
from tools import browser, environment, hosting, migration, node, postgresql, project, servers, valkey


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create an empty checkout with two lock files and an environment that looks installed."""
    requirements, venv = tmp_path / "requirements", tmp_path / ".venv"
    requirements.mkdir()
    venv.mkdir()
    for lock in ("app", "dev"):
        (requirements / f"{lock}.txt").write_text(f"{lock}==1")
    monkeypatch.setattr(environment, "REQUIREMENTS", requirements)
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", Path(sys.executable))
    return tmp_path


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what would have been installed."""
    done: list[str] = []
    monkeypatch.setattr(environment, "install", lambda file: done.append(file.name))
    monkeypatch.setattr(environment, "usable", lambda: True)
    return done


def test_help_names_every_command() -> None:
    ran = subprocess.run(
        [sys.executable, "dev.py", "--help"], cwd=project.ROOT, capture_output=True, text=True, check=True
    )
    assert all(name in ran.stdout for name in dev.COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--nonsense"],
        ["fly"],
        [],
        ["app", "--port", "0"],
        ["run", "--port", "65536"],
        ["run", "--jira-port", "x"],
        ["run", "--people", "501"],
        ["run", "--months", "0"],
        ["run", "--sites", "0"],
    ],
)
def test_an_unknown_command_or_option_is_refused(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        dev.main(arguments)
    assert ended.value.code == 2
    assert "dev.py" in capsys.readouterr().err


def test_pytest_gets_its_own_arguments() -> None:
    options, rest = dev.read(["test", "tests/web", "-k", "grid", "--help"])
    assert (options.command, rest) == ("test", ["tests/web", "-k", "grid", "--help"])


@pytest.mark.parametrize(
    ("version", "fits"), [((3, 10), False), ((3, 11), True), ((3, 13), True), ((3, 14), False)]
)
def test_the_python_must_be_one_we_know(version: tuple[int, int], fits: bool) -> None:
    assert (environment.wrong_python(version) is None) is fits


def test_a_wrong_python_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(environment, "OLDEST", (3, 99))
    assert dev.main(["setup"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"this is Python 3.{sys.version_info[1]}" in said


def test_a_lock_is_installed_once_and_again_when_it_changes(checkout: Path, installs: list[str]) -> None:
    environment.ensure("app")
    environment.ensure("app")
    assert installs == ["app.txt"]
    (checkout / "requirements" / "app.txt").write_text("app==2")
    environment.ensure("app")
    assert installs == ["app.txt", "app.txt"]


def test_another_python_installs_again(checkout: Path, installs: list[str]) -> None:
    environment.ensure("dev")
    (checkout / ".venv" / "pyvenv.cfg").write_text("version = 3.13.99")
    environment.ensure("dev")
    assert installs == ["dev.txt", "dev.txt"]


def test_a_failed_installation_leaves_no_stamp(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_file: Path) -> None:
        raise project.CannotGoOn("no index")

    monkeypatch.setattr(environment, "install", fail)
    monkeypatch.setattr(environment, "usable", lambda: True)
    with pytest.raises(project.CannotGoOn):
        environment.ensure("app")
    assert not (checkout / ".venv" / ".app.sha256").exists()


def test_pip_takes_over_where_uv_does_not_work(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def record(command: list[str], **options: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        if "uv" in Path(command[0]).name:
            raise FileNotFoundError(command[0])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", record)
    environment.install(checkout / "requirements" / "app.txt")
    assert commands[-1][1:4] == ["-m", "pip", "install"]
    assert "--require-hashes" in commands[-1]


def test_missing_venv_names_the_package_to_install(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "version_of", lambda program, *modules: None)
    monkeypatch.setattr(environment, "can_install_packages", lambda: False)
    with pytest.raises(project.CannotGoOn, match="apt-get install python3-venv"):
        environment.make_environment(environment.newest_python())


@pytest.mark.parametrize("answer", ["3 10", "3 14"])
def test_a_python_that_cannot_run_the_project_makes_no_environment(
    checkout: Path, tmp_path: Path, answer: str
) -> None:
    unfit = python_that(tmp_path / "bin", "python3.12", f"echo {answer}")
    with pytest.raises(project.CannotGoOn, match=r"python3\.12 is no Python that the project supports"):
        environment.ensure("app", str(unfit))
    assert (checkout / ".venv").is_dir()


def test_an_environment_is_made_anew_with_the_python_that_is_named(
    checkout: Path, installs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(environment, "make_environment", made.append)
    environment.ensure("app")
    environment.ensure("app", "python3.12")
    assert (installs, made) == (["app.txt", "app.txt"], ["python3.12"])


def test_the_newest_python_that_works_makes_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first one is a version manager's that has no such Python; the next one lacks modules; 3.14 is too new."""
    first, second = tmp_path / "first", tmp_path / "second"
    python_that(second, "python3.14", "echo 3 14")
    python_that(first, "python3.13", "exit 127")
    python_that(second, "python3.13", "exit 1")
    python_that(first, "python3.12", "echo 3 11")
    found = python_that(second, "python3.12", "echo 3 12")
    python_that(first, "python3.11", "echo 3 11")
    monkeypatch.setenv("PATH", f"{first}{os.pathsep}{second}")
    assert environment.newest_python() == str(found)


def test_an_activated_environment_does_not_make_its_successor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python_that(tmp_path / "bin", "python3.13", "echo 3 13")
    monkeypatch.setattr(environment, "BIN", tmp_path / "bin")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert environment.newest_python() == sys.executable


def test_without_another_python_the_one_that_runs_this_makes_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert environment.newest_python() == sys.executable


def python_that(folder: Path, name: str, script: str) -> Path:
    """Write a program into a folder that answers like a Python."""
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def test_missing_browser_names_the_ways_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find_chromium", lambda: None)
    monkeypatch.setattr(browser, "can_install_packages", lambda: False)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(project.CannotGoOn, match="CHROMIUM_PATH"):
        browser.ensure_browser()


def test_postgresql_is_installed_where_that_is_possible(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed: list[str] = []
    monkeypatch.delenv(postgresql.NAMED, raising=False)
    monkeypatch.setattr(postgresql, "find_programs", lambda: None)
    monkeypatch.setattr(postgresql, "install_package", installed.append)
    for possible in (True, False):
        monkeypatch.setattr(postgresql, "can_install_packages", lambda possible=possible: possible)
        postgresql.ensure_postgresql()
    assert installed == ["postgresql"]
    assert postgresql.NAMED in capsys.readouterr().out
    monkeypatch.setenv(postgresql.NAMED, "postgresql://somewhere")
    postgresql.ensure_postgresql()
    assert installed == ["postgresql"]


def test_what_checks_configurations_is_installed_where_that_is_possible(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(hosting, "install_package", installed.append)
    monkeypatch.setattr(hosting, "find_program", lambda name: None)
    for possible in (True, False):
        monkeypatch.setattr(hosting, "can_install_packages", lambda possible=possible: possible)
        hosting.ensure_programs()
    assert installed == ["nginx-light", "systemd"]
    assert "no systemd-analyze" in capsys.readouterr().out
    monkeypatch.setattr(hosting, "find_program", lambda name: f"/usr/sbin/{name}")
    hosting.ensure_programs()
    assert installed == ["nginx-light", "systemd"]


def test_valkey_is_installed_where_that_is_possible(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(valkey, "install_package", installed.append)
    monkeypatch.setattr(valkey, "find_server", lambda: None)
    for possible in (True, False):
        monkeypatch.setattr(valkey, "can_install_packages", lambda possible=possible: possible)
        valkey.ensure_valkey()
    assert installed == ["valkey-server"]
    assert "redis-server" in capsys.readouterr().out
    monkeypatch.setattr(valkey, "find_server", lambda: "/usr/bin/redis-server")
    valkey.ensure_valkey()
    assert installed == ["valkey-server"]


def test_scripts_are_checked_in_ci_even_when_npm_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(node, "can_install_packages", lambda: False)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(project.CannotGoOn, match="npm"):
        node.have_node()
    monkeypatch.delenv("CI")
    assert node.have_node() is False


def test_a_first_check_installs_what_scripts_are_checked_with(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(node, "can_install_packages", lambda: True)
    monkeypatch.setattr(node, "install_package", lambda *names: installed.extend(names))
    monkeypatch.setattr(node, "ensure_node_modules", lambda folder: installed.append(folder.name))
    assert node.have_node()
    assert installed == ["nodejs", "npm", project.ROOT.name]


def test_the_page_of_the_forge_app_installs_what_it_is_built_with_or_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    installed: list[str] = []
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(node, "can_install_packages", lambda: False)
    with pytest.raises(project.CannotGoOn, match="Node"):
        node.ensure_page_tools()
    monkeypatch.setattr(node, "can_install_packages", lambda: True)
    monkeypatch.setattr(node, "install_package", lambda *names: installed.extend(names))
    monkeypatch.setattr(node, "ensure_node_modules", lambda folder: installed.append(folder.name))
    node.ensure_page_tools()
    assert installed == ["nodejs", "npm", "forge"]


@pytest.mark.parametrize("error", [FileNotFoundError("node"), subprocess.CalledProcessError(1, "node")])
def test_a_page_that_cannot_be_built_says_what_installs_the_tools(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(project.CannotGoOn, match=r"dev\.py forge build"):
        node.build_page(tmp_path)


def test_a_taken_port_names_the_option_that_chooses_another() -> None:
    with socket.socket() as taken:
        taken.bind((servers.LOOPBACK, 0))
        taken.listen()
        with pytest.raises(project.CannotGoOn, match="--jira-port"):
            servers.require_free(taken.getsockname()[1], "--jira-port")
    with pytest.raises(project.CannotGoOn, match=r"port 65536 cannot be used \(the highest one is 65535\)"):
        servers.require_free(65536, "--jira-port")


@pytest.mark.parametrize(("text", "port"), [("", 5000), (" ", 5000), ("8000", 8000)])
def test_the_environment_may_name_the_port(monkeypatch: pytest.MonkeyPatch, text: str, port: int) -> None:
    monkeypatch.setenv("PORT", text)
    assert servers.port_of_environment() == port


def test_a_port_that_is_no_number_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "http")
    with pytest.raises(project.CannotGoOn, match="PORT must be a whole number, and is 'http'"):
        servers.run_app(None)


def test_run_reaches_nothing_but_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://db.example.com/production")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example.com")
    variables = servers.development(5001, 8081)
    assert variables["DATABASE_URL"] == f"sqlite:///{project.VAR / 'timesheet.db'}"
    assert "REDIS_URL" not in variables
    addresses = [value for name, value in variables.items() if name.startswith(("CONNECT_", "FORGE_"))]
    assert {address.split("/")[2] for address in addresses if "://" in address} == {
        "127.0.0.1:8081",
        "localhost:8081",
    }


def test_run_starts_in_a_shell_with_the_settings_of_a_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:secret@db.example.com/production")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "/run/nowhere/metrics")
    settings = Settings.from_environ(servers.development(5001, 8081, tmp_path))
    assert (settings.database_owner_url, settings.metrics_dir) == (None, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONPYCACHEPREFIX": str(project.VAR / "bytecode")}),
        ({"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/kept"}, {"PYTHONPYCACHEPREFIX": "/kept"}),
        ({"PYTHONPYCACHEPREFIX": "/kept"}, {"PYTHONPYCACHEPREFIX": "/kept"}),
    ],
)
def test_what_was_compiled_is_kept_for_the_next_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str], expected: dict[str, str]
) -> None:
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    variables = servers.development(5001, 8081)
    assert {name: variables[name] for name in ("PYTHONPYCACHEPREFIX",) if name in variables} == expected
    if "/kept" not in variables.get("PYTHONPYCACHEPREFIX", "/kept"):
        variables["PYTHONPYCACHEPREFIX"] = str(tmp_path / "kept")
        subprocess.run([sys.executable, "-c", "import this"], env=variables, check=True, capture_output=True)
        assert list((tmp_path / "kept").rglob("this.*.pyc"))


def test_what_tests_compiled_is_kept_for_the_next_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "kept"))
    assert dev.call([sys.executable, "-c", "import this, sys; sys.exit(3)"]) == 3
    assert list((tmp_path / "kept").rglob("this.*.pyc"))


def test_the_emulated_jira_gets_the_chosen_options() -> None:
    options = argparse.Namespace(jira_port=8090, sites=2, people=30, months=1, door="connect")
    command = servers.emulator(options, 5005)
    assert command[command.index("--people") + 1] == "30"
    assert command[command.index("--install") + 1] == "http://127.0.0.1:5005/atlassian-connect.json"


def test_the_emulated_jira_gets_the_forge_app_that_calls_this_server(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(servers, "VAR", tmp_path)
    monkeypatch.setattr(node, "ensure_page_tools", lambda: None)
    monkeypatch.setattr(node, "build_page", lambda folder: folder.mkdir(parents=True))
    options = dev.read(["run", "--door", "forge"])[0]
    command = servers.emulator(options, 5005)
    assert "--install" not in command
    manifest = json.loads(Path(command[command.index("--forge") + 1]).read_text())
    assert manifest["remotes"][0]["baseUrl"] == "http://127.0.0.1:5005"
    assert servers.development(5005, 8080)["FORGE_APP_ID"] == manifest["app"]["id"]


def test_migrations_run_again_when_they_or_the_database_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    monkeypatch.setattr(migration, "ROOT", tmp_path)
    monkeypatch.setattr(migration, "upgrade", lambda variables: runs.append(1))
    (tmp_path / "migrations").mkdir()
    migration.upgrade_local({}, tmp_path)
    migration.upgrade_local({}, tmp_path)
    assert len(runs) == 1
    (tmp_path / "migrations" / "0002_more.py").write_text("revision = '2'")
    migration.upgrade_local({}, tmp_path)
    assert len(runs) == 2


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Traceback\ntimesheet.settings.SettingsError: BASE_URL: is required", "BASE_URL: is required"),
        ("ModuleNotFoundError: No module named 'x'\nError: No such command 'db'.", "No module named 'x'"),
        ("something else", "something else"),
        ("", "it gave no reason"),
    ],
)
def test_a_failed_migration_gives_its_reason_in_one_line(said: str, reason: str) -> None:
    assert migration.reason(said) == reason


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
def test_only_the_first_signal_to_stop_counts() -> None:
    ended = False

    def stop_twice() -> None:
        nonlocal ended
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGINT)
            ended = True

    with servers.interruptible(), pytest.raises(KeyboardInterrupt):
        stop_twice()
    assert ended


def test_the_end_does_not_wait_for_a_lock_that_a_signal_left_taken() -> None:
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    child = servers.start([sys.executable, "-c", "import time; time.sleep(60)"], dict(os.environ))
    try:
        child._waitpid_lock.acquire()  # type: ignore[attr-defined]
        servers.stop([child], 0.1)
    finally:
        for name, handler in handlers.items():
            signal.signal(name, handler)
    child._waitpid_lock.release()  # type: ignore[attr-defined]
    assert child.wait(5) < 0


def test_children_end_when_their_parent_is_killed() -> None:
    script = (
        "from tools import servers; import sys, os\n"
        "child = servers.start([sys.executable, '-c', 'import time; time.sleep(60)'], dict(os.environ))\n"
        "print(child.pid, flush=True); child.wait()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=project.ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    watch = os.pidfd_open(child)
    parent.send_signal(signal.SIGKILL)
    parent.wait(30)
    parent.stdout.close()
    ended = select.select([watch], [], [], 10)[0]
    os.close(watch)
    assert ended


@pytest.mark.parametrize("file", ["dev.py", "tools/checks.py", "tools/environment.py", "tools/servers.py"])
def test_the_check_of_the_version_can_be_read_by_an_old_python(file: str) -> None:
    ast.parse((project.ROOT / file).read_text(), feature_version=(3, 7))


def test_a_worker_is_started_beside_only_where_it_is_not_inside() -> None:
    assert servers.worker({}) == []
    assert servers.worker({"REDIS_URL": "redis://cache.example.com", "WORKER": "inside"}) == []
    [command] = servers.worker({"REDIS_URL": "redis://cache.example.com"})
    assert command[-2:] == ["app", "worker"]
    assert "WORKER" not in servers.development(5001, 8081)


def test_a_whole_run_runs_every_folder_of_tests_once(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def call(command: list[str]) -> int:
        commands.append(command)
        return 0

    monkeypatch.setattr(dev, "call", call)
    monkeypatch.setenv("CI", "true")
    assert dev.test([], None) == 0
    parts = [
        [part for before, part in pairwise(command) if part.startswith("tests/") and before != "--cov"]
        for command in commands
    ]
    assert parts == [["tests/journeys"], ["tests/domain", "tests/services"], []]
    assert [part for part in commands[2] if part.startswith("--ignore")] == [
        f"--ignore={folder}" for part in parts for folder in part
    ]
