"""The container image without a container engine: its commands run one by one, in a folder in place of /srv."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import requests
import yaml

from tests.adapters.support.postgresql import running_postgresql
from tests.adapters.support.valkey import Valkey
from tests.processes.support.app_processes import free_port, wait_for
from tools.postgresql import find_programs
from tools.project import BIN, ROOT

HOSTING = ROOT / "docs" / "hosting"
IMAGE = HOSTING / "Dockerfile"
FOLDER = "PROMETHEUS_MULTIPROC_DIR"
POLL, PATIENCE = 0.05, 300.0
KEY = "b25lLWtleS1mb3ItdGVzdHMtdGhpcnR5LXR3by1ieXQ="
PASSWORDS = {"OWNER_PASSWORD": "owner's password", "APP_PASSWORD": "app's password"}


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile in their order, as (word, rest)."""
    text = re.sub(r"^#.*\n", "", IMAGE.read_text(), flags=re.MULTILINE)
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def only(word: str) -> str:
    """Return the one instruction of a kind."""
    [rest] = [rest for kind, rest in instructions() if kind == word]
    return rest


@dataclass
class Image:
    """The content that the image would have: ``top`` is its ``/``, and commands get the image's environment."""

    top: Path

    @property
    def folder(self) -> Path:
        return self.top / "srv" / "timesheet"

    def here(self, command: str) -> str:
        return command.replace("/srv/", f"{self.top}/srv/")

    def environment(self, **more: str) -> dict[str, str]:
        """Return the image's own variables and these, and nothing of the tests' environment."""
        given = dict(pair.split("=", 1) for pair in only("ENV").split())
        path = f"{self.here(given.pop('PATH')).removesuffix(':$PATH')}:/usr/bin:/bin"
        return {"PATH": path, "LC_ALL": "C.UTF-8", "TMPDIR": str(self.top / "tmp"), **given, **more}

    def files(self) -> dict[str, int]:
        return {
            str(path): path.stat().st_mtime_ns
            for path in sorted((self.top / "srv").rglob("*"))
            if path.is_file()
        }


