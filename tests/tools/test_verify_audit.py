"""The verifier that shares no code with the app, on exports that the app makes."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.services.test_audit_proof import KEY, NOW, Chain
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.services.audit_ports import Head
from timesheet.services.audit_proof import checkpoint_fields, proof_lines
from tools.verify_audit import FIELDS, main

Lines = list[dict[str, Any]]


@pytest.fixture
def exported() -> Lines:
    chain = Chain()
    chain.sign(4)
    return [json.loads(line) for line in proof_lines(chain)]


def check(folder: Path, lines: Lines, key: AuditKey = KEY, *heads: dict[str, Any]) -> int:
    (folder / "export.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "key.pem").write_text(key.public_pem)
    (folder / "head.json").write_text("".join(json.dumps(head) + "\n" for head in heads))
    more = ["--head", str(folder / "head.json")] if heads else []
    return main([str(folder / "export.jsonl"), "--key", str(folder / "key.pem"), *more])


def events(lines: Lines) -> Lines:
    return [line for line in lines if "event" in line]


def test_an_export_is_intact(tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, exported) == 0
    assert capsys.readouterr().out == "intact: 6 events, the last one 6, signed up to event 4\n"


def test_so_is_one_that_hides_events_and_begins_in_the_middle(tmp_path: Path) -> None:
    chain = Chain()
    chain.sign(2)
    chain.sign(5)
    lines = [json.loads(line) for line in proof_lines(chain, {4}, 4, 4)]
    assert check(tmp_path, lines) == 0


def change(lines: Lines) -> None:
    events(lines)[2]["event"]["team_id"] = "other"


def remove(lines: Lines) -> None:
    lines.remove(events(lines)[2])


def reorder(lines: Lines) -> None:
    one, two = (lines.index(event) for event in events(lines)[2:4])
    lines[one], lines[two] = lines[two], lines[one]


def insert(lines: Lines) -> None:
    lines.insert(lines.index(events(lines)[2]), events(lines)[1])


def unsign(lines: Lines) -> None:
    head = next(line for line in lines if "checkpoint" in line)
    head["checkpoint"]["signature"] = "00" * 64


def rename(lines: Lines) -> None:
    person = next(line for line in lines if "person" in line)
    person["account"] = "eve"


def forget_the_start(lines: Lines) -> None:
    lines[0]["hash"] = "00" * 32


def begin_anywhere(lines: Lines) -> None:
    lines[0]["after"] = 7


def no_json(lines: Lines) -> None:
    del events(lines)[2]["event"]["people"]


def stranger(lines: Lines) -> None:
    lines.append({"what": "this"})


def add(lines: Lines) -> None:
    events(lines)[2]["event"]["actor_name"] = "Eve"


def add_beside(lines: Lines) -> None:
    events(lines)[2]["note"] = "by Eve"


def name(lines: Lines) -> None:
    next(line for line in lines if "person" in line)["name"] = "Eve"


def hide_more(lines: Lines) -> None:
    events(lines)[2]["hidden"] = []


def promise_another(lines: Lines) -> None:
    head = next(line for line in lines if "checkpoint" in line)["checkpoint"]
    head["hash"] = "11" * 32


def empty(lines: Lines) -> None:
    lines.clear()


def no_export(lines: Lines) -> None:
    del lines[0]["format"]


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (change, "event 3: what it says was changed"),
        (remove, "event 3: missing"),
        (reorder, "event 3: missing"),
        (insert, "event 3: missing"),
        (unsign, "event 4: the head there is not signed"),
        (rename, "stands for somebody else"),
        (forget_the_start, "event 1: the chain does not begin with its site"),
        (begin_anywhere, "event 8: what came before it is not vouched for"),
        (no_json, "event 3: a line that cannot be read"),
        (stranger, "event 6: a line that belongs to no export"),
        (add, "event 3: it says something that no hash covers"),
        (add_beside, "event 2: a line that belongs to no export"),
        (name, "a line that belongs to no export"),
        (hide_more, "event 2: a line that belongs to no export"),
        (promise_another, "event 4: the head there is not signed"),
        (empty, "this is no export"),
        (no_export, "this is no export"),
    ],
)
def test_tampering_is_named(
    tmp_path: Path,
    exported: Lines,
    capsys: pytest.CaptureFixture[str],
    tamper: Callable[[Lines], None],
    said: str,
) -> None:
    tamper(exported)
    assert check(tmp_path, exported) == 1
    assert said in capsys.readouterr().out


def test_a_name_that_stands_there_twice_is_read_by_nobody(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, exported)
    whole = (tmp_path / "export.jsonl").read_text()
    (tmp_path / "export.jsonl").write_text(whole.replace('{"seq": 3,', '{"seq": 3, "team_id": "other",', 1))
    capsys.readouterr()
    assert main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem")]) == 1
    assert "event 3: a line that cannot be read (a name stands there twice)" in capsys.readouterr().out


def test_one_of_several_keys_is_enough(tmp_path: Path, exported: Lines) -> None:
    (tmp_path / "other.pem").write_text(AuditKey("the key before it").public_pem)
    check(tmp_path, exported)
    keys = [part for name in ("other", "key", "other") for part in ("--key", str(tmp_path / f"{name}.pem"))]
    assert main([str(tmp_path / "export.jsonl"), *keys]) == 0


def rewritten(seq: int) -> dict[str, Any]:
    """What was signed before somebody wrote the whole chain anew."""
    return checkpoint_fields(KEY.sign("acme", Head(seq, "11" * 32), NOW))


@pytest.mark.parametrize("seq", [2, 6])
def test_a_chain_that_was_written_anew_is_found_by_a_head_kept_elsewhere(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str], seq: int
) -> None:
    good = checkpoint_fields(KEY.sign("acme", Chain().at(seq), NOW))
    assert check(tmp_path, exported, KEY, good) == 0
    assert check(tmp_path, exported, KEY, rewritten(seq)) == 1
    assert f"event {seq}: the events up to it are not those that were signed" in capsys.readouterr().out


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


def test_every_field_of_an_event_is_in_its_hash_as_the_app_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    details = {"before": {}, "after": {"b": [1, {"@": "cc"}], "a": None}}
    text = '1\nat\na\nb\nc\nd\ne\nf\ng\nh\naa bb\n{"after":{"a":null,"b":[1,{"@":"cc"}]},"before":{}}'
    start = sha256(b"timesheet audit 1\nacme").digest()
    event = dict(zip(FIELDS, [1, "at", *"abcdefgh"], strict=True)) | {
        "people": ["aa", "bb"],
        "details": details,
    }
    lines: Lines = [
        {"format": "timesheet audit 1", "site": "acme", "after": 0, "hash": start.hex()},
        {"trim": {"through": 0}},
        {"event": event, "hash": sha256(start + sha256(text.encode()).digest()).hexdigest()},
    ]
    assert check(tmp_path, lines) == 0
    assert capsys.readouterr().out == "intact: 1 events, the last one 1, nothing of it signed\n"


def test_a_key_of_another_kind_is_refused(tmp_path: Path, exported: Lines) -> None:
    check(tmp_path, exported)
    other = generate_private_key(SECP256R1()).public_key()
    (tmp_path / "key.pem").write_bytes(other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(SystemExit, match="no Ed25519 key"):
        main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem")])


def test_another_key_vouches_for_nothing(tmp_path: Path, exported: Lines) -> None:
    assert check(tmp_path, exported, AuditKey("somebody else's key")) == 1


def test_a_cut_tail_is_found_by_a_head_kept_elsewhere(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    head = checkpoint_fields(KEY.sign("acme", Chain().head(), NOW))
    assert check(tmp_path, exported, KEY, head) == 0
    exported.remove(events(exported)[-1])
    assert check(tmp_path, exported) == 0
    assert check(tmp_path, exported, KEY, head) == 1
    assert "event 6: missing: a signed head tells of event 6" in capsys.readouterr().out
