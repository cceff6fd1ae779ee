"""Webhooks: events of a site, sent to the apps that declared them, with retries and in no guaranteed order."""

from __future__ import annotations

import heapq
import itertools
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any, Protocol

import orjson
import requests
from flask import has_request_context, request

from jira_emulator.calls import Call, CallLog
from jira_emulator.connect.installation import Installation
from jira_emulator.connect.qsh import query_string_hash
from jira_emulator.connect.tokens import PAGE_SECONDS, sign_shared, times
from jira_emulator.connect.url_template import fill
from jira_emulator.model import Event
from jira_emulator.trouble.trouble import WEBHOOKS, Trouble

RETRY_STATUSES = frozenset((408, 409, 425, 429))
RETRY_SECONDS, FLUSH_SECONDS = 300.0, 10.0
TRACE = "X-Atlassian-Webhook-Trace"

Apps = Callable[[], list[Installation]]
Matches = Callable[[str, Event], bool]
Stamp = Callable[[int], dict[str, Any]]


class Receiver(Protocol):
    """An app that is sent events."""

    @property
    def key(self) -> str:
        """Return the name under which the deliveries are logged."""

    @property
    def usable(self) -> bool:
        """Return whether it is on the site."""


@dataclass
class Delivery:
    """One event for one URL of one app. ``status`` is that of the last answer, 0 for none. ``flow`` is that of a
    webhook; for a Forge app it names the endpoint.
    """

    app: Receiver
    url: str
    event: str
    body: bytes
    flow: str
    trace: str | None
    identifier: str = field(default_factory=lambda: str(uuid.uuid4()))
    retry: int = 0
    status: int = 0


