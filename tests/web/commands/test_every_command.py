"""Each command of the app, as the role with row-level security: it reaches the intended sites and no others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import make_url

from jira_emulator.tenant import Tenant
from tests.adapters.support.roles import OWNER
from tests.web.conftest import JiraSite
from tests.web.support.signing import SettableClock, bearing
from tests.web.support.three_sites import (
    ADMIN,
    LEAD,
    MARKS,
    MEMBER,
    OPEN_ISSUE,
    SHARED,
    MarkedSite,
    emulated,
    furnish,
    reaching_them,
)
from tests.web.support.two_sites import Dump, TwoSites, stored
from timesheet.adapters.db.revision import RAISING
from timesheet.domain.audit.action import Action
from timesheet.domain.job import Job
from timesheet.services.ports.job import DEAD, Ending, JobKey
from timesheet.services.ports.journal import Intent
from timesheet.settings import Settings
from timesheet.web.transfer import view

Tables = Mapping[str, set[str]]
ZEPHYR, QUOKKA, WOMBAT = MARKS
# Flask-Migrate's commands for writing migrations: they create files and change no row.
OF_DEVELOPERS = {
    f"db {name}"
    for name in (
        *("branches", "check", "current", "downgrade", "edit", "heads", "history", "init", "list-templates"),
        *("merge", "migrate", "revision", "show", "stamp"),
    )
}

RUN_FOR_EVER = {"worker"}
"""``tests/processes/test_worker.py`` starts it."""
INTO_AN_EMPTY_DATABASE = {"sites copy-from"}
"""``tests/adapters/transfer/test_from_sqlite.py`` runs it."""


@pytest.fixture
def tenants(clock: SettableClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Tenant]]:
    with emulated(clock, monkeypatch) as made:
        yield made


@pytest.fixture
def settings(settings: Settings, secured_url: str, tenants: object) -> Settings:
    """Return settings with two roles, as an operator would set them."""
    owner = make_url(secured_url).set(username=OWNER, password=OWNER)
    return replace(
        reaching_them(settings),
        database_url=secured_url,
        database_owner_url=owner.render_as_string(hide_password=False),
        group_sync=True,
    )


@dataclass
class World:
    """The sites by their mark; ``ran`` are the commands that a test ran."""

    app: Flask
    clock: SettableClock
    sites: dict[str, MarkedSite]
    ran: set[str] = field(default_factory=set)

    def run(self, *arguments: str) -> Result:
        self.ran.add(" ".join(arguments[:2]))
        result = self.app.test_cli_runner().invoke(args=list(arguments))
        assert result.exit_code == 0, f"{arguments}: {result.output} {result.exception!r}"
        return result

    def key(self, mark: str) -> str:
        return self.sites[mark].jira.client_key

    def dumps(self) -> dict[str, Dump]:
        first = self.sites[ZEPHYR].jira
        world = TwoSites(self.app, first, first, {})
        return {mark: world.dump(site.jira) for mark, site in self.sites.items()}

    def changed_by(self, *arguments: str) -> tuple[Tables, str]:
        """Return which tables of which sites a command changes, and what it prints."""
        before = self.dumps()
        said = self.run(*arguments).output
        after = self.dumps()
        changed = {
            mark: {name for name, rows in dump.items() if rows != after[mark][name]}
            for mark, dump in before.items()
        }
        return {mark: names for mark, names in changed.items() if names}, said

    def close_november(self, mark: str) -> None:
        """Close a period of the team that all sites have under the same id."""
        site = self.sites[mark].jira
        site.account = LEAD
        form, headers = {"period": "2026-11-01"}, bearing(site.session_token())
        answer = site.client.post(f"/teams/{SHARED}/periods/close", data=form, headers=headers)
        assert answer.status_code == 200, answer.text

    def change_in_jira(self, mark: str) -> None:
        """Change a member's worklog in Jira after a closing."""
        worklogs = self.sites[mark].emulated.worklogs
        row = next(row for row in worklogs.rows.values() if row.author == MEMBER)
        worklogs.replace(replace(row, seconds=7200))


@pytest.fixture
def world(
    app: Flask, clock: SettableClock, tenants: list[Tenant], new_site: Callable[[str], JiraSite]
) -> World:
    sites = [furnish(app, new_site(mark), tenant) for mark, tenant in zip(MARKS, tenants, strict=True)]
    return World(app, clock, {site.mark: site for site in sites})


def on(marks: Sequence[str], *tables: str) -> Tables:
    """Return these tables for each site, with the signed head, which changes with the events and checkpoints, and the
    site's own row, whose revision changes with its data.
    """
    signed = {"audit_head"} if {"audit_event", "audit_checkpoint"} & set(tables) else set()
    raised = {"site"} if set(RAISING) & set(tables) else set()
    return {mark: {*tables, *signed, *raised} for mark in marks}


