"""``flask audit``, as operators and cron run it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.adapters.support.tampering import turned
from tests.web.conftest import JiraSite
from tests.web.support.recorded_events import events, verdict
from tests.web.support.signing import SettableClock
from tests.web.support.tampering import tamper
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.guard import DELETE_WHEN, REGISTER
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.bootstrap.app import close_app, create_app
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import public_keys_of
from timesheet.domain.errors import Conflict
from timesheet.services.audit.export import DELETED_MEANWHILE
from timesheet.services.ports.journal import Intent
from timesheet.settings import Settings
from timesheet.web.commands.audit import NO_EVENTS, NOT_EXPORTED
from timesheet.web.commands.site import NO_SITE
from timesheet.web.middleware.logs import configure_logs
from tools import verify_audit

Run = Callable[..., Result]
COLUMNS = "number, hash, key_id, public_key, signature"
NOTHING_SETTLED = "No interrupted write can be checked now.\n"
NOTHING_TRIMMED = "No event is old enough to be deleted.\n"
SECOND_HEAD = f"INSERT INTO audit_register_head SELECT 2, {COLUMNS} FROM audit_register_head"


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *arguments: app.test_cli_runner().invoke(args=["audit", *arguments])


def actions(app: Flask, site: JiraSite) -> list[Action]:
    return [event.action for event in events(app, site.client_key)]


def test_every_event_of_a_sites_life_is_there(app: Flask, site: JiraSite) -> None:
    site.install()
    site.send_event("/connect/disabled", site.body())
    site.send_event("/connect/disabled", site.body())
    site.send_event("/connect/enabled", site.body())
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
    assert run("verify").output == (
        "register of sites: as it was signed.\n"
        f"{site.client_key}: intact, events 1 to 2, signed up to event 2, at {json.loads(printed)['at']}.\n"
    )
    (tmp_path / "heads").write_text(printed)
    tamper(app, "DELETE FROM audit_checkpoint", "DELETE FROM audit_event WHERE seq = 2")
    assert "broken at event 2. This event and all later ones are missing" in run("verify").output
    forget_signatures(app)
    assert run("verify").exit_code == 3
    found = run("verify", "--head", str(tmp_path / "heads"))
    assert found.exit_code == 1
    assert "broken at event 2" in found.output


def test_the_last_line_says_of_how_many_chains_what_is_said(
    app: Flask, site: JiraSite, new_site: Callable[[str], JiraSite], run: Run
) -> None:
    site.install()
    tamper(app, "UPDATE audit_event SET team_id = 'x'")
    assert run("verify").output.splitlines()[-1] == "Error: 1 of 2 chains is not proven to be whole."
    new_site("other").install()
    tamper(app, "UPDATE audit_event SET team_id = 'x'")
    assert run("verify").output.splitlines()[-1] == "Error: 2 of 3 chains are not proven to be whole."
    forget_signatures(app)
    tamper(app, "UPDATE audit_event SET team_id = ''")
    unsigned = run("verify")
    assert unsigned.exit_code == 3
    assert unsigned.output.splitlines()[-1] == "Error: 3 of 3 chains are whole, but not signed throughout."


def test_the_key_of_a_site_adds_no_line_to_the_result(app: Flask, site: JiraSite, run: Run) -> None:
    """Whoever controls the database can write any key into it."""
    site.install()
    key = f"ghost: broken.\n{site.client_key}: intact, events 1 to 2\x1b[A"
    tamper(app, f"UPDATE audit_head SET client_key = '{key}'")
    found = run("verify")
    assert found.exit_code == 1
    assert f"{site.client_key}: intact" not in found.output.splitlines()
    assert all(line.isprintable() for line in found.output.splitlines())
    assert sum(line.startswith(f"{site.client_key}: ") for line in found.output.splitlines()) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL stores no such number.
def test_an_export_of_a_row_that_cannot_be_read_fails_with_a_sentence(
    app: Flask, site: JiraSite, run: Run
) -> None:
    site.install()
    tamper(app, "UPDATE audit_head SET seq = 'two'")
    failed = run("export", "--site", site.client_key)
    assert (failed.exit_code, failed.output.splitlines()[-1]) == (1, f"Error: {NOT_EXPORTED}")


def forget_signatures(app: Flask) -> None:
    """Leave a database as one from before there were signed heads."""
    tamper(app, *(f"DELETE FROM {table}" for table in ("audit_head", "audit_trim_proof", *REGISTER)))


def test_a_site_that_vanished_is_found_without_a_head(app: Flask, site: JiraSite, run: Run) -> None:
    site.install()
    tamper(app, "DELETE FROM site")
    found = run("verify")
    assert found.exit_code == 1
    assert f"{site.client_key}: broken. The site is gone: the register of sites says" in found.output


def test_a_site_that_vanished_from_the_register_too_is_found_by_a_head(
    app: Flask, site: JiraSite, run: Run, tmp_path: Path
) -> None:
    site.install()
    (tmp_path / "heads").write_text(run("checkpoint").output)
    tamper(app, "DELETE FROM site", "DELETE FROM audit_register")
    found = run("verify")
    assert found.exit_code == 1
    assert "broken. The register of sites is not what was signed" in found.output
    assert "The site is gone, and some of its events are still there" in found.output
    forget_signatures(app)
    tamper(app, *(f"DELETE FROM {table}" for table in DELETE_WHEN))
    assert run("verify").output == f"{NO_EVENTS}\n"
    found = run("verify", "--head", str(tmp_path / "heads"))
    assert found.exit_code == 1
    assert f"{site.client_key}: broken. A signed head names 2 events, but nothing of" in found.output
    assert run("verify", "--site", site.client_key).exit_code == 1


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM audit_register", "not what was signed"),
        ("UPDATE audit_register SET at = '2020-01-01T00:00:00.000Z'", "not what was signed"),
        (
            "INSERT INTO audit_register SELECT 2, client_key, kind, seq, at FROM audit_register",
            "not what was signed",
        ),
        ("UPDATE audit_register_head SET number = 2", "not signed by a key"),
        (f"UPDATE audit_register_head SET {turned('signature')}", "not signed by a key"),
        ("DELETE FROM audit_register_head", "its signed head is missing"),
        ("UPDATE audit_register_head SET id = 2", "its signed head is missing"),
        (SECOND_HEAD, "its signed head is missing"),
    ],
)
def test_a_change_of_the_register_is_found(
    app: Flask, site: JiraSite, run: Run, statement: str, problem: str
) -> None:
    site.install()
    assert run("verify").exit_code == 0
    tamper(app, statement)
    found = run("verify")
    assert found.exit_code == 1
    assert problem in found.output


def test_rows_of_a_site_that_is_gone_are_found(app: Flask, site: JiraSite, run: Run) -> None:
    site.install()
    forget_signatures(app)
    tamper(app, "UPDATE audit_event SET client_key = 'ghost' WHERE seq = 2")
    found = run("verify")
    assert found.exit_code == 1
    assert "ghost: broken. The site is gone, and some of its events are still there." in found.output


def test_what_was_not_signed_when_it_was_recorded_is_signed_when_an_operator_says_so(
    app: Flask, site: JiraSite, run: Run
) -> None:
    site.install()
    tamper(app, "UPDATE audit_head SET seq = 1")
    assert run("checkpoint").exit_code == 1
    assert run("sign", "--site", site.client_key).exit_code == 1
    forget_signatures(app)
    assert run("verify").exit_code == 3
    assert "not signed throughout" in run("verify").output
    assert "intact, events 1 to 3" in run("sign", "--site", site.client_key).output
    assert actions(app, site)[-1] is Action.AUDIT_SIGNED
    assert run("verify").exit_code == 0


def test_a_site_that_was_made_to_look_uninstalled_is_found_missing(
    app: Flask, site: JiraSite, run: Run
) -> None:
    """The app erases what is due, but confirms no erasure of which the site's own events say nothing."""
    assert run("verify").exit_code == 0
    tamper(app, "UPDATE site SET status = 'uninstalled', erase_after = '2026-01-01 00:00:00.000000'")
    said = app.test_cli_runner().invoke(args=["sites", "erase-expired"]).output
    assert "site_erasure_not_recorded" in said
    assert said.endswith("1 site erased.\n")
    found = run("verify")
    assert found.exit_code == 1
    assert f"{site.client_key}: " in found.output


