"""The paths in the checkout, and the error with which every command may end."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")


class CannotGoOn(Exception):
    """Something is missing; the message says what and how to get it, in one line."""


def can_install_packages() -> bool:
    """Return True if Debian packages can be installed without asking: apt-get as root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install_package(*names: str) -> None:
    """Install Debian packages. Raise CannotGoOn if apt-get fails."""
    print(f"installing {' '.join(names)} with apt-get", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=300", "-y", "-qq", "--no-install-recommends"]
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", *wait, *names]):
        done = subprocess.run(
            command, env=quiet, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False
        )
    if done.returncode != 0:
        raise CannotGoOn(f"apt-get could not install {' '.join(names)}: see its message above.")
