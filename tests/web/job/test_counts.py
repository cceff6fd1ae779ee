"""The counts of a worker process, served to the operator's Prometheus."""

from __future__ import annotations

import socket
from time import monotonic
from types import SimpleNamespace

import click
import pytest
import requests
from flask import Flask

from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.web.commands.worker import run_worker
from timesheet.web.job.counts import SECONDS, counts_served

TOKEN = "a token of the operator"


def test_the_operator_reads_what_the_worker_counted_and_nobody_else() -> None:
    meter = PrometheusMeter()
    meter.spent("GET search", 5, background=True)
    with counts_served(meter, TOKEN, "127.0.0.1", 0) as port:

        def ask(path: str, **headers: str) -> requests.Response:
            return requests.get(f"http://127.0.0.1:{port}{path}", headers=headers, timeout=20)

        shown = ask("/metrics", Authorization=f"Bearer {TOKEN}")
        assert shown.status_code == 200
        assert 'timesheet_jira_points_total{endpoint="GET search",of="background"} 5.0' in shown.text
        assert "timesheet_database_up" not in shown.text, "the alert NoWebProcess waits for its absence"
        assert shown.headers["Content-Type"].startswith("text/plain")
        for value in ("", "Bearer", "Bearer another", f"Basic {TOKEN}", "Bearer \u00fc"):
            refused = ask("/metrics", Authorization=value.encode().decode("latin-1"))
            assert (refused.status_code, refused.text) == (401, "")
        assert ask("/", Authorization=f"Bearer {TOKEN}").status_code == 404
    with pytest.raises(requests.ConnectionError):
        ask("/metrics")


@pytest.mark.parametrize("address", ["5001", ":5001", "0.0.0.0:", "0.0.0.0:http", "0.0.0.0:99999"])
def test_an_address_without_host_or_port_is_refused(app: Flask, address: str) -> None:
    done = app.test_cli_runner().invoke(args=["worker", "--metrics", address])
    assert done.exit_code == 2
    assert "such as 0.0.0.0:5001" in done.output


def test_an_address_of_ipv6_is_in_brackets() -> None:
    context, option = click.Context(run_worker), run_worker.params[0]
    assert option.process_value(context, "[::1]:5001") == ("::1", 5001)


def test_a_slow_connection_keeps_neither_others_nor_the_end_of_the_process_waiting() -> None:
    with counts_served(PrometheusMeter(), TOKEN, "127.0.0.1", 0) as port:
        slow = socket.create_connection(("127.0.0.1", port))
        slow.send(b"GET /metrics")
        headers = {"Authorization": f"Bearer {TOKEN}"}
        shown = requests.get(f"http://127.0.0.1:{port}/metrics", headers=headers, timeout=SECONDS / 2)
        assert shown.status_code == 200
        begun = monotonic()
    assert monotonic() - begun < SECONDS / 2
    slow.close()


def test_a_worker_without_a_token_says_that_it_serves_no_metrics(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = list[Flask]()
    process = SimpleNamespace(run=lambda: ran.append(app))
    monkeypatch.setattr("timesheet.web.commands.worker.worker_of", lambda _app: process)
    done = app.test_cli_runner().invoke(args=["worker", "--metrics", "127.0.0.1:0"])
    assert (done.exit_code, len(ran)) == (0, 1)
    assert "METRICS_TOKEN is not set" in done.output
