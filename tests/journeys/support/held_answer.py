"""An answer that comes at a chosen moment, for example between the press and the release of a mouse button."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import APIResponse, Locator, Request, Response, Route

from tests.journeys.support.journey import Journey


def hold_answer(
    journey: Journey, path: str, ask: Callable[[], object], *, method: str = ""
) -> Callable[[], None]:
    """Ask for something, hold the answer, and return what lets it go and waits until the page has it.

    ``path`` is the beginning of the path, and an empty ``method`` is any.
    """
    taken, waiting = list[Route](), list[tuple[Route, APIResponse]]()
    page, door = journey.page, journey.door

    def is_request(request: Request) -> bool:
        sent_by, target = door.target(request)
        return target.partition("?")[0].startswith(path) and method in ("", sent_by)

    def is_answered(response: Response) -> bool:
        return is_request(response.request)

    def keep(route: Route, request: Request) -> None:
        if taken or not is_request(request):
            route.fallback()
            return
        # While the answer is fetched, the next request arrives here.
        taken.append(route)
        waiting.append((route, route.fetch()))

    with page.expect_request(is_request):
        end = journey.intercept(keep)
        ask()

    def let_go() -> None:
        # The app may need longer for its answer than the page for what it did meanwhile.
        journey.wait_until(lambda: waiting)
        [(route, answer)] = waiting
        with page.expect_response(is_answered):
            route.fulfill(response=answer)
        end()

    return let_go


def click_during(button: Locator, event: Callable[[], None]) -> None:
    """Press the mouse on a button, let something happen, and let the mouse go."""
    button.hover()
    page = button.page
    page.mouse.down()
    event()
    page.wait_for_timeout(100)
    page.mouse.up()
