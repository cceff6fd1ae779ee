"""The virtual environment: created once from a hash-pinned lock, and updated when the lock changes."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from tools.project import BIN, PYTHON, ROOT, VENV, CannotGoOn, can_install_packages, install_package

OLDEST, NEWEST = (3, 11), (3, 13)
REQUIREMENTS = ROOT / "requirements"


def wrong_python(version: tuple[int, int]) -> str | None:
    """Return why this Python cannot run the project, or None if it can."""
    if OLDEST <= version <= NEWEST:
        return None
    wanted = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    return f"this is Python {version[0]}.{version[1]}, the project needs {wanted}: start it with one."


def ensure(lock: str) -> None:
    """Install what ``requirements/<lock>.txt`` pins into ``.venv``. Costs nothing if it is up to date."""
    file, stamp, want = REQUIREMENTS / f"{lock}.txt", VENV / f".{lock}.sha256", stamp_of(lock)
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == want:
        return
    print(f"installing requirements/{lock}.txt into .venv", flush=True)
    if not usable():
        make_environment()
    install(file)
    stamp.write_text(want)


def stamp_of(lock: str) -> str:
    """Return a hash of the environment's inputs: the lock's bytes and the Python version."""
    return hashlib.sha256((REQUIREMENTS / f"{lock}.txt").read_bytes() + sys.version.encode()).hexdigest()


def usable() -> bool:
    """Return True if ``.venv`` exists and runs the same Python minor version as this program."""
    if not PYTHON.exists():
        return False
    ask = [str(PYTHON), "-c", "import sys, pip; print('%d.%d' % sys.version_info[:2])"]
    answer = subprocess.run(ask, capture_output=True, text=True, check=False)
    return answer.stdout.strip() == f"{sys.version_info[0]}.{sys.version_info[1]}"


def make_environment() -> None:
    """Create a ``.venv`` with pip. Debian packages venv separately, so install it with apt-get if allowed."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        if not can_install_packages():
            raise CannotGoOn(
                "Python's venv module is missing: run `sudo apt-get install python3-venv` and start again."
            )
        install_package("python3-venv")
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotGoOn(f"the environment .venv could not be made: {error}") from error


def install(file: Path) -> None:
    """Install a lock with uv, which takes seconds, or with pip if uv cannot run."""
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes", "-r"]
    uv = [str(BIN / "uv"), "pip", "install", "-q", "--require-hashes", "-r", str(file)]
    quiet = {
        **os.environ,
        "VIRTUAL_ENV": str(VENV),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_LINK_MODE": "copy",
        "UV_NO_CONFIG": "1",
    }
    try:
        subprocess.run([*pip, str(REQUIREMENTS / "uv.txt")], check=True)
        subprocess.run(uv, check=True, env=quiet)
    except (OSError, subprocess.CalledProcessError):
        print("uv did not work here, installing with pip instead", flush=True)
        if subprocess.run([*pip, str(file)], check=False).returncode != 0:
            raise CannotGoOn(
                f"requirements/{file.name} could not be installed: is the package index reachable?"
            ) from None
