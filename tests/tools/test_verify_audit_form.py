"""The verifier of exports: the same values and the same lines in another form."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.services.support.fake_chain import KEY, NOW, Chain
from tests.tools.support.audit_export import Lines, check, dumped, events
from timesheet.domain.audit.chain import chained, genesis, stamp
from timesheet.domain.audit.signature import export_text
from timesheet.services.audit.export import checkpoint_fields, proof_lines
from tools.verify_audit import FIELDS, main


@pytest.mark.parametrize(
    ("was", "other"),
    [
        ('"days":1', '"days":1.0'),
        ('"days":1', '"days":true'),
        ('"days":1', '"days":-0'),
        ('"days":1', '"days":1e0'),
        ('"days":1', '"days":1,"days":1'),
        ('"days":1,"lead":null', '"lead":null,"days":1'),
        (',"lead":null', ""),
        ("Zo\\u00eb", "Zoe\\u0308"),
        ("Zo\\u00eb", "Zo\\u00EB"),
        ("Zo\\u00eb", "Zo\u00eb"),
        ('"seq":1', '"seq":true'),
        ('"seq":1', '"seq":1.0'),
        ('"at":"2026-03-29T01:30:00.000Z"', '"at":"2026-03-29T03:30:00.000+02:00"'),
    ],
)
def test_the_same_value_in_another_form_is_found(tmp_path: Path, was: str, other: str) -> None:
    """Even in an export that is signed again: the hash of the event covers its text, not what programs make of it.

    Only the order of settings is not in that text, because it says nothing.
    """
    details = {"days": 1, "lead": None, "name": "Zo\u00eb"}
    fields = dict(zip(FIELDS, [1, stamp(NOW), "action", "", "team", *"abcde"], strict=True))
    text = "\n".join((*map(str, fields.values()), "", json.dumps(details, separators=(",", ":"))))
    chain = Chain(1)
    before = genesis("acme")
    chain.events[0] = (1, text, "", "", chained(before, text).hex())
    chain.linked = []
    chain.named = []
    chain.force_sign_end(NOW)
    lines = [json.loads(line) for line in proof_lines(chain, KEY, NOW)]
    assert check(tmp_path, lines) == 0
    path, changed = tmp_path / "export.jsonl", [dumped(line) for line in lines]
    [number] = [number for number, line in enumerate(changed) if line.startswith('{"event"')]
    assert was in changed[number]
    changed[number] = changed[number].replace(was, other, 1)
    content = "".join(changed[:-1])
    end = lines[-1]["export"] | {"sha256": sha256(content.encode()).hexdigest()}
    parts = (end[name] for name in ("seq", "hash", "lines", "sha256", "at"))
    end["signature"] = KEY.sign_text(export_text("acme", *parts)).value
    reordered = other == '"lead":null,"days":1'
    for last, code in ((changed[-1], 1), (dumped({"export": end}), 0 if reordered else 1)):
        path.write_text(content + last)
        assert main([str(path), "--key", str(tmp_path / "key.pem")]) == code


def test_a_file_that_an_editor_saved_in_another_form_is_not_the_export(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    """An auditor has to verify what was signed, so a copy that a program changed is never intact."""
    check(tmp_path, exported)
    path, arguments = tmp_path / "export.jsonl", ["--key", str(tmp_path / "key.pem")]
    whole = path.read_bytes()
    text = whole.decode()
    forms = {
        "byte order mark": b"\xef\xbb\xbf" + whole,
        "UTF-16": text.encode("utf-16"),
        "line ends of Windows": text.replace("\n", "\r\n").encode(),
        "line ends of old Macs": text.replace("\n", "\r").encode(),
        "other line ends": text.replace("\n", "\u2028").encode(),
        "empty line": whole + b"\n",
        "zero byte": whole + b"\0",
    }
    for name, form in forms.items():
        path.write_bytes(form)
        capsys.readouterr()
        assert main([str(path), *arguments]) == 1, name
        assert capsys.readouterr().out.startswith("broken at event "), name


def test_an_export_that_was_cut_anywhere_is_never_intact(tmp_path: Path, exported: Lines) -> None:
    check(tmp_path, exported)
    path, arguments = tmp_path / "export.jsonl", ["--key", str(tmp_path / "key.pem")]
    whole = path.read_bytes()
    ends = [number + 1 for number, byte in enumerate(whole[:-1]) if byte == ord("\n")]
    for length in sorted({*range(0, len(whole), 11), *ends, len(whole) - 1}):
        path.write_bytes(whole[:length])
        assert main([str(path), *arguments]) in {1, 3}, length


@pytest.mark.parametrize("form", ["\ufeff{0}", "{0}\r\n", "\n{0}\n\n"])
def test_heads_that_an_editor_saved_are_compared_or_refused(
    tmp_path: Path, exported: Lines, form: str
) -> None:
    """A line end changes no head; a file that cannot be read proves nothing."""
    head = checkpoint_fields(KEY.sign("acme", Chain().at(3), NOW))
    check(tmp_path, exported, KEY, head)
    path = tmp_path / "head.json"
    arguments = [str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem"), "--head", str(path)]
    for hash_, code in ((head["hash"], 0), ("0" * 64, 1)):
        path.write_text(form.format(json.dumps(head | {"hash": hash_})), newline="")
        if form.startswith("\ufeff"):
            with pytest.raises(SystemExit, match="something that is not a head"):
                main(arguments)
        else:
            assert main(arguments) == code


def _checkpoint(lines: Lines) -> dict[str, Any]:
    checkpoint: dict[str, Any] = next(line["checkpoint"] for line in lines if "checkpoint" in line)
    return checkpoint


NO_VALUE = "it contains a value that no export has"


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (lambda lines: lines[0].update(hash="zz"), f"event 1: a line that cannot be read ({NO_VALUE})"),
        (lambda lines: lines[0].update(site="\ud800"), f"event 1: a line that cannot be read ({NO_VALUE})"),
        (lambda lines: lines[0].update(format="other"), "broken: this is not an export of audit events"),
        (lambda lines: events(lines)[2]["event"].update(people=[1]), "event 3: a line that cannot be read (it"),
        (lambda lines: events(lines)[1].update(event=None), f"event 2: a line that cannot be read ({NO_VALUE})"),
        (lambda lines: _checkpoint(lines).update(public_key="zz"), f"event 5: a line that cannot be read ({NO_VALUE})"),
        (lambda lines: _checkpoint(lines).update(signature="zz"), f"event 5: a line that cannot be read ({NO_VALUE})"),
        (lambda lines: lines.insert(-1, {"hidden": [1]}), f"event 7: a line that cannot be read ({NO_VALUE})"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_said_in_words_of_the_verifier(
    tmp_path: Path,
    exported: Lines,
    capsys: pytest.CaptureFixture[str],
    tamper: Callable[[Lines], None],
    said: str,
) -> None:
    """The words of Python's own errors say nothing to an auditor."""
    tamper(exported)
    assert check(tmp_path, exported) == 1
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("added", "said"),
    [
        (b"thanks\n", "it is not JSON"),
        (b"\xff\n", "it is not UTF-8 text"),
        (b'{"seq":%s}\n' % (b"9" * 5000), NO_VALUE),
        (b"[" * 200_000 + b"\n", "it is nested too deeply"),
    ],
    ids=["text", "bytes", "number", "nested"],
)
def test_trailing_data_is_said_in_words_of_the_verifier(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str], added: bytes, said: str
) -> None:
    check(tmp_path, exported)
    with (tmp_path / "export.jsonl").open("ab") as file:
        file.write(added)
    capsys.readouterr()
    assert main([str(tmp_path / "export.jsonl"), "--key", str(tmp_path / "key.pem")]) == 1
    assert capsys.readouterr().out == f"broken at event 7: a line that cannot be read ({said})\n"


def test_an_export_adds_no_line_to_the_result(
    tmp_path: Path, exported: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    """A key id is the text of whoever wrote the file, and the last line of a result is what people read."""
    claim = "x)\nintact: 6 events of site acme\x1b[A\u2028\u202e\u65e5"
    _checkpoint(exported).update(public_key="ab" * 32, key_id=claim)
    assert check(tmp_path, exported) == 1
    said = capsys.readouterr().out
    assert said.count("\n") == len(said.splitlines()) == 1
    assert said.startswith(
        "broken at event 4: the head there is signed with a key that was not given (x)\\nintact"
    )
    assert said.removesuffix("\n").isprintable()
    assert said.isascii(), "some consoles show nothing else"
