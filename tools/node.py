"""Node and its packages: the tools that check scripts, and those that build the page of the Forge app."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from tools.project import ROOT, CannotGoOn, can_install_packages, install_package

NODE_MODULES = ROOT / "node_modules"
FORGE = ROOT / "forge"


def node_tool(name: str) -> str:
    """Return the path of a program that package-lock.json pins."""
    return str(NODE_MODULES / ".bin" / name)


def have_node() -> bool:
    """Return True once the tools for scripts are installed. Without npm their checks are skipped, but never in CI."""
    if shutil.which("npm") is None and not can_install_packages():
        if os.environ.get("CI") == "true":
            raise CannotGoOn("npm is missing, and CI must check the scripts: install nodejs and npm.")
        print(f"{'scripts':14}skipped: npm is not installed", flush=True)
        return False
    ensure_npm()
    ensure_node_modules(ROOT)
    return True


def ensure_page_tools() -> None:
    """Install Node and Atlassian's packages, with which the page of the Forge app is built, unless they are there."""
    ensure_npm()
    ensure_node_modules(FORGE)


def ensure_npm() -> None:
    """Install Node with npm unless they are there. Raise CannotGoOn if that is impossible."""
    if shutil.which("npm") is None:
        if not can_install_packages():
            raise CannotGoOn("the page of the Forge app is built with Node: install nodejs and npm.")
        install_package("nodejs", "npm")


def build_page(folder: Path) -> None:
    """Build the page of the Forge app into a folder. Raise CannotGoOn without the tools for it."""
    command = ["node", str(FORGE / "tools" / "build.js"), str(folder)]
    try:
        subprocess.run(command, cwd=ROOT, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotGoOn(
            f"the page of the Forge app was not built ({error}): `python3 dev.py forge build` installs what it needs."
        ) from error


def ensure_node_modules(folder: Path) -> None:
    """Install what the folder's lock pins into its ``node_modules``, without running any package's scripts."""
    lock, stamp = folder / "package-lock.json", folder / "node_modules" / ".lock.sha256"
    want = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == want:
        return
    if subprocess.run(["npm", "ci", "--ignore-scripts", "--silent"], cwd=folder, check=False).returncode != 0:
        name = lock.relative_to(ROOT)
        raise CannotGoOn(f"{name} could not be installed: is the npm registry reachable?")
    stamp.write_text(want)
