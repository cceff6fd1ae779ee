"""The virtual environment: created once from a hash-pinned lock, and updated when the lock changes.

It is made with the newest supported Python that is found, because the container image has that version, and it is the
fastest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
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


def ensure(lock: str, program: str | None = None) -> None:
    """Install what ``requirements/<lock>.txt`` pins into ``.venv``. Costs nothing if it is up to date.

    ``program`` is a Python that makes the environment anew.
    """
    file, stamp = REQUIREMENTS / f"{lock}.txt", VENV / f".{lock}.sha256"
    if program is None and PYTHON.exists() and stamp.exists() and stamp.read_text() == stamp_of(lock):
        return
    print(f"installing requirements/{lock}.txt into .venv", flush=True)
    if program is not None or not usable():
        make_environment(program or newest_python())
    install(file)
    stamp.write_text(stamp_of(lock))


def stamp_of(lock: str) -> str:
    """Return a hash of the environment's inputs: the lock's bytes and the Python that made the environment."""
    made = VENV / "pyvenv.cfg"
    python = made.read_bytes() if made.exists() else b""
    return hashlib.sha256((REQUIREMENTS / f"{lock}.txt").read_bytes() + python).hexdigest()


def usable() -> bool:
    """Return True if ``.venv`` exists and has pip and a Python that can run the project."""
    return PYTHON.exists() and version_of(str(PYTHON), "pip") is not None


def version_of(program: str, *modules: str) -> tuple[int, int] | None:
    """Return the version of a Python, or None if it cannot run the project or has not all of these modules."""
    ask = f"import sys, {', '.join(modules)}; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run([program, "-c", ask], capture_output=True, text=True, check=False)
    except OSError:
        return None
    if answer.returncode != 0:
        return None
    major, minor = map(int, answer.stdout.split())
    return (major, minor) if wrong_python((major, minor)) is None else None


def newest_python() -> str:
    """Return the newest Python on the path that can make an environment, or the one that runs this program.

    A name on the path may belong to a version manager that has no such Python, so each is tried. An activated
    environment is left out, because it is about to be replaced.
    """
    folders = [folder for folder in os.get_exec_path() if Path(folder) != BIN]
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = f"python{NEWEST[0]}.{minor}"
        for folder in folders:
            found = shutil.which(name, path=folder)
            if found and version_of(found, "venv", "ensurepip") == (NEWEST[0], minor):
                return found
    return sys.executable


def make_environment(program: str) -> None:
    """Make a new ``.venv`` with pip. Debian packages venv separately: it is installed with apt-get if allowed."""
    if version_of(program, "venv", "ensurepip") is None:
        if program != sys.executable:
            raise CannotGoOn(f"{program} is no Python that the project supports with its venv module.")
        if not can_install_packages():
            raise CannotGoOn(
                "Python's venv module is missing: run `sudo apt-get install python3-venv` and start again."
            )
        install_package("python3-venv")
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.run([program, "-m", "venv", str(VENV)], check=False).returncode != 0:
        raise CannotGoOn(f"the environment .venv could not be made with {program}: see the message above.")


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
