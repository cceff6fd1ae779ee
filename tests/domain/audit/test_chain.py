from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import (
    FIELDS,
    SIGNED_EVERY,
    chained,
    event_fields,
    event_of,
    genesis,
    key_id_of,
    public_keys_of,
    reference_of,
    references_in,
    signed_text,
    stamp,
    text_of,
)
from timesheet.domain.audit.event import FORMER, AuditDraft, Origin, Outcome, PersonId, Value

NOW = datetime(2026, 3, 29, 1, 30, 0, 999999, tzinfo=UTC)
REFERENCES = {"ana": "a" * 32, "ben": "b" * 32}
ACCOUNTS = {ref: account for account, ref in REFERENCES.items()}
DRAFT = AuditDraft(Action.MEMBER_ADDED, NOW, "ana", Origin.PAGE, "r1", "ben", "t1", after={"roles": ["x"]})
plain = st.none() | st.booleans() | st.integers() | st.text()
values = st.dictionaries(
    st.text().filter(lambda key: key != "@"),
    st.recursive(plain | st.sampled_from(["ana", "ben"]).map(PersonId), st.lists, max_leaves=5),
)


def fields(draft: AuditDraft = DRAFT, people: tuple[str, ...] = ("ben",)) -> dict[str, str]:
    return event_fields(1, stamp(draft.at), draft, people, REFERENCES)


LINE = "MCowBQYDK2VwAyEA" + "A" * 43 + "="


def test_public_keys_are_read_from_what_was_printed() -> None:
    pem = f"-----BEGIN PUBLIC KEY-----\n{LINE}\n-----END PUBLIC KEY-----\n"
    assert public_keys_of(pem + pem) == public_keys_of(f"{LINE},{LINE}") == ("00" * 32, "00" * 32)
    assert public_keys_of(" \n") == ()
    assert len(key_id_of("00" * 32)) == 16


@pytest.mark.parametrize(
    "text", ["no base64!", "aGVsbG8=", "*" + LINE, LINE[:-1], "A" * 60, LINE.replace("Vw", "Vu")]
)
def test_what_is_not_a_public_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        public_keys_of(text)


def test_instants_are_utc_to_the_millisecond_and_sort_as_text() -> None:
    assert stamp(NOW) == "2026-03-29T01:30:00.999Z"
    east = NOW.astimezone(timezone(timedelta(hours=5)))
    assert stamp(east) == stamp(NOW) < stamp(NOW + timedelta(milliseconds=1))


def test_each_site_and_each_event_before_makes_another_hash() -> None:
    assert genesis("acme") != genesis("other")
    one = chained(genesis("acme"), "text")
    assert one != chained(genesis("other"), "text")
    assert one != chained(genesis("acme"), "text!")
    assert len({one, chained(one, "text")}) == 2


def test_a_reference_binds_salt_and_account() -> None:
    assert reference_of("ana", "1") not in {reference_of("ana", "2"), reference_of("ben", "1")}


def test_a_checkpoint_signs_all_it_says() -> None:
    assert (
        len({signed_text("a", 1, "h", "t"), signed_text("b", 1, "h", "t"), signed_text("a", 2, "h", "t")})
        == 3
    )


def test_what_is_written_stays_as_it_is_for_ever() -> None:
    """Chains that exist, and whoever checks them elsewhere, rest on every character of this."""
    draft = replace(DRAFT, before={"z": None, "a": [1, PersonId("ana")]}, after={"b": {"d": True, "c": "é"}})
    text = text_of(fields(draft, ("ben", "ana")))
    a, b = REFERENCES["ana"], REFERENCES["ben"]
    assert text == (
        f"1\n2026-03-29T01:30:00.999Z\nmember.added\n{a}\nmember\n{b}\nt1\ndone\npage\nr1\n{a} {b}\n"
        f'{{"after":{{"b":{{"c":"\\u00e9","d":true}}}},"before":{{"a":[1,{{"@":"{a}"}}],"z":null}}}}'
    )
    before = sha256(b"timesheet audit 1\nacme").digest()
    assert genesis("acme") == before
    assert chained(before, text) == sha256(before + sha256(text.encode()).digest()).digest()
    assert reference_of("ana", "salt") == sha256(b"salt\nana").hexdigest()[:32]
    assert signed_text("acme", 1, "hash", "at") == "timesheet audit checkpoint 1\nacme\n1\nhash\nat"
    assert SIGNED_EVERY == 1000


