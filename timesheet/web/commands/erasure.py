"""``flask privacy reapply-erasures``: after a restore, erase people again who are in the backup.

The database cannot know them, because erasing leaves nothing that leads to an account id. The app's own log
does: it has a line for each committed event ``person.erased`` with the site and the account id, and it is
outside of the database.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO

import click
from flask.cli import with_appcontext

from timesheet.domain.audit.action import Action
from timesheet.services.privacy.privacy import Files, Why, erase_stored
from timesheet.web.http.dependencies import dependencies

MOST_NAMED = 20
"""Line numbers that an error lists."""


@click.command("reapply-erasures")
@click.argument("log", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--since", required=True, help="When the backup was made, e.g. 2026-11-24T03:00:00+00:00.")
@with_appcontext
def reapply_erasures(log: TextIO, since: str) -> None:
    """Erase again everybody who was erased since the backup was made, as LOG says (lines of the app's log)."""
    erased = _erased_since(log, _instant(since))
    if not erased:
        click.echo(f"Nobody was erased since {since}, as {log.name} says.")
    deps = dependencies()
    for key, accounts in sorted(erased.items()):
        # A site that uninstalled is in the backup too, and gets its data back if it installs again.
        with deps.operation.transaction.within(key):
            if deps.sites.find(key) is None:
                click.echo(f"{key}: not stored here, so nobody was erased.")
                continue
            files = Files(
                deps.privacy.privacy_of(key), deps.audit.recorder_of(key), deps.operation.cache, key
            )
            count = erase_stored(files, accounts, Why.RESTORED)
            deps.operation.transaction.commit()
            click.echo(f"{key}: {count} of {len(accounts)} people erased again; the others are not kept.")


def _events_in(log: TextIO) -> Iterator[tuple[int, str, object]]:
    """Yield each line with its number and what its JSON says, None if it has none; empty lines are left out."""
    for number, line in enumerate(log, start=1):
        if line.strip():
            try:
                yield number, line, json.loads(line)
            except ValueError:
                yield number, line, None


def _erased_since(log: TextIO, since: datetime) -> dict[str, set[str]]:
    """Return the account ids that were erased, by site.

    Lines of other programs are skipped. Raise ClickException if there are only such lines, or if a line may be
    about an erasure and does not say whose or when. A file without lines has those of the erasures alone, and
    there were none.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    unreadable: list[int] = []
    events = others = False
    for number, line, event in _events_in(log):
        if not isinstance(event, Mapping):
            others = True
            # A process that was killed, or a full disk, leaves a part of a line.
            if Action.PERSON_ERASED in line or line.startswith("{"):
                unreadable.append(number)
            continue
        events = True
        if event.get("action") == Action.PERSON_ERASED:
            site, account_id, at = event.get("site"), event.get("object_id"), _read_instant(event.get("at"))
            if not (isinstance(site, str) and isinstance(account_id, str) and at):
                unreadable.append(number)
            elif at >= since:
                found[site].add(account_id)
    if others and not events:
        raise click.ClickException(
            f"{log.name} has no line of the app's log: each is a JSON object, with nothing before it."
        )
    if unreadable:
        numbers = ", ".join(map(str, unreadable[:MOST_NAMED]))
        more = f", and {len(unreadable) - MOST_NAMED} more" if len(unreadable) > MOST_NAMED else ""
        raise click.ClickException(
            f"Nothing was changed, because these lines of {log.name} may be about an erasure and cannot be read: "
            f"{numbers}{more}. Complete each of them, or delete it if it is about something else."
        )
    return dict(found)


def _instant(text: str) -> datetime:
    if instant := _read_instant(text):
        return instant
    raise click.ClickException(f"“{text[:40]}” is not an instant such as 2026-11-24T03:00:00+00:00.")


def _read_instant(text: object) -> datetime | None:
    """Return the instant that a text says, in UTC unless it says another zone; None if it says none."""
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
