"""Signing heads and deleting old ranges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from tests.services.support.fake_chain import KEY, NOW, Chain
from tests.services.support.fake_recorder import RecordedDrafts
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit.action import Action
from timesheet.domain.audit.chain import stamp
from timesheet.domain.audit.event import Origin
from timesheet.domain.errors import Conflict
from timesheet.services.audit import upkeep
from timesheet.services.audit.record import AuditRecorder
from timesheet.services.audit.upkeep import Loss, drop_old, says_uninstalled, sign_head, sign_rest, would_drop
from timesheet.services.ports.audit import AuditStore, End, Head, RecordedEvent, Verdict

HOUR = 3600


def recorder(audit_log: RecordedDrafts) -> AuditRecorder:
    return AuditRecorder(cast(AuditStore, audit_log), lambda: NOW, "", Origin.COMMAND)


def test_a_head_is_signed_once() -> None:
    chain = Chain()
    signed = sign_head(chain, KEY, NOW)
    assert signed is not None
    assert (signed.seq, signed.at) == (6, NOW)
    assert sign_head(chain, KEY, NOW + timedelta(days=1)) is signed
    assert len(chain.signed) == 1


def test_a_chain_without_events_has_no_head_to_sign() -> None:
    chain = Chain()
    chain.end = lambda: End(0, "", "")  # type: ignore[method-assign]
    assert sign_head(chain, KEY, NOW) is None


def test_no_head_is_signed_over_what_was_not_signed() -> None:
    chain = Chain()
    chain.kept = KEY.sign_head("acme", chain.at(5), NOW, len(chain.signed))
    with pytest.raises(Conflict, match="nothing was signed"):
        sign_head(chain, KEY, NOW)
    assert chain.signed == []


def test_no_checkpoint_hides_that_later_events_were_cut_off() -> None:
    chain = Chain()
    chain.sign(4)
    del chain.events[4:]
    with pytest.raises(Conflict, match="nothing was signed"):
        sign_head(chain, KEY, NOW)


def test_a_checkpoint_of_somebody_else_is_not_a_head() -> None:
    stranger = AuditKey("a key of whoever owns the database")
    for forged in (
        stranger.sign("acme", Chain().head(), NOW),
        KEY.sign("other", Chain().head(), NOW),
        KEY.sign("acme", Head(6, "0" * 64), NOW),
    ):
        chain = Chain()
        chain.add_checkpoint(forged)
        with pytest.raises(Conflict, match="nothing was signed"):
            sign_head(chain, KEY, NOW)


def test_a_chain_from_before_signed_heads_gets_one() -> None:
    chain = Chain(signs=False)
    checkpoint = chain.sign(6)
    assert sign_head(chain, KEY, NOW) is checkpoint
    assert chain.end().signed


def test_a_setting_that_was_written_past_the_app_drops_nothing() -> None:
    chain, audit_log, later = Chain(), RecordedDrafts(), NOW + timedelta(days=200)
    chain.sign(3)
    with pytest.raises(Conflict, match="not set through the app"):
        drop_old(chain, recorder(audit_log), 90, later)
    chain.sets(2, None, 91)
    with pytest.raises(Conflict, match="not set through the app"):
        drop_old(chain, recorder(audit_log), 90, later)
    assert audit_log.drafts == []
    assert drop_old(chain, recorder(audit_log), 91, later) is not None


@pytest.mark.parametrize(
    "verdict",
    [Verdict(1, 6, 3, "It is missing.", signed=6), Verdict(1, 6, signed=5), Verdict(1, 6, unknown_key="key")],
)
def test_nothing_is_dropped_from_a_chain_that_is_not_intact(verdict: Verdict) -> None:
    chain, audit_log = Chain(), RecordedDrafts()
    chain.sign(3)
    chain.sets(2, None, 90)
    audit_log.verdict = verdict
    with pytest.raises(Conflict, match="not intact"):
        drop_old(chain, recorder(audit_log), 90, NOW + timedelta(days=200))
    assert (audit_log.drafts, chain.dropped) == ([], [])


@pytest.mark.parametrize(
    ("events", "intact", "good"),
    [
        ([(Action.SITE_UNINSTALLED, 0)], True, True),
        ([(Action.SITE_INSTALLED, 0), (Action.SITE_UNINSTALLED, -1)], True, True),
        ([(Action.SITE_UNINSTALLED, 1)], True, False),
        ([(Action.SITE_UNINSTALLED, -1), (Action.SITE_INSTALLED, 0)], True, False),
        ([(Action.SITE_UNINSTALLED, -1), (Action.SITE_MOVED, 0)], True, False),
        ([(Action.SITE_UNINSTALLED, 0)], False, False),
        ([], True, False),
    ],
)
def test_a_site_is_due_to_be_erased_if_its_intact_events_say_so(
    events: list[tuple[Action, int]], *, intact: bool, good: bool
) -> None:
    chain = Chain()
    for seq, (action, days) in enumerate(events, 1):
        after = {"erased": stamp(NOW + timedelta(days=days))}
        chain.said.append((action, RecordedEvent(seq, stamp(NOW), "acme", {}, after)))
    store: Any = chain
    store.verify = lambda: Verdict(1, 6, signed=6 if intact else 5)
    assert says_uninstalled(store, NOW) == good


@dataclass
class Signer:
    """A store that is looked through, and signs."""

    verdicts: list[Verdict]
    signed: int = 0

    def verify(self) -> Verdict:
        return self.verdicts[min(self.signed, len(self.verdicts) - 1)]

    def force_sign_end(self, now: datetime) -> None:
        assert now == NOW
        self.signed += 1


@pytest.mark.parametrize(
    ("verdict", "signed"),
    [
        (Verdict(1, 6, signed=4), 1),
        (Verdict(1, 6, signed=6), 0),
        (Verdict(1, 6, 3, "It is missing.", signed=4), 0),
        (Verdict(1, 6, unknown_key="key", signed=4), 0),
        (Verdict(1, 0), 0),
    ],
)
def test_the_rest_of_a_chain_is_signed_when_it_is_whole_and_that_is_recorded(
    verdict: Verdict, signed: int
) -> None:
    store = Signer([verdict, Verdict(1, 7, signed=7)])
    audit_log = RecordedDrafts()
    after = {"first_event": 5, "last_event": 6}
    found = sign_rest(cast(AuditStore, store), recorder(audit_log), NOW)
    assert (store.signed, found) == (signed, Verdict(1, 7, signed=7) if signed else verdict)
    assert [draft.after for draft in audit_log.drafts] == [after] * signed


@pytest.mark.parametrize(
    ("days", "age", "dropped"),
    [(None, 9999, None), (90, 90, None), (90, 91, 3), (7, 89, None), (365, 364, None)],
)
def test_only_what_is_older_than_wanted_goes_and_never_what_is_younger_than_ninety_days(
    days: int | None, age: int, dropped: int | None
) -> None:
    chain, audit_log = Chain(), RecordedDrafts()
    chain.sign(3)
    chain.sets(2, None, days)
    trim = drop_old(chain, recorder(audit_log), days, NOW + timedelta(days=age))
    assert (trim.through if trim else None) == dropped
    recorded = [(draft.action, draft.object_id) for draft in audit_log.drafts]
    assert recorded == ([(Action.AUDIT_TRIMMED, "3")] if dropped else [])


@pytest.mark.parametrize(("most", "parts"), [(1, [2, 3, 5]), (2, [2, 3, 5]), (3, [3, 5]), (20_000, [5])])
def test_many_old_events_go_in_parts(monkeypatch: pytest.MonkeyPatch, most: int, parts: list[int]) -> None:
    monkeypatch.setattr(upkeep, "DROPPED_AT_ONCE", most)
    chain, audit_log, later = Chain(), RecordedDrafts(), NOW + timedelta(days=91)
    for number in (5, 2, 3):
        chain.sign(number)
    chain.sets(2, None, 90)
    through = list[int]()
    while trim := drop_old(chain, recorder(audit_log), 90, later):
        through.append(trim.through)
    assert through == parts
    assert [draft.object_id for draft in audit_log.drafts] == list(map(str, parts))


def test_events_to_be_deleted_are_listed_before() -> None:
    chain = Chain()
    first, second = chain.sign(4), chain.sign(5)
    later = NOW + timedelta(days=91)
    assert would_drop(chain, 90, NOW + timedelta(days=89)) is None
    assert would_drop(chain, 7, NOW + timedelta(days=89)) is None
    assert would_drop(chain, 90, later) == Loss(5, 5, second.at)
    chain.trim(first.seq, 90, later)
    assert would_drop(chain, 90, later) == Loss(1, 5, second.at)
    chain.trim(5, 90, later)
    assert would_drop(chain, 90, later) is None
