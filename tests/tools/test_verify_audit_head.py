"""The verifier with signed heads that were stored elsewhere, and with several keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.services.support.fake_chain import KEY, NOW, Chain
from tests.tools.support.audit_export import Lines, check, events
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.services.audit.export import checkpoint_fields, proof_lines
from timesheet.services.ports.audit import Head
from tools.verify_audit import main


def test_one_of_several_keys_is_enough(tmp_path: Path, exported: Lines) -> None:
    (tmp_path / "other.pem").write_text(AuditKey("the key before it").public_pem)
    check(tmp_path, exported)
    keys = [part for name in ("other", "key", "other") for part in ("--key", str(tmp_path / f"{name}.pem"))]
    assert main([str(tmp_path / "export.jsonl"), *keys]) == 0
    both = "".join((tmp_path / f"{name}.pem").read_text() for name in ("other", "key"))
    (tmp_path / "both.pem").write_text(both)
    assert main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "both.pem")]) == 0


def test_a_signature_by_a_key_that_was_not_given_is_said(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, exported)
    (tmp_path / "other.pem").write_text(AuditKey("the key before it").public_pem)
    assert main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "other.pem")]) == 1
    assert f"the head there is signed with a key that was not given ({KEY.id})" in capsys.readouterr().out


def rewritten(seq: int) -> dict[str, Any]:
    """Return a signed head from before somebody rewrote the whole chain."""
    return checkpoint_fields(KEY.sign("acme", Head(seq, "11" * 32), NOW))


@pytest.mark.parametrize("seq", [2, 6])
def test_a_chain_that_was_written_anew_is_found_by_a_head_kept_elsewhere(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str], seq: int
) -> None:
    good = checkpoint_fields(KEY.sign("acme", Chain().at(seq), NOW))
    assert check(tmp_path, exported, KEY, good) == 0
    assert check(tmp_path, exported, KEY, rewritten(seq)) == 1
    assert f"event {seq}: the events up to it are not those that were signed" in capsys.readouterr().out


def test_the_export_of_another_site_is_not_proven_by_heads_of_this_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each is genuine, but somebody who has to show one log hands over that of another site."""
    lines = [json.loads(line) for line in proof_lines(Chain(site="other"), KEY, NOW)]
    kept = {"site": "acme", **checkpoint_fields(KEY.sign("acme", Chain().head(), NOW))}
    assert check(tmp_path, lines) == 0
    assert check(tmp_path, lines, KEY, kept) == 3
    said = capsys.readouterr().out
    assert "intact: 6 events of site other" in said
    assert "none of the heads that were stored elsewhere belongs to it" in said
    own = {"site": "other", **checkpoint_fields(KEY.sign("other", Chain(site="other").head(), NOW))}
    assert check(tmp_path, lines, KEY, kept, own) == 0


@pytest.mark.parametrize("missing", ["", "\n", "[]\n", "7\n", "{\n", '{"seq":1,"seq":6}\n', "{}\n"])
def test_a_file_without_heads_proves_nothing(tmp_path: Path, exported: Lines, missing: str) -> None:
    check(tmp_path, exported)
    (tmp_path / "heads").write_text(missing)
    arguments = ["export.jsonl", "--key", "key.pem", "--head", "heads"]
    files = [part if part.startswith("--") else str(tmp_path / part) for part in arguments]
    if missing.strip():
        with pytest.raises(SystemExit, match="not a head"):
            main(files)
    else:
        assert main(files) == 3


@pytest.mark.parametrize(
    "wrong",
    [{"seq": "3"}, {"seq": 3.0}, {"seq": None}, {"seq": -3}, {"seq": True}, {"site": 1}]
    + [{name: value} for name in ("hash", "key_id", "public_key", "signature") for value in (7, "zz", "AB")],
    ids=str,
)
def test_a_head_with_another_value_is_refused_and_says_nothing_about_the_export(
    tmp_path: Path, exported: Lines, wrong: dict[str, Any]
) -> None:
    head = {"site": "acme", **checkpoint_fields(KEY.sign("acme", Chain().at(3), NOW))}
    check(tmp_path, exported, KEY, head)
    (tmp_path / "heads").write_text(f"{json.dumps(head)}\n{json.dumps(head | wrong)}\n")
    arguments = ["export.jsonl", "--key", "key.pem", "--head", "heads"]
    files = [part if part.startswith("--") else str(tmp_path / part) for part in arguments]
    with pytest.raises(SystemExit, match="heads contains something that is not a head, in line 2"):
        main(files)


def test_a_chain_that_was_written_anew_is_found_by_a_head_within_it(tmp_path: Path, exported: Lines) -> None:
    next(line for line in exported if "checkpoint" in line)["checkpoint"] = rewritten(4)
    assert check(tmp_path, exported) == 1


@pytest.mark.parametrize("next_line", [{"hidden": ["00" * 32]}, {"hidden": []}])
def test_nothing_is_hidden_before_a_signed_head_when_it_begins_in_the_middle(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str], next_line: dict[str, Any]
) -> None:
    lines = [exported[0] | {"after": 7}, next_line, *exported[1:]]
    assert check(tmp_path, lines) == 1
    assert "event 8: what came before it is not vouched for" in capsys.readouterr().out


def test_a_key_of_another_kind_is_refused(tmp_path: Path, exported: Lines) -> None:
    check(tmp_path, exported)
    other = generate_private_key(SECP256R1()).public_key()
    (tmp_path / "key.pem").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(SystemExit, match="contains no Ed25519 key"):
        main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem")])


def test_another_key_vouches_for_nothing(tmp_path: Path, exported: Lines) -> None:
    assert check(tmp_path, exported, AuditKey("somebody else's key")) == 1


def test_a_cut_tail_is_found_by_a_head_kept_elsewhere(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    head = checkpoint_fields(KEY.sign("acme", Chain().head(), NOW))
    assert check(tmp_path, exported, KEY, head) == 0
    exported.remove(events(exported)[-1])
    cut = [line for line in exported if {"head", "export"}.isdisjoint(line)]
    assert check(tmp_path, cut) == 3
    assert check(tmp_path, cut, KEY, head) == 1
    assert "event 6: missing: a signed head names event 6" in capsys.readouterr().out
