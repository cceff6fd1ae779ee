"""Measure how long a real browser takes to load a page of the app that contains a fragment."""

from __future__ import annotations

from urllib.request import urlopen

from playwright.sync_api import Browser, Playwright, Route, sync_playwright

from tools.browser import find_chromium
from tools.stage import Stage

LOADS = 7
MAIN = '<main id="main"'
# Chromium sometimes reports no idle time for half a minute, although the page has nothing left to do.
IDLE = "() => new Promise(done => requestIdleCallback(() => done(true), { timeout: 5000 }))"
LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


def launch(playwright: Playwright) -> Browser:
    """Start Chromium: the one of this machine, or Playwright's own."""
    return playwright.chromium.launch(executable_path=find_chromium() or None, args=["--no-sandbox"])


def load_times(stage: Stage, address: str, fragment: str) -> list[tuple[float, float]]:
    """Return the milliseconds of each load, without the first one, which warms up.

    The first value is from the start of the navigation to the end of the load event, the second is what the
    page's main thread has computed until it is idle: scripts, styles, and layout, without waiting for a core.
    """
    with urlopen(address) as answer:
        page = answer.read().decode()
    head, main, rest = page.partition(MAIN)
    if not main:
        raise RuntimeError("the page has no place for its content")
    opening, _, behind = rest.partition(">")
    html = f"{head}{main}{opening}>{fragment}</main>{behind.partition('</main>')[2]}"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})

        def answer_with_all(route: Route) -> None:
            route.fulfill(body=html, content_type="text/html; charset=utf-8")

        whole = f"{stage.base_url}/teams"
        tab.route(whole, answer_with_all)
        metrics = tab.context.new_cdp_session(tab)
        metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
        took: list[tuple[float, float]] = []
        for _ in range(LOADS + 1):
            tab.goto(whole, wait_until="load")
            tab.wait_for_function(f"{LOADED} > 0")
            tab.wait_for_function(IDLE)
            busy = {one["name"]: one["value"] for one in metrics.send("Performance.getMetrics")["metrics"]}
            took.append((tab.evaluate(LOADED), busy["TaskDuration"] * 1000))
        browser.close()
    return took[1:]
