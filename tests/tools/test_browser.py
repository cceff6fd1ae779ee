"""The browser of the journeys is found, or installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import browser
from tools.project import CannotGoOn


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the folder with the programs of a Debian without a browser, where packages can be installed."""
    monkeypatch.delenv("CHROMIUM_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "can_install_packages", lambda: True)
    monkeypatch.setattr(browser, "is_ubuntu", lambda: False)
    return tmp_path


def install(folder: Path, name: str) -> Path:
    program = folder / name
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    return program


def test_the_headless_shell_is_preferred_to_the_whole_browser(machine: Path) -> None:
    whole = install(machine, "chromium")
    assert browser.find_chromium() == str(whole)
    shell = install(machine, "chromium-headless-shell")
    assert browser.find_chromium() == str(shell)


def test_nothing_is_installed_if_there_is_a_browser(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(machine, "chromium")
    monkeypatch.setattr(browser, "install_package", lambda *names: pytest.fail(f"installs {names}"))
    browser.ensure_browser()


def test_a_debian_without_the_shell_gets_the_whole_browser(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages: list[str] = []

    def install_package(name: str) -> None:
        packages.append(name)
        if name == "chromium-headless-shell":
            raise CannotGoOn("no such package")
        install(machine, name)

    monkeypatch.setattr(browser, "install_package", install_package)
    browser.ensure_browser()
    assert packages == ["chromium-headless-shell", "chromium"]
    assert browser.find_chromium() == str(machine / "chromium")
