"""An answer that comes at a chosen moment, for example between the press and the release of a mouse button."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import APIResponse, Locator, Page, Route


def hold_answer(page: Page, pattern: str, ask: Callable[[], None]) -> Callable[[], None]:
    """Ask for something, hold the answer, and return what lets it go and waits until the page has it."""
    held = list[tuple[Route, APIResponse]]()
    with page.expect_request(pattern):
        page.route(pattern, lambda route: held.append((route, route.fetch())), times=1)
        ask()

    def let_go() -> None:
        [(route, answer)] = held
        with page.expect_response(pattern):
            route.fulfill(response=answer)

    return let_go


def click_during(button: Locator, event: Callable[[], None]) -> None:
    """Press the mouse on a button, let something happen, and let the mouse go."""
    button.hover()
    page = button.page
    page.mouse.down()
    event()
    page.wait_for_timeout(100)
    page.mouse.up()
