"""``flask audit``: what operators and cron run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from tests.web.conftest import JiraSite
from tests.web.recorded import events, verdict
from tests.web.signing import SettableClock
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.bootstrap import create_app
from timesheet.domain.audit_action import Action
from timesheet.services.worklog_journal import Intent
from timesheet.settings import Settings
from tools import verify_audit

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *arguments: app.test_cli_runner().invoke(args=["audit", *arguments])


def actions(app: Flask, site: JiraSite) -> list[Action]:
    return [event.action for event in events(app, site.client_key)]


def test_every_event_of_a_sites_life_is_there(app: Flask, site: JiraSite) -> None:
    site.install()
    site.tell("/connect/disabled", site.body())
    site.tell("/connect/disabled", site.body())
    site.tell("/connect/enabled", site.body())
    app.test_cli_runner().invoke(args=["secrets", "rotate"])
    site.uninstall()
    site.uninstall()
    site.install()
    assert actions(app, site) == [
        Action.SITE_INSTALLED,
        Action.SITE_UPGRADED,
        Action.SITE_DISABLED,
        Action.SITE_ENABLED,
        Action.SITE_KEY_ROTATED,
        Action.SITE_UNINSTALLED,
        Action.SITE_INSTALLED,
    ]
    assert {str(event.origin) for event in events(app, site.client_key)} == {
        "lifecycle",
        "webhook",
        "command",
    }
    assert verdict(app, site.client_key).intact


def test_a_head_is_printed_and_finds_a_cut_tail(app: Flask, site: JiraSite, run: Run, tmp_path: Path) -> None:
    site.install()
    printed = run("checkpoint").output
    assert json.loads(printed)["seq"] == 2
    assert run("checkpoint").output == printed
    assert run("verify").output == f"{site.client_key}: intact, events 1 to 2, signed up to event 2.\n"
    (tmp_path / "heads").write_text(printed)
    with app.app_context():
        session = app.extensions["timesheet"].transaction.session
        for statement in (
            "DROP TRIGGER audit_event_delete",
            "DROP TRIGGER audit_checkpoint_delete",
            "DELETE FROM audit_checkpoint",
            "DELETE FROM audit_event WHERE seq = 2",
        ):
            session.execute(text(statement))
        session.commit()
    assert run("verify").exit_code == 0
    found = run("verify", "--head", str(tmp_path / "heads"))
    assert found.exit_code == 1
    assert "broken at event 2" in found.output


def test_after_a_new_signing_key_the_public_key_from_before_is_named(
    app: Flask, site: JiraSite, run: Run, settings: Settings, clock: SettableClock
) -> None:
    site.install()
    assert "intact, events 1 to 2, nothing of it signed" in run("verify").output
    run("checkpoint")
    printed = run("key").output

    def rotated(audit_keys: str) -> Result:
        variables = {
            "BASE_URL": settings.base_url,
            "DATABASE_URL": settings.database_url,
            "ENCRYPTION_KEYS": ",".join(settings.encryption_keys),
            "SIGNING_KEY": "another signing key, and long enough too",
            "AUDIT_KEYS": audit_keys,
            "LOG_LEVEL": "ERROR",
        }
        later = create_app(Settings.from_environ(variables), clock)
        told: Result = later.test_cli_runner().invoke(args=["audit", "verify"])
        with later.app_context():
            later.extensions["timesheet"].transaction.extension.engine.dispose()
        return told

    assert rotated(printed).output.endswith("intact, events 1 to 2, signed up to event 2.\n")
    assert rotated(printed.splitlines()[1]).exit_code == 0
    unnamed = rotated("")
    assert unnamed.exit_code == 1
    assert "name the public key from before in AUDIT_KEYS" in unnamed.output
    assert rotated(f"{AuditKey('of somebody else').public_pem}").exit_code == 1


def test_a_file_that_holds_no_heads_is_refused(site: JiraSite, run: Run, tmp_path: Path) -> None:
    del site
    (tmp_path / "heads").write_text('{"seq": 1}\n')
    assert "no head" in run("verify", "--head", str(tmp_path / "heads")).output


def test_an_unknown_site_is_said(site: JiraSite, run: Run) -> None:
    del site
    assert "No installed site" in run("verify", "--site", "nobody").output


def test_an_export_is_recorded_and_checked_with_the_public_key_alone(
    app: Flask, site: JiraSite, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lines").write_text(run("export", "--site", site.client_key).output)
    (tmp_path / "key").write_text(run("key").output)
    assert actions(app, site)[-1] is Action.AUDIT_EXPORTED
    assert verify_audit.main([str(tmp_path / "lines"), "--key", str(tmp_path / "key")]) == 0
    assert "intact: 2 events" in capsys.readouterr().out


def test_what_a_site_does_not_keep_goes_in_stretches(
    app: Flask, site: JiraSite, run: Run, clock: SettableClock
) -> None:
    assert run("keep", "--site", site.client_key, "--days", "89").exit_code == 2
    assert "are kept 90 days" in run("keep", "--site", site.client_key, "--days", "90").output
    run("checkpoint")
    assert run("trim").output == ""
    clock.now += timedelta(days=91)
    assert run("trim").output == f"{site.client_key}: 2 events up to number 2 dropped.\n"
    assert actions(app, site) == [Action.AUDIT_TRIMMED]
    assert verdict(app, site.client_key).first == 3
    assert verdict(app, site.client_key).intact
    assert "for ever" in run("keep", "--site", site.client_key).output
    assert run("trim").output == ""


def test_a_write_that_nobody_can_ask_about_stays_open(
    app: Flask, site: JiraSite, run: Run, clock: SettableClock
) -> None:
    assert run("settle").output == ""
    with app.app_context():
        things = app.extensions["timesheet"]
        things.transaction.enter(site.client_key)
        intent = Intent(Action.WORKLOG_CREATED, "ana", 1, clock(), write_key="key-0001")
        things.journal_of(site.client_key).begin(intent)
    assert run("settle").output == ""
    clock.now += timedelta(minutes=6)
    assert run("settle").output == f"{site.client_key}: 0 recorded, 0 had not happened, 1 open.\n"
