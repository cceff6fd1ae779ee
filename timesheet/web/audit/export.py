"""Export the audit log as files: CSV for spreadsheets, and verifiable JSON lines. An export is itself an event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from itertools import chain, islice
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, request
from flask.ctx import AppContext

from timesheet.domain.audit.action import CATALOG, Action
from timesheet.domain.audit.event import AuditEvent, AuditFilter, PersonId, Value, Values
from timesheet.domain.export_text import cell_text, file_name
from timesheet.domain.permission import Module
from timesheet.services.audit.record import record_export
from timesheet.services.audit.view import time_of, work_dates_of
from timesheet.services.ports.report_file import CsvFormat
from timesheet.web.audit.action_names import KINDS
from timesheet.web.audit.filter import read_audit_choice
from timesheet.web.audit.names import EventNames
from timesheet.web.audit.screen import HISTORY, LOG, AuditScreen, Screen, at
from timesheet.web.http.access import takes
from timesheet.web.http.catalog import Language
from timesheet.web.http.context import current
from timesheet.web.http.csv_file import csv_row, read_csv_mark, taken_as
from timesheet.web.http.dependencies import dependencies
from timesheet.web.http.language import _, _p, file_locale, language, localize, speaking

LINES_A_CHUNK = 500
VERIFIER = "verify_audit.py"
RECORDED_FIELDS = (
    "time",
    "first",
    "last",
    "alone",
    "action",
    "kind",
    "team",
    "outcome",
    "worked_from",
    "worked_to",
)


def export_csv(place: AuditScreen) -> Response:
    """Return the chosen events as CSV, newest first; with ``mark`` as Excel expects it."""
    screen = Screen(current(), place, read_audit_choice(request.args))
    criteria = screen.choice.criteria(screen.today, screen.zone)
    newest = _recorded(screen, "csv")
    written = read_csv_mark(request.args, file_locale(screen.context.profile().locale))
    start = (written.start,) if written.mark else ()
    chunks = chain(start, _csv(screen, criteria, newest, written))
    return _file(screen.context.site.key, chunks, _name(screen, "csv"), "text/csv")


def export_proof(place: AuditScreen) -> Response:
    """Return the chosen events as JSON lines with their proof; other events of the range are only digests."""
    screen = Screen(current(), place, read_audit_choice(request.args))
    criteria = screen.choice.criteria(screen.today, screen.zone)
    _recorded(screen, "jsonl")
    chunks = _in_batches(screen.reader.store.proof(screen.context.clock(), criteria))
    return _file(screen.context.site.key, chunks, _name(screen, "jsonl"), "application/jsonl")


def download_key(place: AuditScreen) -> Response:
    """Return the public keys for verifying exports, heads, and checkpoints (PEM)."""
    place.opens(current())
    answer = Response(dependencies().audit.checkpoint_key.public_pem, mimetype="application/x-pem-file")
    return taken_as(answer, "audit-key.pem")


def download_verifier(place: AuditScreen) -> Response:
    """Return the program that verifies an export without the app."""
    place.opens(current())
    program = Path(current_app.root_path, "tools", VERIFIER).read_text(encoding="utf-8")
    return taken_as(Response(program, mimetype="text/x-python"), VERIFIER)


def _name(screen: Screen, extension: str) -> str:
    return file_name(localize(screen.place.title), extension, f"{screen.today}")


def _recorded(screen: Screen, kind: str) -> int:
    """Record the export with its choice, and return the number of the newest event before that."""
    newest, choice = screen.reader.store.head().seq, screen.choice
    values: dict[str, Value] = {
        "format": kind,
        **{name: choice.query[name] for name in RECORDED_FIELDS if name in choice.query},
    }
    if choice.person:
        values["person"] = PersonId(choice.person)
    if choice.whose:
        values["whose"] = PersonId(choice.whose)
    if choice.object or choice.text:
        # The typed text may be the id of a person. An event stores such an id only by reference.
        values["narrowed_by_id"] = True
    if screen.reader.own:
        values["own"] = True
    record_export(screen.context.recorder, Action.AUDIT_EXPORTED, after=values)
    return newest


def _csv(screen: Screen, criteria: AuditFilter, newest: int, written: CsvFormat) -> Iterator[str]:
    """Yield rows as text, one batch of events at a time, with current names from Jira."""
    yield csv_row(_head(screen.zone.key), written)
    for found in screen.reader.batches(criteria, newest):
        names = EventNames(screen.context, found.events, with_issues=False, own=bool(screen.reader.own))
        rows = {event.seq: _cells(event, names, screen.zone) for event in found.events}
        rows.update((seq, _unreadable(seq)) for seq in found.unreadable)
        yield "".join(csv_row(rows[seq], written) for seq in sorted(rows, reverse=True))


def _head(zone: str) -> Sequence[str]:
    return (
        _("Event"),
        _("Time ({zone})", zone=zone),
        _("Time (UTC)"),
        _("Account id"),
        _("Person"),
        _("Action"),
        _("What"),
        _("Object"),
        _("Object id"),
        _("Name"),
        _("Whose time id"),
        _("Whose time"),
        _("Work date before"),
        _("Work date"),
        _("Team id"),
        _("Team"),
        _("Outcome"),
        _p("origin of an event", "From"),
        _("Request"),
        _("Before"),
        _("After"),
        _("Language"),
    )


def _cells(event: AuditEvent, names: EventNames, zone: ZoneInfo) -> Sequence[str | int]:
    """Return the cells of an event in header order. Times are ISO 8601, so they sort and need no locale."""
    whose = time_of(event)
    days = work_dates_of(event)
    return (
        event.seq,
        event.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"),
        event.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        cell_text(event.actor),
        cell_text(names.person(event.actor).name),
        event.action.value,
        localize(CATALOG[event.action].says),
        localize(KINDS[event.object_kind]),
        cell_text(localize(event.object_id)),
        cell_text(names.object(event).name),
        cell_text(whose),
        cell_text(names.person(whose).name if whose else ""),
        *(cell_text(day) for day in days),
        cell_text(event.team_id),
        cell_text(names.team(event.team_id) if event.team_id else ""),
        event.outcome.value,
        event.origin.value,
        cell_text(event.request_id),
        cell_text(_json(event.before)),
        cell_text(_json(event.after)),
        language().tag,
    )


def _unreadable(seq: int) -> Sequence[str | int]:
    """Return the cells of an event that was damaged in the database: its number and a sentence."""
    return (seq, *[""] * 5, _("This event cannot be read."), *[""] * 14, language().tag)


def _json(values: Values) -> str:
    return json.dumps(_plain(values), ensure_ascii=False, separators=(",", ":")) if values else ""


def _plain(value: Value) -> object:
    """Return a value as JSON has it, with sentences in place of other people in the reader's language."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(part) for part in value]
    return localize(value) if isinstance(value, str) else value


