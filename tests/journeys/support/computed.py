"""The time that a page computes, which depends on the page and not on how busy the machine is."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Error, Frame


def measure_computing(frame: Frame) -> Callable[[], float]:
    """Return a function that returns for how many milliseconds the frame's main thread has run since now.

    That is without the time in which it waited for a core.
    """
    context = frame.page.context
    try:
        session = context.new_cdp_session(frame)
    except Error:  # the frame shares the main thread of its page
        session = context.new_cdp_session(frame.page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def computed() -> float:
        metrics = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"] * 1000)

    began = computed()
    return lambda: computed() - began