def test_an_erased_site_is_known_as_erased(
    app: Flask, site: JiraSite, run: Run, clock: SettableClock, tmp_path: Path
) -> None:
    (tmp_path / "heads").write_text(run("checkpoint").output)
    site.uninstall()
    clock.now += timedelta(days=31)
    assert app.test_cli_runner().invoke(args=["sites", "erase-expired"]).output == "1 site erased.\n"
    assert run("verify").output == "register of sites: as it was signed.\n"
    found = run("verify", "--head", str(tmp_path / "heads"))
    assert found.exit_code == 1
    assert "The site was erased on" in found.output


def test_after_a_new_signing_key_the_public_key_from_before_is_named(
    app: Flask, site: JiraSite, run: Run, settings: Settings, clock: SettableClock
) -> None:
    site.install()
    assert "intact, events 1 to 2, signed up to event 2, at " in run("verify").output
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
        result: Result = later.test_cli_runner().invoke(args=["audit", "verify"])
        close_app(later)
        return result

    assert "intact, events 1 to 2, signed up to event 2, at " in rotated(printed).output
    assert rotated(printed.splitlines()[1]).exit_code == 0
    unnamed = rotated("")
    assert unnamed.exit_code == 1
    assert "name the public key from before in AUDIT_KEYS" in unnamed.output
    assert rotated(f"{AuditKey('of somebody else').public_pem}").exit_code == 1