class Webhooks:
    """Receives events from a site's bus and delivers them from a thread of its own."""

    retries = 5
    answer_seconds = 20

    def __init__(
        self,
        client_key: Callable[[], str],
        apps: Apps,
        matches: Matches,
        stamp: Stamp,
        trouble: Trouble,
        log: CallLog,
    ) -> None:
        self.retry_seconds = RETRY_SECONDS
        self._client_key, self._apps, self._matches, self._stamp = client_key, apps, matches, stamp
        self.trouble, self.log = trouble, log
        self._changed = Condition()
        self._due: list[tuple[float, int, Delivery]] = []
        self._paused: list[Delivery] = []
        self._count = itertools.count()
        self._busy = 0
        self._stopped = False
        self._session = requests.Session()
        Thread(target=self._run, daemon=True).start()

    def receive(self, event: Event) -> None:
        """Queue an event for every enabled app whose descriptor declares it."""
        trace = request.headers.get(TRACE) if has_request_context() else None
        for app in self._apps():
            for hook in app.descriptor.webhooks:
                if hook["event"] == event.name and self._wanted(hook, event):
                    self._queue(_delivery(app, hook, event, trace))

    def flush(self) -> bool:
        """Deliver pending events, including held-back and delayed ones, with retries immediately; return
        False on timeout.
        """
        end = time.monotonic() + FLUSH_SECONDS
        with self._changed:
            self._release_paused()
            while self._due or self._busy:
                self._due = [(0.0, number, delivery) for _, number, delivery in self._due]
                heapq.heapify(self._due)
                self._changed.notify_all()
                if time.monotonic() > end:
                    return False
                self._changed.wait(0.05)
        return True

    @property
    def pending(self) -> int:
        """Return how many events are not delivered yet."""
        with self._changed:
            return len(self._due) + len(self._paused) + self._busy

    def stop(self) -> None:
        """End the thread; pending events are lost."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _wanted(self, hook: Mapping[str, Any], event: Event) -> bool:
        query = hook.get("filter")
        return not query or not event.name.startswith("jira:issue_") or self._matches(str(query), event)

    def _queue(self, delivery: Delivery) -> None:
        rule = self.trouble.strike("POST", delivery.url.split("?")[0], WEBHOOKS)
        effect = rule.effect if rule else ""
        if effect == "webhook-lost":
            self._note(delivery, 0, effect)
            return
        with self._changed:
            if effect == "webhook-reordered":
                self._paused.append(delivery)
                return
            self._push(delivery, rule.seconds if rule and effect == "webhook-delayed" else 0.0)
            if effect == "webhook-doubled":
                self._push(delivery, 0.0)
            self._release_paused()

    def _release_paused(self) -> None:
        for delivery in self._paused:
            self._push(delivery, 0.0)
        self._paused.clear()

    def _push(self, delivery: Delivery, after: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + after if after else 0.0, next(self._count), delivery))
        self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._stopped and not (self._due and self._due[0][0] <= time.monotonic()):
                    wait = max(0.001, self._due[0][0] - time.monotonic()) if self._due else None
                    self._changed.wait(wait)
                if self._stopped:
                    return
                _, _, delivery = heapq.heappop(self._due)
                self._busy += 1
            again = self._deliver(delivery)
            with self._changed:
                if again:
                    delivery.retry += 1
                    self._push(delivery, self.retry_seconds)
                self._busy -= 1
                self._changed.notify_all()

    def _deliver(self, delivery: Delivery) -> bool:
        """Send once; return whether to try again later."""
        if not delivery.app.usable:
            return False
        started = time.perf_counter()
        try:
            answer = self._session.post(
                delivery.url,
                data=self._body(delivery),
                headers=self._headers(delivery),
                timeout=self.answer_seconds,
                allow_redirects=False,
            )
            status = answer.status_code
        except requests.RequestException:
            status = 0
        delivery.status = status
        self._note(delivery, status, "", (time.perf_counter() - started) * 1000)
        return self._failed(status) and delivery.retry < self.retries

    def _failed(self, status: int) -> bool:
        return status == 0 or status in RETRY_STATUSES or status >= 500

    def _body(self, delivery: Delivery) -> bytes:
        return delivery.body

    def _headers(self, delivery: Delivery) -> dict[str, str]:
        app = delivery.app
        if not isinstance(app, Installation):
            raise TypeError("a webhook goes to a Connect app")
        qsh = query_string_hash("POST", delivery.url, app.base_path)
        claims = {"iss": self._client_key(), "qsh": qsh, **self._stamp(PAGE_SECONDS)}
        headers = {
            "Authorization": f"JWT {sign_shared(claims, app.shared_secret)}",
            "Content-Type": "application/json",
            "X-Atlassian-Webhook-Identifier": delivery.identifier,
            "X-Atlassian-Webhook-Flow": delivery.flow,
            "X-Atlassian-Webhook-Retry": str(delivery.retry),
        }
        if delivery.trace:
            headers[TRACE] = delivery.trace
        return headers

    def _note(self, delivery: Delivery, status: int, trouble: str, ms: float = 0.0) -> None:
        self.log.add(
            Call(
                "webhook",
                "POST",
                delivery.url,
                template=delivery.event,
                status=status,
                app_key=delivery.app.key,
                ms=round(ms, 2),
                trouble=trouble,
            )
        )


def stamper(now: Callable[[], Any]) -> Stamp:
    """Return issue and expiry claims by a clock."""
    return lambda seconds: times(now(), seconds)


def _delivery(app: Installation, hook: Mapping[str, Any], event: Event, trace: str | None) -> Delivery:
    body = b"" if hook.get("excludeBody") else orjson.dumps(event.payload)
    flow = "Secondary" if event.cascade else "Primary"
    url = app.address(fill(str(hook["url"]), _variables(event)))
    return Delivery(app, url, event.name, body, flow, trace)


def _variables(event: Event) -> dict[str, str]:
    issue = event.payload.get("issue") or {}
    project = issue.get("fields", {}).get("project") or {}
    worklog = event.payload.get("worklog") or {}
    return {
        "issue.id": str(issue.get("id") or worklog.get("issueId") or ""),
        "issue.key": str(issue.get("key", "")),
        "project.id": str(project.get("id", "")),
        "project.key": str(project.get("key", "")),
    }
