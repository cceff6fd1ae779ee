"""Points and pauses that several processes share on a real server, also when it was away for a while."""

from __future__ import annotations

from tests.adapters.support.valkey import Valkey
from tests.processes.support.app_processes import wait_for
from timesheet.adapters.cache.points import PAUSES_KEY, READ_SECONDS, ServerPauses, ServerPoints
from timesheet.adapters.cache.server import CacheServer, connect
from timesheet.services.resilience.budget import Spent
from timesheet.services.resilience.priority import Priority

SAVE, LOOK, _, BACKGROUND = Priority
APP, SITE = ("app",), ("site", "https://acme.atlassian.net")


def server(valkey: Valkey) -> CacheServer:
    return CacheServer(connect(valkey.url))


def test_processes_count_together(valkey: Valkey) -> None:
    one, other = ServerPoints(server(valkey)), ServerPoints(server(valkey))
    assert one.add(7, "a", 5, LOOK) == Spent(5, 5, 0, 5, 1)
    assert other.add(7, "a", 2, BACKGROUND) == Spent(7, 5, 0, 7, 1)
    assert other.add(7, "b", 2, SAVE) == Spent(9, 7, 2, 2, 2)
    assert one.add(8, "", 0, LOOK) == Spent(0, 0, 0, 0, 0, 7, 2, 2)
    other.at_least(7, 100)
    one.at_least(7, 50)
    assert one.add(7, "a", 0, LOOK).app == 100
    for name in valkey.client().scan_iter("timesheet:points:*"):
        assert 0 < valkey.client().ttl(name) <= 3 * 3600
        assert b"a" not in valkey.client().hkeys(name), "sites are hashed"


def test_while_the_server_is_away_each_counts_on_and_pays_afterward(valkey: Valkey) -> None:
    behind = server(valkey)
    one, other = ServerPoints(behind), ServerPoints(server(valkey))
    one.add(7, "a", 5, LOOK)
    other.add(7, "b", 10, LOOK)
    assert one.add(7, "a", 0, LOOK).app == 15
    valkey.freeze()
    assert one.add(7, "a", 3, LOOK).app == 18, "it goes on from what it knew"
    assert one.add(7, "c", 2, BACKGROUND).app == 20
    one.at_least(7, 30)
    assert one.add(7, "a", 0, LOOK).app == 30
    valkey.thaw()
    wait_for(lambda: not behind.away, 10)
    spent = other.add(7, "a", 0, LOOK)
    # The call that timed out waited for the server, which counted it after all: too much is on the safe side.
    assert spent in {Spent(20, 18, 0, 8, 3), Spent(23, 21, 0, 11, 3)}


def test_a_pause_of_one_process_holds_for_all_within_a_second(valkey: Valkey) -> None:
    now = [0.0]
    one, other = ServerPauses(server(valkey)), ServerPauses(server(valkey), lambda: now[0])
    assert other.longest([APP, SITE]) == (0.0, "")
    one.note(SITE, 30, "jira-quota-tenant-based")
    one.note(APP, 10, "jira-quota-global-based")
    assert other.longest([APP, SITE]) == (0.0, ""), "it has just read them"
    now[0] += READ_SECONDS
    seconds, reason = other.longest([APP, SITE])
    assert 29 < seconds <= 30
    assert reason == "jira-quota-tenant-based"
    assert other.longest([APP])[1] == "jira-quota-global-based"
    assert 0 < valkey.client().ttl(PAUSES_KEY) <= 30
    valkey.stop()
    now[0] += READ_SECONDS
    assert other.longest([APP, SITE]) == (0.0, "")
    one.note(APP, 10, "nobody hears it")


def test_a_pause_ends(valkey: Valkey) -> None:
    one, other = ServerPauses(server(valkey)), ServerPauses(server(valkey))
    one.note(APP, 60, "later")
    one.note(SITE, 0.001, "now")
    wait_for(lambda: one.longest([SITE]) == (0.0, ""), 10)
    assert other.longest([APP, SITE])[1] == "later"
    assert valkey.client().hlen(PAUSES_KEY) == 1


def test_a_shorter_pause_does_not_end_a_longer_one(valkey: Valkey) -> None:
    """Jira may refuse a call that was under way without saying for how long, after it asked for a long pause."""
    one, other = ServerPauses(server(valkey)), ServerPauses(server(valkey))
    one.note(APP, 600, "jira-quota-global-based")
    other.note(APP, 2, "jira-quota-global-based")
    other.note(SITE, 700, "jira-quota-tenant-based")
    third = ServerPauses(server(valkey))
    assert 590 < third.longest([APP])[0] <= 600
    third.note(APP, 900, "jira-quota-global-based")
    assert 890 < ServerPauses(server(valkey)).longest([APP])[0] <= 900


def test_points_of_hours_that_are_over_are_not_paid_afterward(valkey: Valkey) -> None:
    """Nobody asks for them anymore, and an outage of days would leave one for each site and hour."""
    behind = server(valkey)
    one = ServerPoints(behind)
    one.add(7, "a", 5, LOOK)
    valkey.stop()
    for hour in range(7, 100):
        one.add(hour, "a", 3, LOOK)
    assert len(one._owed) <= 2
    valkey.start()
    wait_for(lambda: not behind.away, 10)
    names = sorted(valkey.client().scan_iter("timesheet:points:*"))
    assert names == [b"timesheet:points:98", b"timesheet:points:99"]
