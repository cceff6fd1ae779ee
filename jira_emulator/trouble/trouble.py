"""Faults on demand for tests and developers; off by default."""

from __future__ import annotations

import fnmatch
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from threading import Event, Lock, get_ident
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import orjson

from jira_emulator.calls import CALL
from jira_emulator.clock import Now
from jira_emulator.trouble.answer import send_answer, send_status, send_token_refused
from jira_emulator.trouble.rewrite import Edit, rewritten

REASONS = (
    "jira-quota-global-based",
    "jira-quota-tenant-based",
    "jira-burst-based",
    "jira-per-issue-on-write",
)
ANSWERS = (
    "status",
    "slow",
    "late",
    "drop",
    "drop-mid-body",
    "drop-after-write",
    "drop-before-write",
    "status-before-write",
    "drip",
    "answer",
    "rewrite",
    "truncated",
    "wrong-json",
    "token-refused",
    "as-nobody",
)
WEBHOOKS = ("webhook-lost", "webhook-doubled", "webhook-reordered", "webhook-delayed")
PROXY = ("proxy-busy", "proxy-status", "proxy-slow", "proxy-late", "proxy-malformed")
"""Faults of the proxy between a Forge app's page and its remote."""
NOBODY = "jira_emulator.nobody"
"""Set in a request's environment if its credentials must be ignored."""
LATEST_SECONDS = 60.0
"""The time after which a late call goes on by itself."""
_EXEMPT = ("/_emulator", "/_host/")
_OF_BODY = ("content-length", "content-type")


class RuleRefused(ValueError):
    """A rule is invalid; its text says why."""


@dataclass
class Rule:
    """One fault: ``path`` is a shell pattern, ``count`` how often it still applies (None: always).

    ``skip`` calls pass before the first one is affected. ``seconds`` is the wait before a slow or delayed
    response, or between the bytes of a dripping one; ``status``, ``headers``, and ``body`` (text as a page,
    anything else as JSON) are what ``answer`` returns instead of Jira; ``edits`` are the changes of
    ``rewrite`` to Jira's own response. With ``page`` a ``status`` is sent as an HTML page instead of JSON.
    """

    effect: str
    path: str = ""
    method: str = "*"
    count: int | None = 1
    probability: float = 1.0
    status: int = 503
    reason: str = ""
    retry_after: int | None = None
    seconds: float = 0.0
    body: Any = None
    skip: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    edits: Sequence[Edit] = ()
    page: bool = False

    def __post_init__(self) -> None:
        if not self.path:
            self.path = "*" if self.effect in WEBHOOKS + PROXY else "/rest/*"

    def check(self) -> None:
        """Raise RuleRefused for unknown effects, reasons, and impossible numbers."""
        if self.effect not in ANSWERS + WEBHOOKS + PROXY:
            raise RuleRefused(f"effect must be one of {', '.join(ANSWERS + WEBHOOKS + PROXY)}")
        if self.reason and self.reason not in REASONS:
            raise RuleRefused(f"reason must be one of {', '.join(REASONS)}")
        if not 0 < self.probability <= 1:
            raise RuleRefused("probability must be above 0 and at most 1")
        if self.effect.startswith(("status", "proxy-status")) and not 400 <= self.status <= 599:
            raise RuleRefused("status must be 400 to 599")
        if not all(
            isinstance(edit, list | tuple) and edit and isinstance(edit[0], str) for edit in self.edits
        ):
            raise RuleRefused("edits are lists of a path and, unless it is to be left out, its new value")


def read_rule(raw: Any) -> Rule:
    """Return a rule from the control API's JSON. Raise RuleRefused."""
    if not isinstance(raw, Mapping):
        raise RuleRefused("A rule is a JSON object")
    names = {"retryAfter": "retry_after"}
    try:
        rule = Rule(**{names.get(str(name), str(name)): value for name, value in raw.items()})
        rule.check()
    except TypeError as error:
        raise RuleRefused(
            "A rule has effect, path, method, count, skip, probability, status, reason, retryAfter, seconds, "
            f"headers, body, edits, page of the right types ({error})"
        ) from error
    return rule