def test_each_command_reaches_what_it_should_and_nothing_else(world: World, tmp_path: Path) -> None:
    upkeep_of_secrets(world)
    upkeep_of_the_audit_log(world)
    writes_that_were_interrupted(world)
    closings_compared_with_jira(world)
    people_of_groups(world)
    a_configuration_as_a_file(world, tmp_path)
    an_account_that_is_closed(world)
    an_account_that_a_backup_brought_back(world, tmp_path)
    a_job_that_was_given_up(world)
    a_site_that_is_gone(world)
    assert world.ran == set(commands_of(world.app)) - OF_DEVELOPERS - RUN_FOR_EVER - INTO_AN_EMPTY_DATABASE


def upkeep_of_secrets(world: World) -> None:
    assert world.changed_by("db", "upgrade")[0] == {}
    changed, said = world.changed_by("secrets", "rotate")
    assert changed == on(MARKS, "site", "audit_event")
    assert said.startswith("3 secrets")


def upkeep_of_the_audit_log(world: World) -> None:
    changed, said = world.changed_by("audit", "checkpoint")
    assert changed == on(MARKS, "audit_checkpoint")
    assert {json.loads(line)["site"] for line in said.splitlines()} == {world.key(mark) for mark in MARKS}
    changed, said = world.changed_by("audit", "verify")
    assert (changed, said.count("intact")) == ({}, 3)
    changed, said = world.changed_by("audit", "verify", "--site", world.key(QUOKKA))
    assert (changed, said.count("intact"), ZEPHYR in said) == ({}, 1, False)
    changed, said = world.changed_by("audit", "export", "--site", world.key(QUOKKA))
    assert changed == on([QUOKKA], "audit_event")
    assert not {ZEPHYR, WOMBAT} & set(said.replace("-", " ").replace('"', " ").split())
    assert len(said.splitlines()) > 10
    changed, said = world.changed_by("audit", "sign", "--site", world.key(QUOKKA))
    assert (changed, said.count("intact")) == ({}, 1)
    assert "PUBLIC KEY" in world.changed_by("audit", "key")[1]
    changed, _ = world.changed_by("audit", "keep", "--site", world.key(QUOKKA), "--days", "90")
    assert changed == on([QUOKKA], "site_setting", "audit_event")
    world.clock.now += timedelta(days=91)
    changed, said = world.changed_by("audit", "trim")
    of_trims = ("audit_trim", "audit_trim_proof", "audit_person")
    assert changed == on([QUOKKA], "audit_event", "audit_event_person", *of_trims)
    assert said.startswith(f"{world.key(QUOKKA)}: ")
    world.clock.now -= timedelta(days=91)


def writes_that_were_interrupted(world: World) -> None:
    for mark in (ZEPHYR, QUOKKA):
        with stored(world.app, world.key(mark)):
            journal = world.app.extensions["timesheet"].stores.journal_of(world.key(mark))
            journal.begin(
                Intent(
                    Action.WORKLOG_CREATED,
                    LEAD,
                    OPEN_ISSUE,
                    world.clock(),
                    write_key=f"key-{mark}",
                    started=world.clock(),
                )
            )
    world.clock.move(3600)
    changed, said = world.changed_by("audit", "settle")
    assert changed == on([ZEPHYR, QUOKKA], "worklog_intent")
    assert said.count("1 had not happened") == 2


def closings_compared_with_jira(world: World) -> None:
    world.clock.now += timedelta(days=9)
    for mark in MARKS:
        world.close_november(mark)
    world.change_in_jira(QUOKKA)
    changed, said = world.changed_by("periods", "reconcile")
    assert changed == on([QUOKKA], "late_change", "audit_event", "audit_event_person")
    # What the tables are filled with was never closed by anybody: it cannot be compared.
    assert said.count("1 closing compared, 0 late changes found, 1 not") == 2
    assert f"{world.key(QUOKKA)}: 1 closing compared, 1 late change found" in said


def people_of_groups(world: World) -> None:
    world.sites[QUOKKA].followed.members.add(LEAD)
    changed, said = world.changed_by("teams", "sync-groups")
    others = on([ZEPHYR, WOMBAT], "team_group")
    joined = on([QUOKKA], "team_group", "member", "member_role", "audit_event", "audit_event_person")
    assert changed == {**others, **joined}
    assert said.count("1 team synced, 0 groups could not be read") == 3


