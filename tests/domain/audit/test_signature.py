"""The texts that the app signs."""

from __future__ import annotations

from hashlib import sha256

from timesheet.domain.audit.chain import signed_text
from timesheet.domain.audit.signature import (
    REGISTER_START,
    DeletedEvents,
    TrimTerms,
    entry_digest,
    export_text,
    head_text,
    register_text,
    trim_text,
)


def test_each_statement_begins_with_its_own_name() -> None:
    texts = {
        signed_text("acme", 1, "aa", "at"): "timesheet audit checkpoint 1\nacme\n1\naa\nat",
        head_text("acme", 1, "aa", "at", 3): "timesheet audit head 1\nacme\n1\naa\nat\n3",
        trim_text("acme", DeletedEvents(1, 2, "f", "l"), TrimTerms("at", 90, 3, "r")): (
            "timesheet audit trim 1\nacme\n1\n2\nf\nl\nat\n90\n3\nr"
        ),
        register_text(1, "aa"): "timesheet audit register 1\n1\naa",
        export_text("acme", 1, "aa", 9, "bb", "at"): "timesheet audit export 2\nacme\n1\naa\n9\nbb\nat",
    }
    assert list(texts) == list(texts.values())


def test_an_entry_of_the_register_covers_the_one_before_it() -> None:
    text = f"{REGISTER_START}\n1\nacme\nsigned\n5\nat"
    assert entry_digest(REGISTER_START, 1, "acme", "signed", 5, "at") == sha256(text.encode()).hexdigest()
    assert sha256(b"timesheet audit register 1").hexdigest() == REGISTER_START
