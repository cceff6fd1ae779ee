"""axe: loads it into a page once, and reports what it finds there and nothing else."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

# Otherwise axe would load style sheets of other hosts with a script, which the content security policy forbids. It
# would also describe everything that is right on a page, which takes longer than to check it.
OPTIONS: dict[str, Any] = {"preload": False, "resultTypes": ["violations"]}
RUN = """async (options) => {
    const { violations } = await axe.run(document, options);
    return violations.map(({ id, help, helpUrl, nodes }) => [
        `${id}: ${help} (${helpUrl})`,
        ...nodes.map(({ target, html, failureSummary }) => `  ${target}\\n  ${html}\\n  ${failureSummary}`),
    ].join("\\n"));
}"""


def load_axe(where: Page | Frame) -> None:
    """Load axe into a page or a frame that does not have it yet."""
    if not where.evaluate("'axe' in window"):
        where.evaluate(AXE_SCRIPT)


def violations(where: Page | Frame) -> list[str]:
    """Return what axe finds on a page or in a frame: a text for each rule, with the elements that break it."""
    load_axe(where)
    found: list[str] = where.evaluate(RUN, OPTIONS)
    return found
