"""The register of sites, and the results for erased and vanished sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

import pytest

from tests.services.support.fake_chain import KEY, NOW
from timesheet.adapters.crypto.audit_key import AuditKey
from timesheet.domain.audit.signature import REGISTER_START, entry_digest, register_text
from timesheet.services.audit.site_proof import (
    CHANGED,
    ERASED_SINCE,
    NO_HEAD,
    NO_REGISTER,
    NOT_SIGNED,
    ORPHANED,
    VANISHED,
    Register,
    check_register,
    sites_to_visit,
    vanished_problem,
)
from timesheet.services.ports.audit import Head
from timesheet.services.ports.register import ERASED, SIGNED, RegisterEntry, Signature, SiteRegister

ACME, OTHER = RegisterEntry(1, "acme", SIGNED, 0, "at"), RegisterEntry(2, "other", SIGNED, 5, "at")
GONE_SITE = RegisterEntry(3, "acme", ERASED, 9, "later")


@dataclass
class Listed:
    """A register in a list; ``last`` is the head."""

    listed: list[RegisterEntry] = field(default_factory=list)
    last: tuple[int, str, Signature] | None = None

    def entries(self) -> Sequence[tuple[RegisterEntry, str]]:
        found, before = [], REGISTER_START
        for entry in self.listed:
            before = entry_digest(before, entry.number, entry.site, entry.kind, entry.seq, entry.at)
            found.append((entry, before))
        return found

    def head(self) -> tuple[int, str, Signature] | None:
        return self.last

    def sign(self, key: AuditKey = KEY) -> Listed:
        entry, digest = self.entries()[-1]
        self.last = (entry.number, digest, key.sign_text(register_text(entry.number, digest)))
        return self


def check(listed: Listed) -> Register:
    return check_register(cast(SiteRegister, listed), KEY)


def test_a_register_as_it_was_signed_is_in_order() -> None:
    found = check(Listed([ACME, OTHER, GONE_SITE]).sign())
    assert found == Register("", {"acme": GONE_SITE, "other": OTHER})


@pytest.mark.parametrize(
    "listed",
    [
        [ACME],
        [ACME, OTHER, GONE_SITE],
        [OTHER],
        [],
        [ACME, RegisterEntry(2, "other", ERASED, 5, "at")],
        [ACME, GONE_SITE],
    ],
)
def test_one_that_says_something_else_is_not(listed: list[RegisterEntry]) -> None:
    register = Listed([ACME, OTHER]).sign()
    register.listed = listed
    assert check(register).problem == CHANGED


def test_one_that_nobody_signed_is_not_a_register() -> None:
    assert check(Listed([ACME])) == Register(NO_HEAD, {"acme": ACME})
    assert check(Listed()) == Register(NO_REGISTER, {}, unsigned=True)
    assert check(Listed([ACME]).sign(AuditKey("somebody else"))).problem == NOT_SIGNED
    other = Listed([ACME, OTHER]).sign()
    assert other.last is not None
    other.last = (1, *other.last[1:])
    assert check(other).problem == NOT_SIGNED


def test_every_site_that_is_named_anywhere_is_visited() -> None:
    register = check(Listed([ACME, OTHER, GONE_SITE]).sign())
    assert sites_to_visit(register, {"third"}, {"fourth"}) == ["fourth", "other", "third"]


def test_what_is_said_of_a_site_that_is_gone() -> None:
    register = check(Listed([ACME, OTHER, GONE_SITE]).sign())
    heads = [KEY.sign("x", Head(seq, "aa"), NOW) for seq in (3, 7)]
    assert vanished_problem(register, "other", []) == VANISHED.format(at="at")
    assert vanished_problem(register, "acme", heads) == ERASED_SINCE.format(at="later")
    assert vanished_problem(register, "nobody", heads) == (
        "A signed head names 7 events, but nothing of the site exists."
    )
    assert vanished_problem(register, "nobody", []) == ORPHANED
