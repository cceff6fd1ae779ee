"""List the license of everything the app installs; fail on one that the project may not build on."""

from __future__ import annotations

import re
import sys
from importlib import metadata

from tools.locks import pins
from tools.project import ROOT

FIELDS = ("License-Expression", "License")
# The order matters: "LGPL" must be found before the "GPL" inside it.
KINDS = (
    ("weak copyleft", re.compile(r"LGPL|Lesser|MPL|Mozilla", re.IGNORECASE)),
    ("refused", re.compile(r"GPL|General Public|AGPL|SSPL|Commercial|Proprietary", re.IGNORECASE)),
    ("permissive", re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software|Zlib|Unlicense|0BSD", re.IGNORECASE)),
)

MIT_TEXT = "Permission is hereby granted, free of charge, to any person obtaining a copy"


def license_of(package: str) -> str:
    """Return a package's license text: the expression, else the classifiers, else the free field."""
    about = metadata.distribution(package).metadata
    classifiers = [
        line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if "License ::" in line
    ]
    expression, field = (" ".join(about.get_all(name) or []) for name in FIELDS)
    return expression or " / ".join(classifiers) or field.strip().split("\n")[0] or _license_in_files(package)


def _license_in_files(package: str) -> str:
    """Return MIT if a package states no license in a field but ships the text of that one."""
    files = (file for file in metadata.files(package) or () if "LICENSE" in file.name.upper())
    return "MIT, by its license file" if any(MIT_TEXT in file.read_text() for file in files) else ""


def kind_of(terms: str) -> str:
    """Return ``permissive``, ``weak copyleft``, ``refused``, or ``unknown``."""
    return next((kind for kind, pattern in KINDS if pattern.search(terms)), "unknown")


def rows() -> list[tuple[str, str, str]]:
    """Return package, license, and kind of everything pinned for the app that is installed on this platform."""
    names = pins((ROOT / "requirements" / "app.txt").read_text())
    installed = {
        (found.metadata["Name"] or "").lower().replace("_", "-") for found in metadata.distributions()
    }
    here = sorted(name for name in names if name.replace("_", "-") in installed)
    return [(name, license_of(name), kind_of(license_of(name))) for name in here]


def problems(table: list[tuple[str, str, str]], notice: str) -> list[str]:
    """Return what may not be used, and what is missing from NOTICE."""
    found = [
        f"{name}: license {terms!r} is {kind}"
        for name, terms, kind in table
        if kind in {"refused", "unknown"}
    ]
    unnamed = [name for name, _, kind in table if kind == "weak copyleft" and name not in notice]
    return found + [f"{name}: weak copyleft, but not named in NOTICE" for name in unnamed]


if __name__ == "__main__":
    table = rows()
    for name, terms, kind in table:
        print(f"{name:24}{kind:16}{terms}")
    wrong = problems(table, (ROOT / "NOTICE").read_text())
    print("\n".join(wrong))
    sys.exit(bool(wrong))
