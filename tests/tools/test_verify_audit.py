"""The verifier, which shares no code with the app, on exports of the app."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tests.services.support.fake_chain import ANA, KEY, NOW, Chain
from tests.tools.support.audit_export import Lines, check, events, resealed
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit.chain import stamp
from timesheet.services.audit.export import checkpoint_fields, proof_lines
from tools.verify_audit import FIELDS, main


def test_an_export_is_intact(tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path, exported) == 0
    said = f"intact: 6 events of site acme, the last one 6, signed up to event 6, at {stamp(NOW)}\n"
    assert capsys.readouterr().out == said


def test_so_is_one_that_hides_events_and_begins_in_the_middle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chain = Chain()
    chain.sign(2)
    chain.sign(5)
    lines = [json.loads(line) for line in proof_lines(chain, KEY, NOW, {4}, 4, 4)]
    assert check(tmp_path, lines) == 0
    assert "intact: 1 event of site acme, the last one 5, 2 left out by a filter" in capsys.readouterr().out
    older, later = (checkpoint_fields(KEY.sign("acme", chain.at(seq), NOW)) for seq in (1, 6))
    assert check(tmp_path, lines, KEY, older, later) == 3, "neither can be compared with these events"
    assert check(tmp_path, lines, KEY, older, later, checkpoint_fields(chain.signed[0])) == 0


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


def more_in_the_header(lines: Lines) -> None:
    lines[0]["note"] = "by Eve"


def more_in_a_checkpoint(lines: Lines) -> None:
    next(line for line in lines if "checkpoint" in line)["checkpoint"]["note"] = "by Eve"


def less_in_a_checkpoint(lines: Lines) -> None:
    del next(line for line in lines if "checkpoint" in line)["checkpoint"]["public_key"]


def another_key_id(lines: Lines) -> None:
    next(line for line in lines if "checkpoint" in line)["checkpoint"]["key_id"] = "0" * 16


def another_key_id_of_the_head(lines: Lines) -> None:
    next(line for line in lines if "head" in line)["head"]["key_id"] = "0" * 16


def text_for_a_number(lines: Lines) -> None:
    events(lines)[2]["event"]["seq"] = "3"


def text_for_a_list(lines: Lines) -> None:
    events(lines)[2]["event"]["people"] = events(lines)[2]["event"]["people"][0]


def other_order(lines: Lines) -> None:
    head = next(line for line in lines if "checkpoint" in line)
    head["checkpoint"] = dict(reversed(head["checkpoint"].items()))


def a_trim_of_nothing(lines: Lines) -> None:
    lines.insert(1, {"trim": {"through": 0, "events": 0, "first_at": "", "last_at": ""}})


def two_heads(lines: Lines) -> None:
    lines.insert(-1, next(line for line in lines if "head" in line))


def named_twice(lines: Lines) -> None:
    lines.insert(-1, next(line for line in lines if "person" in line))


def no_person(lines: Lines) -> None:
    lines.remove(next(line for line in lines if "person" in line))


def hide_nothing(lines: Lines) -> None:
    lines.insert(-1, {"hidden": []})


def cut_the_tail(lines: Lines) -> None:
    lines.remove(events(lines)[-1])


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


def people_in_one_text(lines: Lines) -> None:
    event = next(line for line in events(lines) if not line["event"]["people"])["event"]
    event["people"] = [""]


def no_word_of_what_was_deleted(lines: Lines) -> None:
    """Leave a whole export that begins after the checkpoint."""
    checkpoint = next(line for line in lines if "checkpoint" in line)
    head = {"after": checkpoint["checkpoint"]["seq"], "hash": checkpoint["checkpoint"]["hash"]}
    place = lines.index(checkpoint)
    people = [line for line in lines[:place] if "person" in line]
    lines[:] = [lines[0] | head, checkpoint, *people, *lines[place + 1 :]]


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
        (rename, "belongs to somebody else"),
        (forget_the_start, "event 1: the chain does not begin with its site"),
        (begin_anywhere, "event 8: what came before it is not vouched for"),
        (no_json, "event 3: a line that cannot be read"),
        (stranger, "event 6: a line after the one that closes the export"),
        (add, "event 3: it says something that no hash covers"),
        (add_beside, "event 3: a line that belongs to no export"),
        (name, "a line that belongs to no export"),
        (people_in_one_text, "event 2: its people are not written as the app writes them"),
        (no_word_of_what_was_deleted, "event 5: nothing says that the events before it were deleted"),
        (hide_more, "event 3: a line that belongs to no export"),
        (promise_another, "event 4: the head there is not signed"),
        (more_in_the_header, "cannot be read (it does not have the fields format, site"),
        (more_in_a_checkpoint, "event 5: a line that cannot be read (it does not have the fields seq"),
        (less_in_a_checkpoint, "event 5: a line that cannot be read (it does not have the fields seq"),
        (another_key_id, "event 4: the head there is not signed"),
        (another_key_id_of_the_head, "event 6: the head there is not signed"),
        (text_for_a_number, "event 3: a line that cannot be read (seq is of another kind)"),
        (text_for_a_list, "event 3: a line that cannot be read (people is of another kind)"),
        (other_order, "event 5: a line that cannot be read (it does not have the fields seq"),
        (a_trim_of_nothing, "event 1: the deletions before it are in no order"),
        (two_heads, "event 6: a second head of the chain"),
        (named_twice, "a person is named twice"),
        (no_person, "event 1: nothing says who"),
        (hide_nothing, "a line that hides nothing"),
        (cut_the_tail, "event 6: missing: a signed head names event 6"),
        (empty, "this is not an export"),
        (no_export, "this is not an export"),
    ],
)
def test_tampering_with_an_export_is_named(
    tmp_path: Path,
    exported: Lines,
    capsys: pytest.CaptureFixture[str],
    tamper: Callable[[Lines], None],
    said: str,
) -> None:
    tamper(exported)
    assert check(tmp_path, exported) == 1
    if exported and "export" in exported[-1]:
        assert check(tmp_path, resealed(exported)) == 1
    assert said in capsys.readouterr().out


def test_no_line_of_an_export_can_be_changed_or_left_out(tmp_path: Path, exported: Lines) -> None:
    """All lines are signed together, so this is true even of those that prove nothing else."""
    for number in range(len(exported)):
        assert check(tmp_path, [*exported[:number], *exported[number + 1 :]]) != 0
    assert check(tmp_path, [*exported, exported[-1]]) == 1
    assert check(tmp_path, resealed(exported, AuditKey("somebody else"))) == 1
    longer = dict(exported[-1]["export"], lines=99)
    assert check(tmp_path, [*exported[:-1], {"export": longer}]) == 1


def test_an_export_that_is_not_signed_throughout_ends_in_its_own_way(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    signed = [line for line in exported if not {"checkpoint", "head", "export"}.isdisjoint(line)]
    bare = [line for line in exported if line not in signed]
    assert check(tmp_path, bare) == 3
    assert (
        "throughout: 6 events of site acme, the last one 6, nothing of it signed; the line that closes"
        in (capsys.readouterr().out)
    )
    assert check(tmp_path, [*bare, resealed([*bare, exported[-1]])[-1]]) == 3
    assert "nothing of it signed; what follows is not signed" in capsys.readouterr().out
    assert check(tmp_path, [line for line in exported if "export" not in line]) == 3
    without_head = [line for line in exported if "head" not in line]
    assert check(tmp_path, resealed(without_head)) == 3
    assert "signed up to event 4, at" in capsys.readouterr().out
    chain = Chain()
    chain.sign(6)
    chain.kept = None
    assert check(tmp_path, [json.loads(line) for line in proof_lines(chain, KEY, NOW)]) == 3
    assert "the signed head of the chain is missing" in capsys.readouterr().out


def test_a_line_is_written_as_exports_are_and_in_no_other_way(tmp_path: Path, exported: Lines) -> None:
    check(tmp_path, exported)
    path = tmp_path / "export.jsonl"
    whole = path.read_text()
    for other in (whole.replace("\n", "\r\n"), whole.rstrip("\n"), whole.replace(":", ": ", 1), f"{whole}\n"):
        path.write_text(other, newline="")
        assert main([str(path), "--key", str(tmp_path / "key.pem")]) == 1


def dropped() -> Chain:
    chain = Chain()
    chain.sign(3)
    trim = chain.trim(3, 90, NOW + timedelta(days=90))
    chain.dropped[0] = chain.proven(trim, stamp(NOW + timedelta(days=90)), 90, 3)
    return chain


def test_what_was_dropped_is_signed_and_old_enough(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chain = dropped()
    lines = [json.loads(line) for line in proof_lines(chain, KEY, NOW)]
    assert check(tmp_path, lines) == 0
    for name in ("events", "first_at", "last_at", "at", "days", "erased", "signature"):
        forged = json.loads(json.dumps(lines))
        value = forged[1]["trim"][name]
        forged[1]["trim"][name] = value + 1 if isinstance(value, int) else value[:-1] or "x"
        assert check(tmp_path, resealed(forged)) == 1, name
    bare = {name: lines[1]["trim"][name] for name in ("through", "events", "first_at", "last_at")}
    capsys.readouterr()
    assert check(tmp_path, resealed([lines[0], {"trim": bare}, *lines[2:]])) == 1
    assert "that is not signed" in capsys.readouterr().out


@pytest.mark.parametrize("last", [NOW, NOW - timedelta(days=300)], ids=["as it was", "forged"])
def test_what_was_dropped_too_early_is_found_by_the_signed_time_of_its_checkpoint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], last: datetime
) -> None:
    young = Chain()
    young.sign(3)
    young.trim(3, 90, NOW + timedelta(days=89), last=last)
    assert check(tmp_path, [json.loads(line) for line in proof_lines(young, KEY, NOW)]) == 1
    assert "event 4: the events before it were deleted too early" in capsys.readouterr().out


def test_what_was_dropped_needs_its_event_where_that_has_to_be_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chain = dropped()
    chain.dropped[0] = chain.proven(chain.dropped[0], stamp(NOW + timedelta(days=90)), 90, 5)
    assert check(tmp_path, [json.loads(line) for line in proof_lines(chain, KEY, NOW)]) == 1
    assert "event 4: the events before it were deleted, and no event says so" in capsys.readouterr().out


def test_an_erased_person_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain = Chain()
    chain.named = [(ANA, None, None)]
    lines = [json.loads(line) for line in proof_lines(chain, KEY, NOW)]
    assert check(tmp_path, lines) == 1
    assert f"nothing says who {ANA} is, or that the person was erased" in capsys.readouterr().out
    some = [json.loads(line) for line in proof_lines(chain, KEY, NOW, {5}, 5, 5)]
    assert check(tmp_path, some) == 0


def test_each_thousandth_event_has_its_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for count in (999, 1000, 1001):
        chain = Chain(count)
        lines = [json.loads(line) for line in proof_lines(chain, KEY, NOW)]
        assert check(tmp_path, lines) == (0 if count < 1000 else 1)
        if count >= 1000:
            assert (
                "event 1000: the checkpoint that the app signed there is missing" in capsys.readouterr().out
            )
            chain.sign(1000)
            assert check(tmp_path, [json.loads(line) for line in proof_lines(chain, KEY, NOW)]) == 0


def test_an_export_of_another_version_is_none(tmp_path: Path, exported: Lines) -> None:
    assert check(tmp_path, [exported[0] | {"format": "timesheet audit 1"}, *exported[1:]]) == 1


def test_a_name_that_is_there_twice_is_read_by_nobody(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, exported)
    whole = (tmp_path / "export.jsonl").read_text()
    (tmp_path / "export.jsonl").write_text(whole.replace('{"seq":3,', '{"seq":3,"team_id":"other",', 1))
    capsys.readouterr()
    assert main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem")]) == 1
    assert "event 3: a line that cannot be read (a name occurs twice)" in capsys.readouterr().out


def test_a_line_that_is_nested_without_end_is_named(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    check(tmp_path, exported)
    with (tmp_path / "export.jsonl").open("a") as file:
        file.write('{"event":' + "[" * 200_000 + "\n")
    assert main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem")]) == 1
    assert "broken at event 7: a line that cannot be read" in capsys.readouterr().out


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
        {"format": "timesheet audit 2", "site": "acme", "after": 0, "hash": start.hex(), "whole": True},
        {"event": event, "hash": sha256(start + sha256(text.encode()).digest()).hexdigest()},
    ]
    assert check(tmp_path, lines) == 1
    assert "event 1: nothing says who aa is" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["key.pem", "head.json", "export.jsonl"])
@pytest.mark.parametrize("content", [b"\xff\xfe\n", b"[" * 200_000, None], ids=["bytes", "nested", "missing"])
def test_a_file_that_cannot_be_read_is_named_in_a_sentence(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None
) -> None:
    damaged_export = name == "export.jsonl" and content is not None
    check(tmp_path, exported, KEY, checkpoint_fields(KEY.sign("acme", Chain().head(), NOW)))
    path = tmp_path / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    arguments = [str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem")]
    arguments += ["--head", str(tmp_path / "head.json")]
    if damaged_export:
        capsys.readouterr()
        assert main(arguments) == 1
        assert "broken at event 1: a line that cannot be read" in capsys.readouterr().out
    else:
        with pytest.raises(SystemExit, match=re.escape(str(path))):
            main(arguments)