def test_an_export_from_before_and_after_a_rotation_is_checked_with_one_file_of_keys(
    app: Flask, site: JiraSite, run: Run, settings: Settings, clock: SettableClock, tmp_path: Path
) -> None:
    site.install()
    run("checkpoint")
    before = public_keys_of(run("key").output)
    later = create_app(
        replace(settings, signing_key="another signing key, long enough", audit_keys=before), clock
    )
    export = later.test_cli_runner().invoke(args=["audit", "export", "--site", site.client_key]).stdout
    keys = later.test_cli_runner().invoke(args=["audit", "key"]).stdout
    close_app(later)
    assert public_keys_of(keys)[1:] == before
    (tmp_path / "export.jsonl").write_text(export)
    (tmp_path / "keys.pem").write_text(keys)
    assert verify_audit.main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "keys.pem")]) == 0


def test_a_file_that_holds_no_heads_is_refused(site: JiraSite, run: Run, tmp_path: Path) -> None:
    del site
    (tmp_path / "heads").write_text('{"seq": 1}\n')
    assert "not a head" in run("verify", "--head", str(tmp_path / "heads")).output
    (tmp_path / "heads").write_text("\n")
    nothing = run("verify", "--head", str(tmp_path / "heads"))
    assert nothing.exit_code == 1
    assert "nothing would be compared" in nothing.output


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe",
        b"[" * 100_000,
        b"7",
        b'{"site":"s","site":"s","seq":1,"hash":"","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":"1","hash":"","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":1.5,"hash":"","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"","signature":""}',
        b'{"site":null,"seq":1,"hash":"","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":1,"hash":"","at":"2026-01-01T00:00:00.000","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":1,"hash":"","at":"2026-01-01T01:00:00.000+01:00","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":1,"hash":"","at":"0001-01-01T00:00:00.000+14:00","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":-1,"hash":"","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":1,"hash":"zz","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"","signature":""}',
        b'{"site":"s","seq":1,"hash":"","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"AB","signature":""}',
        b'{"site":"s","seq":1,"hash":"","at":"2026-01-01T00:00:00.000Z","key_id":"","public_key":"","signature":7}',
    ],
    ids=lambda content: str(content[:40] + content[-12:]),
)
def test_what_no_checkpoint_prints_is_no_head(
    site: JiraSite, run: Run, tmp_path: Path, content: bytes
) -> None:
    del site
    (tmp_path / "heads").write_bytes(content)
    found = run("verify", "--head", str(tmp_path / "heads"))
    why = ": it is not UTF-8 text" if content == b"\xff\xfe" else ", in line 1"
    said = f"Error: The file contains something that is not a head{why}.\n"
    assert (found.exit_code, found.output) == (1, said)


