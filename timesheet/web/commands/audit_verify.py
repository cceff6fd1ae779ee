"""The checks of ``flask audit verify``, and their output."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click

from timesheet.domain.audit.chain import stamp
from timesheet.services.audit.site_proof import check_register, sites_to_visit, vanished_problem
from timesheet.services.ports.audit import Checkpoint, Verdict
from timesheet.web.http.dependencies import AppDependencies

INTACT, BROKEN, UNSIGNED = 0, 1, 3
REGISTER = "register of sites"
NO_HEAD = "The file contains something that is not a head"
FIELDS = ("site", "seq", "hash", "at", "key_id", "public_key", "signature")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result for one site or the register. ``problem`` is set if there is no chain to verify.

    ``uncompared``: none of the heads that were stored elsewhere is of these events.
    """

    name: str
    verdict: Verdict | None = None
    problem: str = ""
    unsigned: bool = False
    uncompared: bool = False


def verify_sites(deps: AppDependencies, only: str, lines: Iterable[str]) -> Iterator[Finding]:
    """Verify the register of sites and the chain of each site, or of one; ``lines`` contain heads that were
    stored elsewhere.

    Raise ClickException for a file with other content, for an unknown site, and if no head is of the only site.
    """
    heads = _heads(lines)
    if only and heads and only not in heads:
        raise click.ClickException("The file contains no head of this site, so nothing would be compared.")
    register = check_register(deps.audit.register, deps.audit.checkpoint_key)
    sites, remains = deps.audit.register.sites(), deps.audit.register.remains()
    visited = sites_to_visit(register, sites | remains, heads)
    if only and only not in visited:
        raise click.ClickException("No site has this key or address, and no register or head names it.")
    if sites or not register.unsigned:
        yield Finding(REGISTER, problem=register.problem, unsigned=register.unsigned)
    for site in [only] if only else visited:
        site_heads = heads.get(site, [])
        if site not in sites:
            yield Finding(site, problem=vanished_problem(register, site, site_heads))
            continue
        with deps.operation.transaction.within(site):
            verdict = deps.audit.audit_of(site).verify(signed=site_heads)
        uncompared = bool(heads) and all(head.seq < verdict.first - 1 for head in site_heads)
        yield Finding(site, verdict, uncompared=uncompared)


def describe_finding(finding: Finding) -> tuple[str, int]:
    """Return a finding in words on one line, and the resulting exit code.

    Whoever controls the database chooses the keys of sites, and must not add a result with them.
    """
    text, code = _described(finding)
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text), code


def _described(finding: Finding) -> tuple[str, int]:
    if finding.verdict is None:
        if finding.problem and finding.unsigned:
            return f"{finding.name}: not signed. {finding.problem}", UNSIGNED
        text = f"broken. {finding.problem}" if finding.problem else "as it was signed."
        return f"{finding.name}: {text}", BROKEN if finding.problem else INTACT
    text, code = _verdict(finding.verdict)
    if finding.uncompared:
        text += " No head in the file is of these events, so none was compared."
    return f"{finding.name}: {text}", code


def _verdict(verdict: Verdict) -> tuple[str, int]:
    if verdict.broken is not None:
        return f"broken at event {verdict.broken}. {verdict.problem}", BROKEN
    if verdict.unknown_key:
        return f"signed by an unknown key. {verdict.problem}", BROKEN
    if not verdict.last:
        return "whole, but not signed throughout: there are no events.", UNSIGNED
    at = f", at {stamp(verdict.signed_at)}" if verdict.signed_at else ""
    signed = f"signed up to event {verdict.signed}{at}" if verdict.signed else "nothing of it signed"
    text = f"events {verdict.first} to {verdict.last}, {signed}."
    if verdict.intact:
        return f"intact, {text}", INTACT
    return f"whole, but not signed throughout: {text}", UNSIGNED


def _heads(lines: Iterable[str]) -> dict[str, list[Checkpoint]]:
    """Return heads as ``checkpoint`` printed them, by site."""
    found = dict[str, list[Checkpoint]]()
    for number, line in enumerate(lines, 1):
        if line.strip():
            site, head = _head(number, line)
            found.setdefault(site, []).append(head)
    return found


def _head(number: int, line: str) -> tuple[str, Checkpoint]:
    """Return a head and its site. Only what ``checkpoint`` prints is one: another form could be read differently."""
    try:
        fields: dict[str, Any] = json.loads(line, object_pairs_hook=_once)
        site, seq, digest, at, *signature = (fields[name] for name in FIELDS)
        instant = datetime.fromisoformat(at)
        if type(seq) is not int or seq < 0 or not isinstance(site, str):
            raise ValueError("a value is of another kind")
        if any(bytes.fromhex(digits).hex() != digits for digits in (digest, *signature)):
            raise ValueError("its digits are in another form")
        if stamp(instant) != at:
            raise ValueError("its time is in another form")
        return site, Checkpoint(seq, digest, instant.astimezone(UTC), *signature)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise click.ClickException(f"{NO_HEAD}, in line {number}.") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse duplicate names, because programs would interpret them differently."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice")
    return found