class Trouble:
    """The rules of one site, with their own seeded random generator."""

    def __init__(self, seed: int = 1) -> None:
        self._lock = Lock()
        self._dice = random.Random(seed)
        self._rules: list[Rule] = []
        self._unfinished: list[Callable[[], object]] = []
        self._late: dict[int, Event] = {}

    def add(self, rule: Rule) -> None:
        """Add a rule."""
        with self._lock:
            self._rules.append(rule)

    def clear(self, seed: int | None = None) -> None:
        """Remove all rules, drop unfinished writes, and let late calls go on; a seed also resets the random
        generator.
        """
        with self._lock:
            self._rules.clear()
            self._unfinished.clear()
            if seed is not None:
                self._dice.seed(seed)
        self.let_late_go()

    def put_off(self, write: Callable[[], object]) -> None:
        """Keep a write whose response was already sent until ``finish_writes``."""
        with self._lock:
            self._unfinished.append(write)

    def finish_writes(self) -> int:
        """Perform the delayed writes in order; return how many there were."""
        with self._lock:
            writes, self._unfinished = self._unfinished, []
        for write in writes:
            write()
        return len(writes)

    def wait(self) -> None:
        """Return when ``let_late_go`` was called after the strike of this thread's call."""
        with self._lock:
            called = self._late.get(get_ident())
        if called:
            called.wait(LATEST_SECONDS)

    def late_calls(self) -> int:
        """Return how many calls are waiting now."""
        with self._lock:
            return len(self._late)

    def let_late_go(self) -> int:
        """Let the calls go on that are waiting now; return how many there were."""
        with self._lock:
            calls, self._late = self._late, {}
        for called in calls.values():
            called.set()
        return len(calls)

    def list(self) -> list[dict[str, Any]]:
        """Return the rules that may still apply."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def strike(self, method: str, path: str, effects: tuple[str, ...] = ANSWERS) -> Rule | None:
        """Return the first rule with these effects that matches this call, and reduce its count."""
        with self._lock:
            for rule in self._rules:
                if rule.effect in effects and self._hits(rule, method, path):
                    return self._use(rule)
        return None

    def _hits(self, rule: Rule, method: str, path: str) -> bool:
        if rule.method not in ("*", method) or not fnmatch.fnmatchcase(path, rule.path):
            return False
        if rule.skip:
            rule.skip -= 1
            return False
        return rule.probability >= 1 or self._dice.random() < rule.probability

    def _use(self, rule: Rule) -> Rule:
        if rule.count is not None:
            rule.count -= 1
            if rule.count <= 0:
                self._rules.remove(rule)
        if rule.effect == "late":
            self._late[get_ident()] = Event()
        return rule


class Troubled:
    """A WSGI layer that applies a rule to a call."""

    def __init__(self, inner: WSGIApplication, trouble: Trouble, clock: Now) -> None:
        self._inner = inner
        self._trouble = trouble
        self._clock = clock

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the call on, or apply a fault."""
        path = environ["PATH_INFO"]
        rule = None if path.startswith(_EXEMPT) else self._trouble.strike(environ["REQUEST_METHOD"], path)
        if rule is None:
            return self._inner(environ, start_response)
        if CALL in environ:
            environ[CALL].trouble = rule.effect
        if rule.seconds and rule.effect != "drip":
            time.sleep(rule.seconds)
        if rule.effect == "late":
            self._trouble.wait()
        if rule.effect in ("slow", "late"):
            return self._inner(environ, start_response)
        if rule.effect.endswith("-before-write"):
            self._trouble.put_off(lambda: _work(self._inner, environ))
        if rule.effect in ("drop", "drop-before-write"):
            raise _dropped()
        if rule.effect in ("status", "status-before-write", "answer", "token-refused"):
            return _refuse(rule, environ, self._clock(), start_response)
        if rule.effect == "as-nobody":
            environ[NOBODY] = True
            return self._inner(environ, start_response)
        return _damage(rule, self._inner, environ, start_response)


def _refuse(
    rule: Rule, environ: WSGIEnvironment, now: datetime, start_response: StartResponse
) -> Iterable[bytes]:
    if rule.effect == "token-refused":
        return send_token_refused(environ, start_response)
    if rule.effect == "answer":
        return send_answer(f"{rule.status} Trouble", rule.body, list(rule.headers.items()), start_response)
    return send_status(
        rule.status, now, start_response, reason=rule.reason, retry_after=rule.retry_after, page=rule.page
    )


def _damage(
    rule: Rule, inner: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Let Jira do its work, then lose or damage the response."""
    status, headers, body = _work(inner, environ)
    if rule.effect == "drop-after-write":
        raise _dropped()
    if rule.effect == "rewrite":
        own_headers = [(name, value) for name, value in headers if name.lower() not in _OF_BODY]
        changed = rewritten(orjson.loads(body), rule.edits) if body else None
        return send_answer(status, changed, [*own_headers, *rule.headers.items()], start_response)
    if rule.effect == "drop-mid-body":
        start_response(status, headers)
        return _half(body)
    if rule.effect == "drip":
        start_response(status, headers)
        return _byte_by_byte(body, rule.seconds)
    body = body[: len(body) // 2] if rule.effect == "truncated" else b"<html><body>Bad gateway</body></html>"
    headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
    start_response(status, [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _work(inner: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
    """Let Jira do its work, and return its response."""
    response: list[Any] = []

    def hold(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        response[:] = [status, headers]
        return response.append

    chunks = inner(environ, hold)
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    return response[0], response[1], body


def _byte_by_byte(body: bytes, seconds: float) -> Iterable[bytes]:
    """Yield the body one byte at a time, ``seconds`` apart."""
    for place in range(len(body)):
        time.sleep(seconds)
        yield body[place : place + 1]


def _half(body: bytes) -> Iterable[bytes]:
    yield body[: max(1, len(body) // 2)]
    raise _dropped()


def _dropped() -> ConnectionAbortedError:
    """Return the error on which the server closes the connection, after the call log has been written."""
    return ConnectionAbortedError("dropped on demand")
