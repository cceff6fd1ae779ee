"""axe: loads it into a page once, and reports what it finds there and nothing else."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Frame, Page

# Otherwise axe would load style sheets of other hosts with a script, which the content security policy forbids. It
# would also describe everything that is right on a page, which takes longer than to check it.
OPTIONS: dict[str, Any] = {"preload": False, "resultTypes": ["violations"]}
COLOR_RULES = ("color-contrast", "link-in-text-block")
COLORS = {**OPTIONS, "runOnly": {"type": "rule", "values": COLOR_RULES}}
NO_COLORS = {**OPTIONS, "rules": {rule: {"enabled": False} for rule in COLOR_RULES}}
RUN = """async ([options, colors]) => {
    const page = document.documentElement;
    const shown = page.getAttribute("data-color-mode");
    const { violations } = await axe.run(document, options);
    if (colors && shown) {
        page.setAttribute("data-color-mode", shown === "dark" ? "light" : "dark");
        violations.push(...(await axe.run(document, colors)).violations);
        page.setAttribute("data-color-mode", shown);
    }
    return violations.map(({ id, help, helpUrl, nodes }) => [
        `${id}: ${help} (${helpUrl})`,
        ...nodes.map(({ target, html, failureSummary }) => `  ${target}\\n  ${html}\\n  ${failureSummary}`),
    ].join("\\n"));
}"""

# A page has few colors, and axe would parse the background of every element again for every text in front of it,
# which takes a fifth of its time. A color that cannot be parsed is not kept: axe reports it each time.
KEEP_COLORS = """(() => {
    const known = new Map();
    const { prototype } = axe.commons.color.Color;
    const parse = prototype.parseString;
    prototype.parseString = function (text) {
        if (!known.has(text)) {
            const { r, g, b, alpha } = parse.call(this, text);
            known.set(text, { r, g, b, alpha });
        }
        return Object.assign(this, known.get(text));
    };
})();"""


def load_axe(where: Page | Frame) -> None:
    """Load axe into a page or a frame that does not have it yet."""
    if not where.evaluate("'axe' in window"):
        where.evaluate(f"{AXE_SCRIPT}\n{KEEP_COLORS}")


def violations(where: Page | Frame, *, colors: bool = True) -> list[str]:
    """Return what axe finds on a page or in a frame: a text for each rule, with the elements that break it.

    A page of the app is checked in its theme, and once more in the other one for what a theme can change. With
    ``colors`` false it is checked for everything else, which takes half of the time.
    """
    load_axe(where)
    found: list[str] = where.evaluate(RUN, [OPTIONS, COLORS] if colors else [NO_COLORS, None])
    return found
