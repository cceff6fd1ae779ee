"""The check of the chain on the screen: what it says of intact, long, unsigned and damaged chains."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.services.support.team_scene import ADMIN, BO
from tests.web.support.audit_site import NOW, AuditSite
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.adapters.db.audit.store import DbAuditStore
from timesheet.services.audit import view as audit_view
from timesheet.services.ports.audit import Verdict
from timesheet.settings import Settings


def test_the_chain_is_checked_on_demand_and_says_what_was_looked_at(audit: AuditSite) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    assert "Checking the chain" in viewer.get("/audit").text
    html = viewer.get("/audit/chain").text
    assert "Chain intact" in html
    assert "Show the event" not in html
    assert re.search(r"signed up to event \d+ on 24 Nov 2026, 14:30:00", html)
    assert re.search(r"all \d+ events", html)
    assert "16:00" in html
    assert "Chain intact" in viewer.get("/audit").text
    assert "Chain intact" in viewer.get("/audit/chain", fresh=1).text
    whole = viewer.post("/audit/chain").text
    assert re.search(r"all \d+ events", whole)
    assert viewer.post("/audit/chain", start="x").status_code == 422
    assert viewer.post("/audit/chain", start="77").status_code == 404


def test_a_long_chain_is_checked_in_stretches_that_go_on_by_themselves(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    audit.record_day()
    signed = audit.sign(settings.signing_key)
    newest = audit.record_day()[-1]
    monkeypatch.setattr(audit_view, "IN_ONE_GO", newest - 3)
    viewer = audit.as_(ADMIN)
    recent = viewer.get("/audit/chain").text
    assert f"events {signed + 1} to {newest}, since the signed checkpoint of 24 Nov 2026, 16:00:00" in recent
    assert "Check the whole chain" in recent
    first = viewer.post("/audit/chain").text
    assert "No error found so far" in first
    assert "Chain intact" not in first
    values = re.search(r"hx-vals='([^']+)'", first)
    assert values is not None
    assert json.loads(values[1]) == {"start": signed, "first": 1}
    last = viewer.post("/audit/chain", **json.loads(values[1])).text
    assert f"all {newest} events" in last
    assert "Check the whole chain" not in last


def test_a_long_chain_without_checkpoints_is_checked_as_far_as_one_can_wait(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = audit.record_day()[-1]
    monkeypatch.setattr(audit_view, "IN_ONE_GO", 2)
    html = audit.as_(ADMIN).get("/audit/chain").text
    assert f"events 1 to 2 of {newest}; no signed checkpoint to start from" in html
    assert "No error found so far" in html


def test_what_is_not_signed_is_never_called_intact(audit: AuditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = audit.record_day()[-1]
    for found, said in (
        (Verdict(1, newest), "none of it is signed"),
        (
            Verdict(1, newest, signed=newest - 1, signed_at=NOW),
            f"signed up to event {newest - 1} on 24 Nov 2026",
        ),
    ):
        monkeypatch.setattr(DbAuditStore, "verify", lambda *_, found=found: found)
        for html in (
            audit.as_(ADMIN).get("/audit/chain", fresh=1).text,
            audit.as_(ADMIN).post("/audit/chain").text,
        ):
            assert "Chain not signed throughout" in html
            assert said in html
            assert "intact" not in html


def test_auditors_get_the_key_and_the_verifier_with_which_an_export_is_checked(
    audit: AuditSite, tmp_path: Path, settings: Settings
) -> None:
    audit.record_day()
    viewer = audit.as_(ADMIN)
    assert "What the proof shows" in viewer.get("/audit").text
    for name, file in (("proof", "events.jsonl"), ("key", "key.pem"), ("verifier", "verify.py")):
        (tmp_path / file).write_bytes(viewer.get(f"/audit/file/{name}").data)
    assert (tmp_path / "key.pem").read_text() == AuditKey(settings.signing_key).public_pem
    checked = subprocess.run(
        [sys.executable, "verify.py", "events.jsonl", "--key", "key.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout[:7]) == (0, "intact:")
    for name in ("key", "verifier"):
        assert audit.as_(BO).get(f"/audit/file/{name}").status_code == 403
        assert audit.as_(BO).get(f"/history/file/{name}").status_code == 404


def test_a_broken_chain_says_where_and_what(audit: AuditSite, monkeypatch: pytest.MonkeyPatch) -> None:
    audit.record_day()
    monkeypatch.setattr(DbAuditStore, "verify", lambda *_: Verdict(1, 9, 4, "It is missing."))
    html = audit.as_(ADMIN).get("/audit/chain").text
    assert "Chain broken at event 4" in html
    assert "It is missing." in html
    assert 'hx-get="/audit?event=4"' in html
    assert "broken" in html


def test_a_chain_written_anew_and_signed_with_another_key_is_distinguished(
    audit: AuditSite, app: Flask, settings: Settings
) -> None:
    audit.record_day()
    audit.sign(settings.signing_key)
    stranger = audit.write_anew("a key of whoever owns the database")
    for html in (audit.as_(ADMIN).get("/audit/chain").text, audit.as_(ADMIN).post("/audit/chain").text):
        assert "Chain signed by an unknown key" in html
        assert "Chain intact" not in html
        assert f"key id {stranger}." in html
        assert 'class="chain broken"' in html
    text = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert text.exit_code == 1
    assert "signed by an unknown key." in text.output
    assert stranger in text.output


def test_a_chain_whose_beginning_was_dropped_says_so(
    audit: AuditSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = audit.record_day()[-1]
    found = Verdict(3, newest, signed=newest, signed_at=NOW)
    monkeypatch.setattr(DbAuditStore, "verify", lambda *_: found)
    html = audit.as_(ADMIN).get("/audit/chain").text
    assert f"events 3 to {newest}; earlier ones were deleted by this site’s retention" in html


def test_a_check_of_fewer_events_than_there_are_is_never_shown(audit: AuditSite) -> None:
    first = audit.record_day()[-1]
    viewer = audit.as_(ADMIN)
    assert f"all {first} events" in viewer.get("/audit/chain").text
    assert "Chain intact" in viewer.get("/audit").text
    second = audit.record_day()[-1]
    page = viewer.get("/audit").text
    assert "Checking the chain" in page
    assert f"all {first} events" not in page
    assert f"all {second} events" in viewer.get("/audit/chain").text
    assert f"all {second} events" in viewer.get("/audit").text