def test_heads_that_are_of_no_event_are_not_said_to_match(
    site: JiraSite, new_site: Callable[[str], JiraSite], run: Run, tmp_path: Path
) -> None:
    (tmp_path / "heads").write_text(run("checkpoint").output)
    other = new_site("other")
    assert other.install().status_code == 204
    found = run("verify", "--head", str(tmp_path / "heads"))
    assert found.exit_code == 0
    own, others = (
        next(line for line in found.output.splitlines() if line.startswith(f"{one.client_key}: intact"))
        for one in (site, other)
    )
    assert "none was compared" not in own
    assert others.endswith(" No head in the file is of these events, so none was compared.")
    refused = run("verify", "--site", other.client_key, "--head", str(tmp_path / "heads"))
    assert refused.exit_code == 1
    assert "The file contains no head of this site" in refused.output
    assert run("verify", "--site", site.client_key, "--head", str(tmp_path / "heads")).exit_code == 0


def test_a_database_without_events_has_nothing_to_verify(app: Flask, run: Run) -> None:
    result = run("verify")
    assert (result.exit_code, result.output) == (0, f"{NO_EVENTS}\n")


def test_an_unknown_site_is_said(site: JiraSite, run: Run) -> None:
    del site
    assert "No site has this key or address" in run("verify", "--site", "nobody").output


@pytest.mark.parametrize(
    "command", [("verify",), ("sign",), ("export",), ("keep", "--days", "90")], ids=lambda one: one[0]
)
def test_a_site_is_named_by_its_key_or_its_address(
    site: JiraSite, run: Run, command: tuple[str, ...]
) -> None:
    address = site.base_url.partition("://")[2]
    for name in (site.client_key, site.base_url, f"{site.base_url}/", address, address.upper()):
        result = run(*command, "--site", name)
        assert (result.exit_code, site.client_key in result.output) == (0, True)
    for name in ("elsewhere.atlassian.net", "https://"):
        assert run(*command, "--site", name).exit_code == 1
    of_none = run(*command, "--site", "")
    assert of_none.exit_code == (0 if command == ("verify",) else 1), "the others need a site"


def test_an_address_that_two_sites_have_names_neither(
    app: Flask, site: JiraSite, new_site: Callable[[str], JiraSite], run: Run
) -> None:
    """Jira has another key after an import, and a Forge app may begin without the data of the Connect app."""
    other = new_site("other")
    assert other.install(baseUrl=site.base_url, displayUrl=site.base_url).status_code == 204
    refused = run("keep", "--site", site.base_url, "--days", "90")
    assert refused.exit_code == 1
    assert refused.output == (
        "Error: Several sites have this address: key-of-acme, key-of-other. Name one by its key.\n"
    )
    assert Action.SETTING_CHANGED not in [*actions(app, site), *actions(app, other)]
    assert run("keep", "--site", other.client_key, "--days", "90").exit_code == 0


def test_nothing_to_settle_or_to_delete_is_said(site: JiraSite, run: Run) -> None:
    del site
    assert run("settle").output == NOTHING_SETTLED
    assert run("trim").output == NOTHING_TRIMMED


