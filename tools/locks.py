"""Check the lock files: every line is pinned by hash, and none contains a package index's address."""

from __future__ import annotations

import re
import sys

from tools.project import ROOT

PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|\"resolved\"")


def pins(text: str) -> dict[str, str]:
    """Return name and version of everything that a lock pins."""
    return {name.lower(): version for name, version in PIN.findall(text)}


def addresses(text: str) -> list[str]:
    """Return the lines of a lock that name package sources; npm's funding links do not count."""
    return [line.strip() for line in text.splitlines() if ADDRESS.search(line) and '"url":' not in line]


def unhashed(text: str) -> list[str]:
    """Return the pins of a lock without a hash."""
    entries = re.split(r"\n(?=\S)", text)
    return [entry.split(" ")[0] for entry in entries if PIN.match(entry) and "--hash=sha256:" not in entry]


def hashes(text: str, package: str) -> list[str]:
    """Return the SHA-256 hashes of one package's files in its lock."""
    entries = re.split(r"\n(?=\S)", text)
    entry = next((entry for entry in entries if package in pins(entry)), "")
    return re.findall(r"--hash=sha256:([0-9a-f]{64})", entry)


def disagreements(part: str, whole: str) -> list[str]:
    """Return pins of one lock that a wider one does not contain in the same version."""
    wider = pins(whole)
    return [f"{name} {version}" for name, version in pins(part).items() if wider.get(name) != version]


def problems() -> list[str]:
    """Return all problems of the committed locks, one line each."""
    texts = {path.name: path.read_text() for path in (ROOT / "requirements").glob("*.txt")}
    found = [f"{name}: {line} names an address" for name, text in texts.items() for line in addresses(text)]
    found += [f"{name}: {pin} has no hash" for name, text in texts.items() for pin in unhashed(text)]
    found += [f"dev.txt lacks {pin} of app.txt" for pin in disagreements(texts["app.txt"], texts["dev.txt"])]
    node = (ROOT / "package-lock.json").read_text()
    return found + [f"package-lock.json: {line} names an address" for line in addresses(node)]


if __name__ == "__main__":
    found = problems()
    print("\n".join(found))
    sys.exit(bool(found))
