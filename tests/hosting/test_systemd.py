"""The systemd units: systemd's own check where it is installed, and that they start what the Procfile starts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hosting.test_image import HOSTING, compose, only
from tools.project import BIN, PYTHON, ROOT

FOLDER = HOSTING / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))
EXPOSURE = 35
"""Ten times the exposure level at which systemd-analyze fails; without a filter of system calls it is 3."""
RELEASE = "timesheet-release.service"
INSTALLED = "/srv/timesheet/.venv/bin/"


def lines(unit: str, key: str) -> list[str]:
    """Return the values of a key, in the order of the file."""
    found = re.findall(rf"^{key}=(.*)$", (FOLDER / unit).read_text(), re.MULTILINE)
    return [str(value) for value in found]


def command(unit: str) -> str:
    """Return what the unit starts, without the folder of the installation and how Python finds it there."""
    [start] = lines(unit, "ExecStart")
    assert start.startswith(INSTALLED)
    return start.removeprefix(INSTALLED).removeprefix("python -m ")


def test_there_is_a_unit_for_each_process() -> None:
    assert [f"timesheet-{name}.service" for name in ("release", "web", "worker")] == UNITS


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_every_line(unit: str, tmp_path: Path) -> None:
    """Without systemd the sections and keys are compared with those of the manual."""
    text = (FOLDER / unit).read_text().replace(INSTALLED, f"{BIN}/")
    for section, keys in re.findall(r"^\[(\w+)\]\n(.*?)(?=^\[|\Z)", text, re.MULTILINE | re.DOTALL):
        known = KNOWN[section]
        assert {line.split("=")[0] for line in keys.splitlines() if line and line[0] != "#"} <= known
    if shutil.which("systemd-analyze"):
        (tmp_path / unit).write_text(text)
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_all_units_are_confined_alike() -> None:
    """The one that migrates has the password of the role that owns the tables."""
    confined = {
        (FOLDER / unit).read_text().partition("NoNewPrivileges")[2].partition("\n\n")[0] for unit in UNITS
    }
    assert len({one.strip() for one in confined}) == 1


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_no_unit_exposed(unit: str) -> None:
    done = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--no-pager",
            "--offline=true",
            f"--threshold={EXPOSURE}",
            FOLDER / unit,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_what_the_units_do_not_compile_is_compiled_as_the_page_says(tmp_path: Path) -> None:
    """Without ``.venv/lib``, which takes long."""
    assert all(
        "PYTHONDONTWRITEBYTECODE=1" in lines(unit, "Environment")[0] for unit in UNITS if unit != RELEASE
    )
    [says] = re.findall(
        r"^\.venv/bin/python (-m compileall .*)$", (ROOT / "docs/operate.md").read_text(), re.MULTILINE
    )
    arguments = says.replace(" .venv/lib", "").split()
    assert arguments != says.split()
    subprocess.run(
        [PYTHON, *arguments], cwd=ROOT, env=os.environ | {"PYTHONPYCACHEPREFIX": str(tmp_path)}, check=True
    )
    compiled = {path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")}
    sources = [ROOT / "app.py", *(ROOT / "timesheet").rglob("*.py"), *(ROOT / "migrations").rglob("*.py")]
    assert {path.stem for path in sources} <= compiled


KNOWN = {
    "Unit": {"Description", "After", "Wants"},
    "Install": {"WantedBy"},
    "Service": {
        *(
            "Type",
            "NotifyAccess",
            "User",
            "WorkingDirectory",
            "EnvironmentFile",
            "Environment",
            "RuntimeDirectory",
        ),
        *("ExecStart", "ExecReload", "KillMode", "TimeoutStopSec", "Restart", "RestartSec", "LimitNOFILE"),
        *("NoNewPrivileges", "ProtectSystem", "ProtectHome", "ProtectKernelTunables", "ProtectKernelModules"),
        *(
            "ProtectControlGroups",
            "PrivateTmp",
            "PrivateDevices",
            "RestrictAddressFamilies",
            "RestrictSUIDSGID",
        ),
        *("LockPersonality", "CapabilityBoundingSet", "SystemCallArchitectures"),
        *("ProtectClock", "ProtectHostname", "ProtectKernelLogs", "ProtectProc", "RestrictNamespaces"),
        *("RestrictRealtime", "UMask"),
    },
}


def test_they_start_what_the_containers_start() -> None:
    services = compose()["services"]
    assert command("timesheet-release.service") == " ".join(services["release"]["command"])
    worker = " ".join(services["worker"]["command"]).replace("0.0.0.0", "127.0.0.1")
    assert command("timesheet-worker.service") == worker
    web = only("CMD").removeprefix("exec ").replace("0.0.0.0:${PORT:-5000}", "127.0.0.1:5000")
    assert command("timesheet-web.service") == web, "only the proxy on the same machine reaches it"


def test_the_owner_of_the_tables_is_known_to_the_release_only() -> None:
    with_owner = {unit for unit in UNITS if any("owner" in file for file in lines(unit, "EnvironmentFile"))}
    assert with_owner == {"timesheet-release.service"}


@pytest.mark.parametrize("unit", UNITS)
def test_a_process_gains_no_rights_and_may_end_in_peace(unit: str) -> None:
    assert lines(unit, "NoNewPrivileges") == ["yes"]
    assert lines(unit, "ProtectSystem") == ["strict"]
    assert lines(unit, "User") == ["timesheet"]
    if "release" not in unit:
        [graceful] = re.findall(r"--graceful-timeout (\d+)", (ROOT / "Procfile").read_text())
        assert int(lines(unit, "TimeoutStopSec")[0]) > int(graceful)
        assert lines(unit, "Restart") == ["always"]
