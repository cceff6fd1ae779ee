"""``flask privacy reapply-erasures``: after a restore, erase people again who are in the backup.

The database cannot know them, because erasing leaves nothing that leads to an account id. The app's own log
does: it has a line for each committed event ``person.erased`` with the site and the account id, and it is
outside of the database.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO

import click
from flask.cli import with_appcontext

from timesheet.domain.audit.action import Action
from timesheet.services.privacy.privacy import Files, Why, erase_stored
from timesheet.web.http.dependencies import dependencies


@click.command("reapply-erasures")
@click.argument("log", type=click.File("r", encoding="utf-8", errors="replace"))
@click.option("--since", required=True, help="When the backup was made, e.g. 2026-11-24T03:00:00+00:00.")
@with_appcontext
def reapply_erasures(log: TextIO, since: str) -> None:
    """Erase again everybody who was erased since the backup was made, as LOG says (lines of the app's log)."""
    erased = _erased_since(_events_in(log), _instant(since))
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


def _events_in(log: TextIO) -> Iterator[Mapping[str, object]]:
    """Yield the lines of the app's log; others are skipped. Raise ClickException if there are only others.

    A file without lines has those of the erasures alone, and there were none.
    """
    found = others = False
    for line in filter(str.strip, log):
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if isinstance(event, Mapping):
            found = True
            yield event
        else:
            others = True
    if others and not found:
        raise click.ClickException(
            f"{log.name} has no line of the app's log: each is a JSON object, with nothing before it."
        )


def _erased_since(events: Iterable[Mapping[str, object]], since: datetime) -> dict[str, set[str]]:
    """Return the account ids that were erased, by site."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for event in events:
        if event.get("action") == Action.PERSON_ERASED:
            site, account_id = event.get("site"), event.get("object_id")
            if (
                isinstance(site, str)
                and isinstance(account_id, str)
                and _instant(str(event.get("at"))) >= since
            ):
                found[site].add(account_id)
    return dict(found)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise click.ClickException(
            f"“{text[:40]}” is not an instant such as 2026-11-24T03:00:00+00:00."
        ) from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
