"""What a worker process counts, served to the operator's Prometheus."""

from __future__ import annotations

import pytest
import requests
from flask import Flask

from timesheet.adapters.prometheus.meter import PrometheusMeter
from timesheet.web.job.counts import counts_served

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


@pytest.mark.parametrize("address", ["5001", ":5001", "0.0.0.0:", "0.0.0.0:http"])
def test_an_address_without_host_or_port_is_refused(app: Flask, address: str) -> None:
    done = app.test_cli_runner().invoke(args=["worker", "--metrics", address])
    assert done.exit_code == 2
    assert "such as 0.0.0.0:5001" in done.output