def build(top: Path) -> Image:
    """Do what the build stage says; the second stage only copies its result."""
    image, where = Image(top), top
    (top / "tmp").mkdir()
    python = f"{Path(sys.executable).resolve().parent}:{os.environ['PATH']}"
    # Where Python keeps what it compiles is a matter of the image.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    for word, rest in instructions():
        if word == "WORKDIR":
            where = Path(image.here(rest))
            where.mkdir(parents=True, exist_ok=True)
        elif word == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in sources:
                copy(ROOT / source, where / target / ("" if target != "./" else source))
        elif word == "RUN":
            # uv does the same as pip in a tenth of the time, from the same lock, checking the same hashes.
            command = image.here(rest).replace(
                f"{top}/srv/venv/bin/pip install --no-cache-dir --disable-pip-version-check",
                f"{shlex.quote(str(BIN / 'uv'))} pip install --quiet --python {top}/srv/venv/bin/python",
            )
            run(command, where, {**environment, "PATH": python})
    return image


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def run(command: str, where: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["sh", "-ec", command], cwd=where, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return build(tmp_path_factory.mktemp("image"))


@contextmanager
def running(image: Image, command: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a command of the image as a process; end it like a container engine."""
    process = subprocess.Popen(
        ["sh", "-c", command],
        cwd=image.folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
        process.send_signal(signal.Signals[only("STOPSIGNAL")])
        assert process.wait(PATIENCE) == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if process.stderr:
            process.stderr.close()


def wait_until(
    image: Image, command: str, environment: dict[str, str], process: subprocess.Popen[str]
) -> None:
    """Repeat a check until it succeeds, as long as the process runs."""
    pause = Event()
    while subprocess.run(
        ["sh", "-c", command], cwd=image.folder, env=environment, capture_output=True, check=False
    ).returncode:
        assert process.poll() is None, f"never healthy: {command}"
        pause.wait(POLL)


def waits_for_jobs(valkey: Valkey) -> bool:
    """Return whether a worker waits at the queue."""
    with valkey.client() as client:
        return any("pop" in str(one["cmd"]) for one in client.client_list())


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HOSTING / "compose.yaml").read_text())
    return found


def example_settings() -> dict[str, str]:
    """Return the variables of the example file."""
    lines = (HOSTING / "timesheet.env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.fixture
def database() -> Iterator[tuple[str, str]]:
    """Yield the addresses of a new server's database, prepared by create-roles.sh: for the app, and for the owner."""
    programs = find_programs()
    assert programs, "dev.py test installs PostgreSQL"
    with running_postgresql(programs) as url:
        host = url.partition("host=")[2]
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "PGHOST": host, **PASSWORDS}
        run(str(HOSTING / "create-roles.sh"), ROOT, environment)
        yield (
            f"postgresql://timesheet_app:x@/timesheet?host={host}",
            f"postgresql://timesheet_owner:x@/timesheet?host={host}",
        )


def test_it_migrates_serves_and_ends_as_a_container(
    image: Image, database: tuple[str, str], valkey: Valkey, tmp_path: Path
) -> None:
    services, (app_url, owner_url) = compose()["services"], database
    before = image.files()
    environment = image.environment(**example_settings()) | {
        "DATABASE_URL": app_url,
        "REDIS_URL": valkey.url,
        "ENCRYPTION_KEYS": KEY,
        "SIGNING_KEY": "a signing key that is long enough for tests",
        "METRICS_TOKEN": "a token that is long enough",
        "PORT": str(free_port()),
    }
    # Only the web process has the folder of the counts.
    assert [name for name, one in services.items() if FOLDER in one.get("environment", {})] == ["web"]
    web = {**environment, FOLDER: str(tmp_path)}
    release = shlex.join(services["release"]["command"])
    run(release, image.folder, {**environment, "DATABASE_OWNER_URL": owner_url})
    health = only("HEALTHCHECK").partition(" CMD ")[2]
    assert subprocess.run(["sh", "-c", health], env=environment, capture_output=True, check=False).returncode
    counts = free_port()
    worker = shlex.join(services["worker"]["command"]).replace("5001", str(counts))
    with running(image, only("CMD"), web) as served, running(image, f"exec {worker}", environment):
        wait_until(image, health, environment, served)
        wait_for(lambda: waits_for_jobs(valkey))
        bearer = {"Authorization": f"Bearer {environment['METRICS_TOKEN']}"}
        shown = requests.get(f"http://127.0.0.1:{counts}/metrics", headers=bearer, timeout=PATIENCE)
        assert "timesheet_jira_call_seconds" in shown.text
    assert image.files() == before, "its root file system is read-only"


def test_the_web_command_is_that_of_the_procfile() -> None:
    web = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web: "))
    command = only("CMD").removeprefix("exec ").replace(" --worker-tmp-dir /dev/shm", "")
    assert command == web.removeprefix("web: ")


def test_it_holds_what_the_app_needs_and_no_more(image: Image) -> None:
    there = {path.name for path in image.folder.iterdir()} - {"__pycache__"}
    assert there == {
        *("app.py", "gunicorn.conf.py", "atlassian-connect.json", "LICENSE", "NOTICE"),
        *("requirements", "timesheet", "migrations", "templates", "static"),
    }
    assert not list((image.top / "srv" / "venv").glob("lib/*/site-packages/pip")), "pip is gone"
    assert list(image.folder.glob("timesheet/__pycache__/settings.*.pyc")), "byte code is made beforehand"


def test_only_what_is_copied_reaches_the_builder() -> None:
    admitted = {
        line.removeprefix("!")
        for line in (HOSTING / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert admitted == copied


def test_it_runs_without_rights_from_official_images() -> None:
    words = instructions()
    assert [rest.split()[0] for word, rest in words if word == "FROM"] == ["python:3.13-slim"] * 2
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", only("USER"))
    last = [word for word, _ in words]
    assert last.index("USER") > len(last) - 1 - last[::-1].index("FROM"), "the image that runs has the user"
    [install] = [rest for word, rest in words if word == "RUN" and " install " in rest]
    assert "--require-hashes" in install
    assert "--index" not in install
