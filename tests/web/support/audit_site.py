"""A site with audit events, an auditor, and people whom the events concern."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask

from tests.services.support.team_scene import ADMIN, ANN, BO, LEAD, TeamScene
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock
from tests.web.support.tampering import tamper
from tests.web.support.team_viewer import TeamSite, TeamViewer, make_team_site
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.guard import REGISTER
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import chained, genesis
from timesheet.domain.audit.event import AuditDraft, Origin, Outcome, PersonId
from timesheet.domain.permission import Grant, SitePermission, SitePermissions, Whom
from timesheet.domain.team.team import Team
from timesheet.services.ports.settings import PersonSettings

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


@dataclass
class AuditSite:
    """``admin-1`` is an auditor; ``lead-1`` leads the team *Payments*."""

    teams: TeamSite
    team: Team

    def as_(self, account_id: str) -> TeamViewer:
        return self.teams.as_(account_id)

    def read_in(self, account_id: str, language: str) -> None:
        """Let a person read the app in this language."""
        with self.teams.app.app_context():
            deps, site = self.teams.app.extensions["timesheet"], self.teams.site.client_key
            deps.operation.transaction.enter(site)
            deps.stores.settings_of(site).save_person(account_id, PersonSettings(language=language))
            deps.operation.transaction.commit()

    def record(self, *drafts: AuditDraft) -> Sequence[int]:
        """Append these events to the chain; return their numbers."""
        with self.teams.app.app_context():
            deps, site = self.teams.app.extensions["timesheet"], self.teams.site.client_key
            deps.operation.transaction.enter(site)
            store = deps.audit.audit_of(site)
            numbers = [store.append(draft).seq for draft in drafts]
            deps.operation.transaction.commit()
        return numbers

    def sign(self, signing_key: str) -> int:
        """Sign the newest event; return its number."""
        with self.teams.app.app_context():
            deps = self.teams.app.extensions["timesheet"]
            site = self.teams.site.client_key
            deps.operation.transaction.enter(site)
            key = AuditKey(signing_key)
            store = DbAuditStore(deps.operation.transaction, site, key)
            head = store.head()
            store.add_checkpoint(key.sign(site, head, NOW))
            deps.operation.transaction.commit()
        return int(head.seq)

    def write_anew(self, signing_key: str) -> str:
        """Change the first event, recompute every hash, and sign the last; return the id of the key that signed."""
        app, site = self.teams.app, self.teams.site.client_key
        transaction = app.extensions["timesheet"].operation.transaction
        tamper(app, "UPDATE audit_event SET at = '2020' || substr(at, 5) WHERE seq = 1")
        with app.app_context(), transaction.within(site):
            store = app.extensions["timesheet"].audit.audit_of(site)
            before, hashes = genesis(site), list[str]()
            for seq, written, *_ in list(store.stored(0, store.head().seq)):
                before = chained(before, written)
                hashes.append(f"UPDATE audit_event SET hash = '{before.hex()}' WHERE seq = {seq}")
        emptied = (f"DELETE FROM {table}" for table in ("audit_checkpoint", "audit_head", *REGISTER))
        tamper(app, *hashes, *emptied)
        with app.app_context():
            transaction.enter(site)
            DbAuditStore(transaction, site, AuditKey(signing_key)).sign_end(NOW)
            transaction.commit()
        self.sign(signing_key)
        return AuditKey(signing_key).id

    def record_day(self) -> Sequence[int]:
        """Record three events of a day: a new lead, a new member, and a refusal."""
        team = self.team.id
        return self.record(
            draft(
                Action.TEAM_LEAD_CHANGED,
                LEAD,
                team,
                minutes=0,
                team_id=team,
                before={"lead": PersonId(LEAD)},
                after={"lead": PersonId(BO)},
            ),
            draft(Action.MEMBER_ADDED, LEAD, ANN, minutes=60, team_id=team, after={"joined": "2026-12-01"}),
            draft(
                Action.ACCESS_REFUSED,
                BO,
                "/teams/x",
                minutes=90,
                outcome=Outcome.REFUSED,
                after={"permission": "Manage this team"},
            ),
        )


def draft(
    action: Action,
    actor: str = LEAD,
    object_id: str = "",
    minutes: int = 0,
    **more: object,
) -> AuditDraft:
    """Return an event of 24 November 2026, this many minutes after noon in Greenwich (one o’clock in Berlin)."""
    at = NOW - timedelta(hours=3) + timedelta(minutes=minutes)
    return AuditDraft(action, at, actor, Origin.PAGE, "request-1", object_id, **more)  # type: ignore[arg-type]


def make_audit_site(app: Flask, site: JiraSite, clock: SettableClock) -> AuditSite:
    """Return the site in the afternoon, with a team and one auditor since the morning."""
    teams = make_team_site(app, site, clock)
    team = teams.arrange(lambda scene: scene.team("Payments", LEAD, ANN, BO))
    teams.arrange(let_audit)
    clock.now = NOW
    return AuditSite(teams, team)


def let_audit(scene: TeamScene) -> None:
    """Make ``admin-1`` an auditor, and change nothing else."""
    permissions = scene.stores.permissions.read()
    granted = permissions.permissions | {SitePermission.AUDITORS: Grant(Whom.SOME, people=frozenset({ADMIN}))}
    scene.stores.permissions.save(SitePermissions(permissions.modules, granted, permissions.version))


def listed(html: str) -> list[int]:
    """Return the numbers of the events in a response, in order."""
    return [int(found) for found in re.findall(r'<tr id="e(\d+)"', html)]


WORKLOGS = (
    draft(Action.WORKLOG_CREATED, ANN, "1", after={"issue": 5, "day": "2026-06-28", "seconds": 3600}),
    draft(
        Action.WORKLOG_CHANGED,
        LEAD,
        "2",
        people=frozenset({ANN}),
        before={"issue": 5, "day": "2026-06-28", "seconds": 3600},
        after={"issue": 5, "day": "2026-07-02", "seconds": 5400},
    ),
    draft(Action.WORKLOG_DELETED, LEAD, "3", before={"issue": 5, "day": "2026-07-03", "seconds": 60}),
)
