"""A chain exported as verifiable lines."""

from __future__ import annotations

import json
from datetime import timedelta

from tests.services.support.fake_chain import KEY, NOW, Chain
from timesheet.services.audit.export import checkpoint_fields, proof_lines

LATER = NOW + timedelta(days=91)


def test_an_export_begins_with_what_was_dropped() -> None:
    chain = Chain()
    signed = chain.sign(3)
    chain.trim(3, 90, LATER)
    lines = [json.loads(line) for line in proof_lines(chain, KEY, NOW)]
    assert lines[0] == {
        "format": "timesheet audit 2",
        "site": "acme",
        "after": 3,
        "hash": chain.signed[0].hash,
        "whole": True,
    }
    assert lines[1]["trim"]["through"] == 3
    assert lines[2]["checkpoint"] == checkpoint_fields(signed)
    assert [line["event"]["seq"] for line in lines if "event" in line] == [4, 5, 6]
    assert [line["head"]["seq"] for line in lines if "head" in line] == [6]
    assert (lines[-1]["export"]["seq"], lines[-1]["export"]["lines"]) == (6, len(lines) - 1)


def test_hidden_events_stand_as_digests_up_to_a_checkpoint() -> None:
    chain = Chain(1200)
    chain.sign(1100)
    lines = [json.loads(line) for line in proof_lines(chain, KEY, NOW, {2, 1050}, 2, 1050)]
    assert [line["event"]["seq"] for line in lines if "event" in line] == [2, 1050]
    hidden = [len(line["hidden"]) for line in lines if "hidden" in line]
    assert (sum(hidden), max(hidden)) == (1098, 500)
    assert "checkpoint" in lines[-2]
    assert not [line for line in lines if "head" in line]
    left = [json.loads(line) for line in proof_lines(chain, KEY, NOW, {1150}, 1150, 1150)]
    assert (left[0]["after"], sum(len(line.get("hidden", ())) for line in left)) == (1100, 99)