def _file(site: str, chunks: Iterator[str], name: str, mimetype: str) -> Response:
    """Return a download that is sent while it is read, so a million events need no more memory than one batch."""
    answer = Response(_sent(current_app.app_context, language(), site, chunks), mimetype=mimetype)
    return taken_as(answer, name)


def _sent(
    fresh: Callable[[], AppContext], reader: Language, site: str, chunks: Iterator[str]
) -> Iterator[bytes]:
    """Yield the chunks as bytes, each read in a context of its own: the request is over, and a slow reader
    blocks nothing. Its sentences are in the language of the ``reader``.
    """
    while True:
        with fresh(), speaking(reader):
            dependencies().operation.transaction.enter(site)
            chunk = next(chunks, None)
        if chunk is None:
            return
        yield chunk.encode()


def _in_batches(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines joined into larger chunks."""
    while chunk := "".join(f"{line}\n" for line in islice(lines, LINES_A_CHUNK)):
        yield chunk


def _pages(place: AuditScreen, *module: Module) -> Blueprint:
    pages = Blueprint(f"{place.name}_file", __name__, url_prefix=f"/{place.name}/file")
    call = takes("session", "context", permission="viewer", module=module, costly=True)
    pages.add_url_rule("/csv", "export_csv", call(at(place, export_csv)))
    if place is LOG:
        pages.add_url_rule("/proof", "export_proof", call(at(place, export_proof)))
        pages.add_url_rule("/key", "download_key", call(at(place, download_key)))
        pages.add_url_rule("/verifier", "download_verifier", call(at(place, download_verifier)))
    return pages


blueprint = _pages(LOG, Module.AUDIT)
history = _pages(HISTORY)
