"""A random walk of many people over three sites: the effect of each step, and what must not happen."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from tests.web.support.answer_text import text_of
from tests.web.support.every_route import Route, path_of
from tests.web.support.rights import MANAGE, Rights, own_only, rule_of
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.three_sites import ADMIN, AUDITOR, LEAD, MARKS, PEOPLE, MarkedSite
from tests.web.support.two_sites import ids_of, meant_by, stored
from tests.web.support.viewer import HTMX, Form
from timesheet.adapters.db.base import Base
from timesheet.web.http.access import JIRA_ADMIN, PAGE

LINK = re.compile(r"""(?:href|hx-get|hx-post)="([^"?]+)""")
MARKED = re.compile("|".join(rf"[a-z-]+-{mark}\b" for mark in MARKS))
REFUSED = {401, 403, 404}
NAMED_SO = {"shared": {"team_id": "team-shared", "role_id": "shared-member", "issue_id": 770_001}}
# As docs/security.md says; a group that somebody left may still count for this long.
GROUPS_SECONDS = 300
FILES = {"transfer.preview", "transfer.run"}


@dataclass
class Walk:
    """A walk; ``log`` gets every line that the app logs; ``wrong`` is what was found, with the step that caused it."""

    app: Flask
    clock: SettableClock
    sites: list[MarkedSite]
    routes: list[Route]
    fields: tuple[str, ...]
    chance: Random
    log: list[str]
    wrong: dict[str, str] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    sessions: dict[tuple[str, str], str] = field(default_factory=dict)
    spoken: dict[str, set[str]] = field(default_factory=lambda: {mark: set() for mark in MARKS})
    found: dict[str, dict[str, list[object]]] = field(default_factory=lambda: {mark: {} for mark in MARKS})
    forms: dict[str, dict[str, tuple[Route, dict[str, object], dict[str, str]]]] = field(
        default_factory=lambda: {mark: {} for mark in MARKS}
    )
    files: dict[str, bytes] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    groups_left: dict[tuple[str, str], datetime] = field(default_factory=dict)
    uninstalled: set[str] = field(default_factory=set)
    dead: dict[str, list[str]] = field(default_factory=dict)
    expired: set[str] = field(default_factory=set)
    ended: bool = False
    alone: bool = False
    managed: tuple[str, ...] = ()
    account: str = ""
    step: str = ""

    def go(self, site: MarkedSite, route: Route) -> TestResponse:
        """Send one request of a person on ``site`` to ``route``, and check it in every way."""
        self.account = self._somebody(site, route)
        named, fields = self._named(site, route), self._fields(site)
        form = self.forms[site.mark].get(str(route))
        if form is not None and self.chance.random() < 0.6:
            _, named, fields = form[0], dict(form[1]), dict(form[2])
        self.spoken[site.mark] |= set(MARKED.findall(f"{named} {fields}"))
        self.step = f"{site.mark} {self.account}: {route} {named} {fields}"
        may = self._may(site, route, named, fields)
        self.log.clear()
        answer = self._ask(site, route, named, fields)
        self.met[f"{answer.status_code}"] += 1
        if answer.status_code == 401:
            self.expired.add(self.sessions.get((site.mark, self.account), ""))
        self._look(site, route, answer, may)
        self._learn(site, route, answer)
        return answer

    def _somebody(self, site: MarkedSite, route: Route) -> str:
        """Return anybody, or a person who is likely to be allowed."""
        likely = ADMIN if route.declared.permission == JIRA_ADMIN else LEAD
        likely = AUDITOR if route.endpoint.startswith("audit") else likely
        return likely if self.chance.random() < 0.4 else self.chance.choice((*PEOPLE, f"person-{site.mark}"))

    def _ask(
        self, site: MarkedSite, route: Route, named: Mapping[str, object], fields: Mapping[str, str]
    ) -> TestResponse:
        path, client, self.ended = path_of(self.app, route, named), site.jira.client, False
        site.jira.account = self.account
        if site.forge is not None and self.chance.random() < 0.35:
            return self._invoke(site, route, path, fields)
        if PAGE in route.declared.kinds and self.chance.random() < 0.3:
            return site.jira.load(path, dict(fields))
        headers = bearing(self._session(site)) | (HTMX if self.chance.random() < 0.9 else {})
        if route.method == "GET":
            return client.get(path, query_string=fields, headers=headers)
        data: dict[str, Any] = dict(fields)
        if route.endpoint in FILES and site.mark in self.files:
            data["file"] = (BytesIO(self.files[site.mark]), "configuration.json")
        kind = "multipart/form-data" if "file" in data else None
        return client.open(path, method=route.method, data=data, headers=headers, content_type=kind)

    def _invoke(self, site: MarkedSite, route: Route, path: str, fields: Mapping[str, str]) -> TestResponse:
        """Send the same through the second door, and return the answer that was in the envelope."""
        envelope: dict[str, Any] = {"method": route.method, "path": path}
        if self.chance.random() < 0.9:
            envelope["headers"] = HTMX
        if route.method == "GET":
            envelope["path"] = f"{path}?{urlencode(fields)}" if fields else path
        else:
            form: list[list[object]] = [[name, value] for name, value in fields.items()]
            if route.endpoint in FILES and site.mark in self.files:
                data = b64encode(self.files[site.mark]).decode()
                form.append(["file", {"file": "configuration.json", "base64": data}])
            envelope["body"] = {"form": form}
        outer = site.invoke(self.account, envelope)
        assert outer.status_code == 200, outer.text
        found = outer.get_json()
        self.met["behind the second door"] += 1
        body = found["text"].encode() if "text" in found else b64decode(found["base64"])
        return TestResponse([body], f"{found['status']} X", Headers(found["headers"]), outer.request)

    def _session(self, site: MarkedSite) -> str:
        """Return the person's token: an old one while it is valid, and sometimes an expired one."""
        who, dead = (site.mark, self.account), self.dead.get(site.mark)
        if dead and self.chance.random() < 0.05:
            self.ended = True
            return self.chance.choice(dead)
        expired = self.sessions.get(who, "") in self.expired and self.chance.random() < 0.9
        if who not in self.sessions or expired or self.chance.random() < 0.05:
            answer = site.jira.client.post("/session", headers=bearing(site.jira.context_token()))
            self.sessions[who] = answer.get_json().get("token", "none")
        return self.sessions[who]

    def end_sessions(self, site: MarkedSite) -> None:
        """Invalidate the tokens of this site's people."""
        ended = [who for who in self.sessions if who[0] == site.mark]
        self.dead[site.mark] = [*self.dead.get(site.mark, ()), *(self.sessions.pop(who) for who in ended)][
            -20:
        ]

    def _named(self, site: MarkedSite, route: Route) -> dict[str, object]:
        """Return the objects in the path: mostly the site's own, sometimes another's or nobody's."""
        given = dict(self._ids(site))
        for name in route.arguments:
            known = self.found[site.mark].get(name)
            if known and self.chance.random() < 0.5:
                given[name] = self.chance.choice(known)
        return {name: given[name] for name in route.arguments}

    def _ids(self, site: MarkedSite) -> Mapping[str, object]:
        drawn, own = self.chance.random(), ids_of(site.mark)
        own |= {
            "issue_id": self.chance.choice((770_001, 770_002)),
            "worklog_id": self.chance.randint(770_101, 770_140),
        }
        own |= {
            "account_id": self.chance.choice(PEOPLE),
            "kind": self.chance.choice(("people", "groups", "projects")),
        }
        own |= {"seq": self.chance.randint(1, 300)}
        if drawn < 0.15:
            other = self.chance.choice([mark for mark in MARKS if mark != site.mark])
            return own | ids_of(other) | {"kind": own["kind"], "seq": own["seq"]}
        if drawn < 0.2:
            return own | ids_of("nobodys") | {"kind": own["kind"], "seq": own["seq"]}
        return own | NAMED_SO["shared"] if drawn < 0.6 else own

    def _fields(self, site: MarkedSite) -> dict[str, str]:
        if self.chance.random() < 0.2:
            return {}
        ids = self._ids(site)
        left_out = {self.chance.choice(self.fields) for _ in range(self.chance.randrange(60))}
        values = {name: meant_by(name, ids) for name in self.fields if name not in left_out}
        values |= {"name": f"Named {site.mark} {self.chance.randrange(99)}", "title": f"Titled {site.mark}"}
        values |= {"comment": f"note {site.mark}", "text": self.chance.choice((site.mark, "", "open"))}
        return values | {"person": str(ids["account_id"]), "day": f"2026-11-{self.chance.randint(2, 23):02}"}

    def _may(
        self, site: MarkedSite, route: Route, named: Mapping[str, object], fields: Mapping[str, str]
    ) -> bool:
        """Return whether the rows and Jira allow this; True if it is not known."""
        self.alone, self.managed = False, ()
        with stored(self.app, site.jira.client_key) as (_, database):
            row = database.connection.execute(Base.metadata.tables["site"].select()).first()
            rights = Rights(
                database.connection,
                site.jira.client_key,
                self.account,
                self._groups(site),
                site.emulated.is_admin(self.account),
                self.clock().date(),
            )
            if row is None or site.mark in self.uninstalled:
                return False
            if route.declared.permission == JIRA_ADMIN and not rights.administers_jira:
                return False
            if route.declared.modules and not rights.enters(*map(str, route.declared.modules)):
                return False
            self.alone = own_only(rights, route.endpoint, named)
            names = {"team-shared": f"shared {site.mark}", f"team-{site.mark}": f"team {site.mark}"}
            self.managed = tuple(name for team_id, name in names.items() if rights.has(team_id, MANAGE))
            rule = rule_of(route.endpoint)
            return rule is None or rule(rights, named, fields)

    def _groups(self, site: MarkedSite) -> frozenset[str]:
        """Return groups that may count: current ones, and those left so recently that the app need not have noticed."""
        left = self.groups_left.get((site.mark, self.account))
        lately = left is not None and (self.clock() - left).total_seconds() < GROUPS_SECONDS
        return frozenset({site.group.id} if lately or self.account in site.group.members else ())

    def _look(self, site: MarkedSite, route: Route, answer: TestResponse, may: bool) -> None:
        status, request_id = answer.status_code, answer.headers["X-Request-Id"]
        events = self._events(site)
        if self.ended and status != 401:
            self._fault(f"an ended session was answered with {status}")
        if status >= 500:
            self._fault(f"broke with {status}", self.log[0][-700:] if self.log else "")
        if not may and status not in REFUSED and not self._says_nothing(site, route, answer):
            self._fault(f"let in with {status}")
        if may and rule_of(route.endpoint):
            self.met[f"may and {status}"] += 1
        others = [who for who in PEOPLE if who != self.account and who in text_of(answer)]
        if self.alone and status == 200 and others:
            self._fault(f"tells them about {others}")
        if not may:
            self.met[f"may not and {status}"] += 1
            if any(f"'{request_id}'" in event and "'done'" in event for event in events):
                self._fault("refused, and something was done")
        said = [("body", text_of(answer)), ("headers", str(answer.headers))]
        said += [("log", "\n".join(self.log)), ("audit", "\n".join(events))]
        for where, text in said:
            leaked = self._foreign(site, text)
            if leaked:
                self._fault(f"{where} tells {leaked[0]!r}")

    def _says_nothing(self, site: MarkedSite, route: Route, answer: TestResponse) -> bool:
        """Return whether a route of a team or of a saved view may report an invalid request before it checks the
        person, as for a missing team. The form of a view offers the teams that the person manages.
        """
        telling = {f"shared {site.mark}", f"team {site.mark}", f"note {site.mark} walk"}
        if route.endpoint.startswith("report_view."):
            telling.difference_update(self.managed)
        reveals = any(words in text_of(answer).lower() for words in telling)
        early = "team_id" in route.arguments or route.endpoint.startswith("report_view.")
        return answer.status_code == 422 and early and not reveals

    def _foreign(self, site: MarkedSite, text: str) -> list[str]:
        """Return words of other sites, except ids that people of this one sent themselves."""
        text = text.lower()
        others = [mark for mark in MARKS if mark != site.mark and mark in text]
        for said in sorted(self.spoken[site.mark], key=len, reverse=True) if others else ():
            if not said.endswith(site.mark):
                text = text.replace(said, "")
        return [text[max(0, text.find(mark) - 60) : text.find(mark) + 20] for mark in others if mark in text]

    def _events(self, site: MarkedSite) -> list[str]:
        """Return the audit events since the last call, as they are stored."""
        table, key = Base.metadata.tables["audit_event"], site.jira.client_key
        with stored(self.app, key) as (_, database):
            rows = database.connection.execute(
                table.select()
                .where(table.c.client_key == key, table.c.seq > self.seen.get(site.mark, 0))
                .order_by(table.c.seq)
            ).all()
        if rows:
            self.seen[site.mark] = rows[-1].seq
        return [repr(tuple(row)) for row in rows]

    def _fault(self, what: str, logged: str = "") -> None:
        route = self.step.partition(": ")[2].partition(" {")[0]
        self.wrong.setdefault(f"{route} {what}", f"{logged} {self.step}")

    def _learn(self, site: MarkedSite, route: Route, answer: TestResponse) -> None:
        """Collect ids from the links of a response, its form to be sent later by anybody, and its file."""
        if answer.status_code != 200:
            return
        if route.endpoint == "transfer.export":
            self.files[site.mark] = answer.data
        if answer.mimetype != "text/html":
            return
        adapter = self.app.url_map.bind("")
        for path in set(LINK.findall(answer.text)):
            for name, value in self._arguments(adapter, path):
                known = self.found[site.mark].setdefault(name, [])
                if value not in known:
                    known[:] = [*known, value][-8:]
        self._keep_form(site, Form(answer.text))

    def _arguments(self, adapter: Any, path: str) -> Iterator[tuple[str, object]]:
        try:
            yield from adapter.match(path, method="GET")[1].items()
        except HTTPException:
            return

    def _keep_form(self, site: MarkedSite, form: Form) -> None:
        if not form.action or not form.fields:
            return
        try:
            endpoint, named = self.app.url_map.bind("").match(form.action.partition("?")[0], method="POST")
        except HTTPException:
            return
        route = next((one for one in self.routes if one.endpoint == endpoint and one.method == "POST"), None)
        if route is not None:
            self.forms[site.mark][str(route)] = route, dict(named), form.fields
