"""Show in one line whether the chain of audit events is intact, verified in bounded steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from babel.numbers import format_decimal
from flask import Blueprint, render_template, request

from timesheet.domain.errors import InvalidInput
from timesheet.domain.identifier import is_number
from timesheet.domain.message import message
from timesheet.domain.permission import Module
from timesheet.services.audit.view import ChainCheck, check_auditor, check_newest, check_stretch
from timesheet.web.http.access import takes
from timesheet.web.http.context import Context, current
from timesheet.web.http.dates import clock_time, date_and_time
from timesheet.web.http.language import _, localize, reader_locale

blueprint = Blueprint("audit_chain", __name__, url_prefix="/audit/chain")

CACHE_SECONDS = 300
VERIFY_ALL = "flask audit verify"
OUT_OF_DATE = message("This check is out of date. Start it again.")


@dataclass(frozen=True, slots=True)
class ChainStatus:
    """The result of a verification in words. ``covers`` says which events were verified, ``on`` where to
    continue, None if done. ``broken`` is the first broken event, 0 if none is.

    ``signed`` says up to which event it is signed, and is empty while the verification continues. ``first``
    is the first verified event, including earlier steps.
    """

    whole_so_far: bool
    intact: bool
    result: str
    signed: str
    covers: str
    moment: datetime
    at: str
    whole: bool
    first: int
    broken: int
    on: int | None = None


@blueprint.get("")
@takes("session", "context", permission="viewer", module=Module.AUDIT)
def show_chain() -> str:
    """Show the last result of verifying the newest events; ``fresh`` verifies them again."""
    context = current()
    check_auditor(context.permissions, context.requester)
    key = _key(context)
    if "fresh" in request.args:
        context.cache.delete(key)
    found = context.cache.get_or_create(
        key, lambda: check_newest(context.audit, context.clock()), CACHE_SECONDS
    )
    return render_template("audit/_chain.html", check=_status(context, found))


@blueprint.post("")
@takes("session", "context", permission="viewer", module=Module.AUDIT)
def check_chain() -> str:
    """Verify the next part of the whole chain; the fragment continues until everything is verified."""
    context = current()
    check_auditor(context.permissions, context.requester)
    found = check_stretch(context.audit, _number("start"), context.clock())
    return render_template("audit/_chain.html", check=_status(context, found, _number("first")))


def last_check(context: Context) -> ChainStatus | None:
    """Return the result of the last minutes, without verifying again; None if it is not of all present events."""
    found = context.cache.get(_key(context))
    return _status(context, found) if isinstance(found, ChainCheck) else None


def _status(context: Context, found: ChainCheck, first: int = 0) -> ChainStatus:
    profile, verdict = context.profile(), found.verdict
    locale, first = reader_locale(profile.locale), first or verdict.first
    whole = verdict.last == found.total and (found.since is None or first < verdict.first)
    return ChainStatus(
        whole_so_far=verdict.whole,
        intact=verdict.intact,
        result=_result(found, locale),
        signed=_signed(context, found, locale),
        covers=_covers(found, first, locale, whole=whole, day=_day(context, found)),
        moment=found.at,
        at=clock_time(found.at, profile.zone, locale),
        whole=whole,
        first=first,
        broken=verdict.broken or 0,
        on=found.next_start,
    )


def _result(found: ChainCheck, locale: Locale) -> str:
    if found.verdict.broken is not None:
        return _("Chain broken at event {number}", number=_count(found.verdict.broken, locale))
    if found.verdict.unknown_key:
        return _("Chain signed by an unknown key")
    if found.verdict.last < found.total:
        return _("No error found so far")
    return _("Chain intact") if found.verdict.intact else _("Chain not signed throughout")


def _signed(context: Context, found: ChainCheck, locale: Locale) -> str:
    """Return up to which event the verified events are signed, and when that was."""
    verdict = found.verdict
    if not verdict.whole or verdict.last < found.total or not verdict.last:
        return ""
    if verdict.signed_at is None:
        return _("none of it is signed")
    return _(
        "signed up to event {number} on {moment}",
        number=_count(verdict.signed, locale),
        moment=_moment(context, verdict.signed_at),
    )


def _covers(found: ChainCheck, first: int, locale: Locale, *, whole: bool, day: str) -> str:
    verdict, total = found.verdict, _count(found.total, locale)
    last = _count(verdict.last, locale)
    if not verdict.whole:
        return localize(verdict.problem)
    if not found.total:
        return _("no events yet")
    if found.next_start is not None:
        return _("{checked} of {total} events checked so far …", checked=last, total=total)
    if whole and first == 1:
        return _("all {total} events", total=total) if found.total > 1 else _("its only event")
    begin = _count(first, locale)
    if verdict.last < found.total:
        return _(
            "events {first} to {last} of {total}; "
            "no signed checkpoint to start from, so run {command} to check all",
            first=begin,
            last=last,
            total=total,
            command=VERIFY_ALL,
        )
    if whole:
        return _(
            "events {first} to {last}; earlier ones were deleted by this site’s retention",
            first=begin,
            last=last,
        )
    return _(
        "events {first} to {last}, since the signed checkpoint of {moment}",
        first=begin,
        last=last,
        moment=day,
    )


def _day(context: Context, found: ChainCheck) -> str:
    return "" if found.since is None else _moment(context, found.since.at)


def _moment(context: Context, at: datetime) -> str:
    profile = context.profile()
    return date_and_time(at, profile.zone, reader_locale(profile.locale))


def _count(number: int, locale: Locale) -> str:
    return str(format_decimal(number, locale=locale))


def _number(name: str) -> int:
    """Return a number that the previous step put into the form; 0 to begin."""
    text = request.form.get(name) or "0"
    if not is_number(text, 9):
        raise InvalidInput(OUT_OF_DATE, field=name)
    return int(text)


def _key(context: Context) -> str:
    """Return the key of the chain as it is now, because a check says nothing about later events."""
    return f"{context.site.key}:audit-chain:{context.audit.head().hash}"
