"""An admin and the lead of a team, who change data in the app's own tables."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from werkzeug.datastructures import MultiDict

from tests.processes.support.people import Client

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
ZONES = ("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "UTC", "America/Lima", "Pacific/Midway")
LABEL = re.compile(r"/configure/labels/([0-9a-f]{32})\">([^<]+)<")
TEAM = re.compile(r"/teams/([0-9a-f]{32})")
REOPEN = re.compile(r"/periods/([0-9a-f]{32})/reopen")


@dataclass
class Admin(Client):
    """Configures the site: labels, legends, calendars, settings."""

    letter: int = 0
    zones: list[str] = field(default_factory=lambda: ["UTC"])
    """The fallback zones that may be stored: more than one while no answer says which."""

    def step(self) -> None:
        """Make one change."""
        act = self.dice.choice([self.add, self.add, self.rename, self.delete, self.set_zone])
        act()

    def add(self) -> None:
        kind = self.dice.choice(["labels", "legends", "calendars", "schemes"])
        name = f"{kind} {uuid4().hex[:8]}"
        title = "title" if kind == "legends" else "name"
        self.letter += 1
        more = {"letter": DIGITS[self.letter // 36] + DIGITS[self.letter % 36]} if kind == "legends" else {}
        outcome = self.fill(f"/configure/{kind}/new", f"/configure/{kind}", **{title: name}, **more)
        self.expect(outcome, (kind, name), True)

    def rename(self) -> None:
        if known := self._labels():
            id_, old = self.dice.choice(known)
            new = f"labels {uuid4().hex[:8]}"
            outcome = self.fill(f"/configure/labels/{id_}", "/configure/labels", name=new)
            self.expect(outcome, ("labels", old), False)
            self.expect(outcome, ("labels", new), True)

    def delete(self) -> None:
        if known := self._labels():
            id_, name = self.dice.choice(known)
            outcome = self.change(f"/configure/labels/{id_}/delete", MultiDict())
            self.expect(outcome, ("labels", name), False)

    def set_zone(self) -> None:
        zone = self.dice.choice(ZONES)
        self.zones = [*self.zones, zone]
        outcome = self.fill("/configure", fallback_zone=zone)
        if outcome == "done":
            self.zones = [zone]
        self.expect(outcome, ("zone",), zone)

    def _labels(self) -> list[tuple[str, str]]:
        answer, _ = self.ask("GET", "/configure/labels")
        return LABEL.findall(answer.text)


@dataclass
class Lead(Client):
    """Leads a team: renames it, changes members, closes a month, and reopens it."""

    team: str = ""

    def step(self) -> None:
        """Make one change."""
        self.dice.choice([self.rename, self.join, self.close])()

    def found(self) -> None:
        """Create the team."""
        self.fill("/teams/new", "/teams", name="Harbour", lead=self.person.account_id)
        listed, _ = self.ask("GET", "/teams?show=led")
        self.team = TEAM.findall(listed.text)[0]
        people = [self.site.person(number).account_id for number in (2, 3)]
        joined = datetime.now(UTC).date() - timedelta(days=400)
        self.fill(
            f"/teams/{self.team}/members/new", f"/teams/{self.team}/members", person=people, joined=joined
        )

    def rename(self) -> None:
        name = f"Harbour {uuid4().hex[:8]}"
        outcome = self.fill(f"/teams/{self.team}/settings?section=general", "/general", name=name)
        self.expect(outcome, ("team", self.team), name)

    def join(self) -> None:
        account = self.site.person(self.dice.choice((2, 3))).account_id
        joined = str(datetime.now(UTC).date() - timedelta(days=self.dice.randrange(200, 400)))
        path = f"/teams/{self.team}/members/{account}"
        self.expect(self.fill(path, path, joined=joined), ("joined", self.team, account), joined)

    def close(self) -> None:
        # On the first of a month, the last one has not ended in every zone.
        yesterday = datetime.now(UTC).date() - timedelta(days=1)
        last = yesterday.replace(day=1) - timedelta(days=1)
        listed, _ = self.ask("GET", f"/teams/{self.team}/periods")
        if record := next(iter(REOPEN.findall(listed.text)), None):
            outcome = self.fill(f"/teams/{self.team}/periods/{record}/reopen")
            self.expect(outcome, ("closed", self.team), False)
        else:
            outcome = self.fill(f"/teams/{self.team}/periods/close?period={last.replace(day=1)}")
            self.expect(outcome, ("closed", self.team), True)