def test_an_export_is_recorded_and_checked_with_the_public_key_alone(
    app: Flask, site: JiraSite, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lines").write_text(run("export", "--site", site.client_key).output)
    (tmp_path / "key").write_text(run("key").output)
    assert actions(app, site)[-1] is Action.AUDIT_EXPORTED
    assert verify_audit.main([str(tmp_path / "lines"), "--key", str(tmp_path / "key")]) == 0
    said = f"intact: 2 events of site {site.client_key}, the last one 2, signed up to event 2, at"
    assert said in capsys.readouterr().out


def test_an_export_from_which_events_are_deleted_meanwhile_fails_with_a_sentence(
    site: JiraSite, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def proof(*_: object) -> Iterator[str]:
        yield "{}"
        raise Conflict(DELETED_MEANWHILE)

    monkeypatch.setattr(DbAuditStore, "proof", proof)
    failed = run("export", "--site", site.client_key)
    assert (failed.exit_code, failed.output) == (1, f"{{}}\nError: {DELETED_MEANWHILE}\n")


def test_the_events_of_a_site_that_uninstalled_can_be_exported_until_it_is_erased(
    app: Flask, site: JiraSite, run: Run, clock: SettableClock
) -> None:
    site.uninstall()
    exported = run("export", "--site", site.client_key).output
    assert all(action in exported for action in (Action.SITE_UNINSTALLED, Action.AUDIT_EXPORTED))
    clock.now += timedelta(days=31)
    app.test_cli_runner().invoke(args=["sites", "erase-expired"])
    refused = run("export", "--site", site.client_key)
    assert (refused.exit_code, refused.output) == (1, f"Error: {NO_SITE}\n")


@pytest.mark.parametrize(
    "command", [("audit", "export"), ("configuration", "export", "--leaves")], ids=lambda words: words[0]
)
def test_what_a_command_prints_can_be_stored_as_it_is(app: Flask, site: JiraSite, command: list[str]) -> None:
    configure_logs("INFO", "json")
    done = app.test_cli_runner().invoke(args=[*command, "--site", site.client_key])
    assert done.exit_code == 0
    assert "timesheet.audit" in done.stderr
    assert "timesheet.audit" not in done.stdout
    assert done.stdout.startswith("{")


def test_what_a_site_does_not_keep_goes_in_stretches(
    app: Flask, site: JiraSite, run: Run, clock: SettableClock
) -> None:
    assert run("keep", "--site", site.client_key, "--days", "89").exit_code == 2
    assert run("keep", "--site", site.client_key, "--days", "9999999999").exit_code == 2
    assert "are kept 90 days" in run("keep", "--site", site.client_key, "--days", "90").output
    run("checkpoint")
    assert run("trim").output == NOTHING_TRIMMED
    clock.now += timedelta(days=91)
    assert run("trim").output == f"{site.client_key}: 2 events up to number 2 dropped.\n"
    assert actions(app, site) == [Action.AUDIT_TRIMMED]
    assert verdict(app, site.client_key).first == 3
    assert verdict(app, site.client_key).intact
    assert "forever" in run("keep", "--site", site.client_key).output
    assert run("trim").output == NOTHING_TRIMMED
    assert run("verify").exit_code == 0


def test_a_setting_that_was_written_past_the_app_drops_nothing(
    app: Flask, site: JiraSite, run: Run, clock: SettableClock
) -> None:
    run("keep", "--site", site.client_key, "--days", "365")
    run("checkpoint")
    tamper(app, "UPDATE site_setting SET audit_days = 90")
    clock.now += timedelta(days=91)
    found = run("trim")
    assert (found.exit_code, "not set through the app" in found.output) == (1, True)
    assert len(actions(app, site)) == 2


def test_a_write_that_nobody_can_ask_about_stays_open(
    app: Flask, site: JiraSite, run: Run, clock: SettableClock
) -> None:
    assert run("settle").output == NOTHING_SETTLED
    with app.app_context():
        deps = app.extensions["timesheet"]
        deps.operation.transaction.enter(site.client_key)
        intent = Intent(Action.WORKLOG_CREATED, "ana", 1, clock(), write_key="key-0001")
        deps.stores.journal_of(site.client_key).begin(intent)
    assert run("settle").output == NOTHING_SETTLED
    clock.now += timedelta(minutes=6)
    assert run("settle").output == f"{site.client_key}: 0 recorded, 0 had not happened, 0 given up, 1 open.\n"