def test_the_id_of_a_thing_is_not_a_person_even_if_it_reads_like_one() -> None:
    written = fields(replace(DRAFT, action=Action.TEAM_CREATED, object_id="ana", team_id="ana"))
    assert (written["object_id"], written["team_id"]) == ("ana", "ana")
    read = event_of([written[name] for name in FIELDS], ACCOUNTS)
    assert (read.object_id, type(read.object_id)) == ("ana", str)


def test_an_event_keeps_its_outcome() -> None:
    written = fields(replace(DRAFT, outcome=Outcome.REFUSED))
    assert event_of([written[name] for name in FIELDS], ACCOUNTS).outcome is Outcome.REFUSED


def test_people_are_stored_by_reference_everywhere() -> None:
    draft = replace(
        DRAFT, before={"lead": PersonId("ana"), "note": "ben", "list": [{"who": PersonId("ben")}]}
    )
    text = text_of(fields(draft))
    assert "ana" not in text
    assert "ben" not in text
    assert references_in([fields(draft)[name] for name in FIELDS]) == set(ACCOUNTS)


def test_an_event_that_the_app_itself_caused_has_no_actor() -> None:
    written = fields(replace(DRAFT, actor="", object_id=""))
    assert (written["actor"], written["object_id"]) == ("", "")
    read = event_of([written[name] for name in FIELDS], ACCOUNTS)
    assert (read.actor, read.object_id) == ("", "")


def test_whoever_is_forgotten_reads_as_a_former_user() -> None:
    written = fields(replace(DRAFT, after={"lead": PersonId("ben")}))
    read = event_of([written[name] for name in FIELDS], {})
    assert read.actor == FORMER + "a" * 32
    assert read.object_id == read.after["lead"] == FORMER + "b" * 32


@pytest.mark.parametrize(
    "draft",
    [replace(DRAFT, team_id="a\nb"), replace(DRAFT, request_id="\n"), replace(DRAFT, after={"@": "x"})],
)
def test_what_could_pass_for_something_else_is_refused(draft: AuditDraft) -> None:
    with pytest.raises(ValueError, match=r"one line|marks people"):
        fields(draft)


@given(before=values, after=values)
def test_what_is_written_is_read_again(before: dict[str, Value], after: dict[str, Value]) -> None:
    draft = replace(DRAFT, before=before, after=after)
    written = fields(draft)
    read = event_of([written[name] for name in FIELDS], ACCOUNTS)
    assert (read.before, read.after) == (before, after)
    assert (read.seq, read.at) == (1, NOW.replace(microsecond=999000))
    assert event_fields(1, stamp(read.at), read, read.people, REFERENCES) == written


READABLE = dict(
    zip(
        FIELDS,
        ("7", "2026-11-24T12:00:00.000Z", "team.changed", "", "team", "t", "t", "done", "page", "r", ""),
        strict=False,
    ),
    details='{"after":{"a":[1,{"b":null}]},"before":{}}',
)


def nested(levels: int) -> str:
    return '{"after":' + '{"a":' * levels + "1" + "}" * levels + ',"before":{}}'


@pytest.mark.parametrize(
    ("name", "damaged"),
    [
        *(("action", "x"), ("outcome", "x"), ("origin", "x"), ("seq", "x")),
        *(("at", at) for at in ("x", "2026-11-24T12:00:00", "2026-11-24", "9999-12-31T23:00:00.000Z")),
        *(("details", text) for text in ("", "{", "null", "[]", "{}", '{"after":{},"before":[]}')),
        *(
            ("details", f'{{"after":{{"a":{value}}},"before":{{}}}}')
            for value in ("1.5", "NaN", "1e400", '"\\ud800"')
        ),
        *(("details", nested(levels)) for levels in (20, 9999)),
    ],
)
def test_a_damaged_event_is_refused_with_one_kind_of_error(name: str, damaged: str) -> None:
    assert event_of([READABLE[one] for one in FIELDS], {}).after == {"a": [1, {"b": None}]}
    with pytest.raises(ValueError, match=r"."):
        event_of([{**READABLE, name: damaged}[one] for one in FIELDS], {})


def test_settings_can_be_nested_as_deeply_as_no_action_needs() -> None:
    event = event_of([{**READABLE, "details": nested(19)}[one] for one in FIELDS], {})
    assert repr(event.after).count("{") == 19
