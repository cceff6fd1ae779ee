"""People who work with the Forge app: their requests go through the emulated proxy, in envelopes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jira_emulator.forge.gateway import invoke_remote
from jira_emulator.forge.installation import ForgeInstallation, OpenPage
from jira_emulator.model import Person
from jira_emulator.server import RunningSite
from tests.processes.support.people import Member


@dataclass(frozen=True)
class Answered:
    """An answer from an envelope."""

    status_code: int
    text: str


def call(
    site: RunningSite,
    installation: ForgeInstallation,
    person: Person,
    method: str,
    path: str,
    fields: Iterable[tuple[str, str]] = (),
) -> Answered:
    """Send one request of a page through the proxy."""
    form = {"form": [list(field) for field in fields]} if method != "GET" else None
    envelope = {"method": method, "path": path, "headers": {"HX-Request": "true"}, "body": form}
    result = invoke_remote(
        site.tenant.forge,
        installation,
        OpenPage(person.account_id),
        {"method": "POST", "path": "/forge/call", "body": envelope},
    )
    assert result["success"], result
    body = result["payload"]["body"]
    return Answered(body["status"], body["text"])


@dataclass
class Newcomer(Member):
    """A member who never had the Connect app."""

    def ask(self, method: str, path: str, **more: Any) -> tuple[Any, bool]:
        """See Client. No answer is lost on this way, so nothing is repeated."""
        [installation] = self.site.tenant.forge.usable()
        return call(self.site, installation, self.person, method, path, more.get("data", ())), False
