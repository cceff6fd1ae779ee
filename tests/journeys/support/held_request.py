"""Slow responses: requests of a page are held until the journey releases them."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Request, Route

from tests.journeys.support.journey import Journey


class HeldRequests:
    """Requests of the frame, to addresses that contain ``path``, that the app gets when they are released."""

    def __init__(self, journey: Journey, path: str) -> None:
        self._journey = journey
        self._path = path
        self._routes: list[Route] = []
        self._to_hold = 0
        # Removing a route would let its requests go, so there is one for the whole journey.
        journey.intercept(self._keep)

    def hold(self, act: Callable[[], object]) -> None:
        """Hold the request that ``act`` causes."""
        self._to_hold += 1
        with self._journey.page.expect_request(self._is_wanted):
            act()
        # The browser reports a request before it lets anybody hold it.
        self._journey.wait_until(lambda: not self._to_hold)

    def release_first(self) -> None:
        """Let the request go that was sent first."""
        self._routes.pop(0).continue_()

    def release(self) -> None:
        """Let all requests go, in the order in which they were sent."""
        while self._routes:
            self.release_first()

    def lose(self) -> None:
        """Let all requests end without an answer."""
        while self._routes:
            self._routes.pop(0).abort()

    def _is_wanted(self, request: Request) -> bool:
        return self._path in self._journey.door.target(request)[1]

    def _keep(self, route: Route, request: Request) -> None:
        if self._to_hold and self._is_wanted(request):
            self._to_hold -= 1
            self._routes.append(route)
        else:
            route.continue_()
