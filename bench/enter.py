"""Measure how long it takes in a browser from Enter to the settled cell, with a Jira on the same machine."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from bench.browser import launch
from bench.measure import Figure
from tests.journeys.support.journey import Journey
from tests.journeys.support.sheet import FRI, MON, NOW, THU, TUE, WED, ZONE, Sheet, Work
from tools.stage import Stage, set_stage

DAYS = (MON, TUE, WED, THU, FRI)
ISSUES, PERSON, TARGET_MS = 5, 1, 50
# Notes when Enter was pressed in a cell, and when that cell, or the one of the answer in its place, is no longer busy.
WATCH = """() => {
    const began = new Map(), took = [];
    addEventListener("keydown", (event) => {
        const cell = event.target instanceof Element && event.target.closest("#grid td");
        if (event.key === "Enter" && cell) began.set(`${cell.closest("tr").id} ${cell.cellIndex}`, performance.now());
    }, true);
    new MutationObserver(() => {
        for (const [name, start] of began) {
            const [row, column] = name.split(" ");
            if (document.getElementById(row).cells[Number(column)].hasAttribute("aria-busy")) continue;
            began.delete(name);
            took.push(performance.now() - start);
        }
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-busy"] });
    window.settledAfter = took;
}"""


def enter() -> Iterator[Figure]:
    """Yield the time from Enter to the settled cell, for 25 cells typed one after the other."""
    with (
        tempfile.TemporaryDirectory() as folder,
        set_stage(Path(folder)) as stage,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        took = type_week(browser.new_page(viewport={"width": 1280, "height": 900}), stage)
        browser.close()
    yield Figure(
        f"Enter to the settled cell in Chromium, {len(took)} cells",
        statistics.median(took),
        statistics.quantiles(took, n=20)[-1],
        target=f"≤ {TARGET_MS} ms",
        notes={"best_ms": min(took)},
    )


def type_week(page: Page, stage: Stage) -> list[float]:
    """Type into each working day of some issues, and return the milliseconds of each cell; the first row warms up."""
    person, clock = stage.jira.person(PERSON), stage.cloud.cloud.clock
    clock.travel((NOW - clock()).total_seconds())
    person.time_zone, person.locale = ZONE.key, "en_GB"
    work = Work(stage, person)
    issues = [work.issue(f"Work {number}") for number in range(ISSUES + 1)]
    sheet = Sheet(Journey(page, stage, person), work).open(*issues)
    sheet.frame.evaluate(WATCH)
    for number, issue in enumerate(issues):
        for column, day in enumerate(DAYS):
            sheet.enter(issue, day, f"0:{10 + number * len(DAYS) + column}")
            expect(sheet.cell(issue, day)).to_have_text(f"0:{10 + number * len(DAYS) + column}")
            expect(sheet.cell(issue, day)).not_to_have_attribute("aria-busy", "true")
    took = [float(one) for one in sheet.frame.evaluate("() => window.settledAfter")]
    if len(took) != len(issues) * len(DAYS):
        raise RuntimeError(f"{len(took)} cells settled of {len(issues) * len(DAYS)}")
    return took[len(DAYS) :]