def a_configuration_as_a_file(world: World, folder: Path) -> None:
    file, own = folder / "configuration.json", ("--site", world.key(QUOKKA), "--as", ADMIN)
    changed, _ = world.changed_by("configuration", "export", *own, "--leaves", str(file))
    assert changed == on([QUOKKA], "audit_event")
    text = file.read_text()
    assert QUOKKA in text
    assert not any(mark in text for mark in (ZEPHYR, WOMBAT))
    file.write_text(text.replace(f"Label {QUOKKA}", f"Renamed {QUOKKA}"))
    changed, said = world.changed_by("configuration", "import", *own, str(file))
    assert changed == {}
    assert "Nothing was imported. Add --yes" in said
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view, "MOST_LINES", 0)
        assert "and 1 more" in world.changed_by("configuration", "import", *own, str(file))[1]
    changed, _ = world.changed_by("configuration", "import", *own, "--yes", str(file))
    assert changed == on([QUOKKA], "user_label", "audit_event", "audit_person")
    changed, said = world.changed_by("configuration", "import", *own, str(file))
    assert (changed, said) == ({}, "Nothing was imported: the file would change nothing.\n")


def an_account_that_is_closed(world: World) -> None:
    """Put the same account on all sites, and close it on one."""
    world.sites[QUOKKA].tenant.account_states[MEMBER] = "closed"
    changed, said = world.changed_by("privacy", "report-accounts")
    assert changed[ZEPHYR] == changed[WOMBAT] == {"account_report"}
    assert {"account_report", "member", "member_role", "audit_person"} <= changed[QUOKKA]
    assert said.count(" 0 closed and erased") == 2
    after = world.dumps()
    assert [MEMBER in repr(after[mark]) for mark in MARKS] == [True, False, True]


def an_account_that_a_backup_brought_back(world: World, folder: Path) -> None:
    """Erase again, from a log of who was erased where; each site loses these people, and no other site anybody."""
    at = world.clock().isoformat()
    erased = [(WOMBAT, MEMBER), (QUOKKA, MEMBER), (QUOKKA, LEAD)]
    lines = [{"action": "person.erased", "site": world.key(mark), "object_id": who} for mark, who in erased]
    lines.append({"action": "person.erased", "site": "elsewhere", "object_id": LEAD})
    log = folder / "app.log"
    log.write_text("\n".join(json.dumps({**line, "at": at}) for line in lines))
    changed, said = world.changed_by("privacy", "reapply-erasures", str(log), "--since", at)
    assert changed.keys() == {WOMBAT, QUOKKA}
    assert {"member", "member_role", "audit_person", "audit_event", "audit_head"} <= changed[WOMBAT]
    assert {"team", "member", "audit_person", "audit_event", "audit_head"} <= changed[QUOKKA]
    assert f"{world.key(WOMBAT)}: 1 of 1 people erased again" in said
    # The member’s account was closed there before.
    assert f"{world.key(QUOKKA)}: 1 of 2 people erased again" in said
    assert "elsewhere: not stored here" in said
    assert ZEPHYR not in said
    after = world.dumps()
    assert [MEMBER in repr(after[mark]) for mark in MARKS] == [mark == ZEPHYR for mark in MARKS]
    assert [LEAD in repr(after[mark]) for mark in MARKS] == [mark != QUOKKA for mark in MARKS]
    changed, said = world.changed_by("privacy", "reapply-erasures", str(log), "--since", at)
    assert changed == {}
    assert said.count(": 0 of ") == 2


def a_job_that_was_given_up(world: World) -> None:
    for mark in (ZEPHYR, QUOKKA):
        key = JobKey(world.key(mark), Job.EVENTS, f"of {mark}")
        deps = world.app.extensions["timesheet"]
        with stored(world.app, key.site):
            deps.jobs.jobs_of(key.site).ask_for(key.job, key.subject, world.clock())
            deps.operation.transaction.commit()
            claim = deps.jobs.board.claim(key, "one", world.clock())
            deps.jobs.board.finish(claim, Ending(DEAD, world.clock(), None, "Boom"))
    changed, said = world.changed_by("jobs", "dead")
    assert (changed, len(said.splitlines())) == ({}, 2)
    assert "2 given up" in world.changed_by("jobs", "status")[1]
    changed, said = world.changed_by("jobs", "again", "--site", world.key(QUOKKA))
    assert changed == on([QUOKKA], "job", "audit_event")
    assert said == "1 job run again.\n"


def a_site_that_is_gone(world: World) -> None:
    world.sites[QUOKKA].uninstall()
    world.clock.now += timedelta(days=31)
    changed, said = world.changed_by("sites", "erase-expired")
    assert (set(changed), said) == ({QUOKKA}, "1 site erased.\n")
    assert [name for name, rows in world.dumps()[QUOKKA].items() if rows] == ["audit_register"]


def commands_of(app: Flask) -> Iterator[str]:
    """Return every existing command, so that a new one is not forgotten here."""
    for name, command in app.cli.commands.items():
        inside = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else [""]
        yield from (f"{name} {inner}".strip() for inner in inside)
