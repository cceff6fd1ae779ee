"""Find code that nothing calls. Names used in templates count as called, which vulture alone cannot see."""

from __future__ import annotations

import re
import sys
import tomllib
from typing import Any

from vulture import Vulture

from tools.project import ROOT

EXPRESSION = re.compile(r"\{[{%](.*?)[%}]\}", re.DOTALL)
NAME = re.compile(r"[A-Za-z_]\w*")


def names_in_templates(text: str) -> set[str]:
    """Return every name inside the Jinja of a template; some are keywords, which does no harm."""
    return {name for expression in EXPRESSION.findall(text) for name in NAME.findall(expression)}


def settings() -> dict[str, Any]:
    """Return the table ``tool.vulture`` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["vulture"]
    return table


def main() -> int:
    """Report code that looks dead; return 1 if there is any."""
    table = settings()
    templates = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "jira_emulator").rglob("*.html")]
    read = {name for path in templates for name in names_in_templates(path.read_text())}
    finder = Vulture(ignore_names=table["ignore_names"], ignore_decorators=table["ignore_decorators"])
    # As ignored names they would be patterns, which takes six times as long.
    finder.used_names.update(read)
    finder.scavenge([str(ROOT / path) for path in table["paths"]])
    return int(finder.report(min_confidence=table["min_confidence"]))


if __name__ == "__main__":
    sys.exit(main())
