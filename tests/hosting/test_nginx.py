"""nginx.conf fits the app: its times, its sizes, and what it must not forward."""

from __future__ import annotations

import os
import re
import subprocess
from math import ceil
from pathlib import Path

import pytest

from tests.adapters.support.tls_server import Authority
from tests.hosting.test_image import HOSTING, compose, only
from timesheet.services.ports.meeting import LARGEST_CALENDAR
from timesheet.services.ports.transfer import LARGEST_UPLOAD
from timesheet.web.http.access import LARGEST_BODY
from timesheet.web.site.webhook import LARGEST_EVENT
from timesheet.web.suggestion.calendar_file import ROOM
from tools.hosting import find_program
from tools.project import ROOT

MIB = 1024 * 1024
TEXT = re.sub(r"#.*", "", (HOSTING / "nginx.conf").read_text())


def value(name: str, within: str = TEXT) -> str:
    """Return what a directive says that occurs once."""
    [found] = re.findall(rf"^\s*{name} ([^;]+);", within, re.MULTILINE)
    return str(found)


def seconds(text: str) -> int:
    return int(text.removesuffix("s"))


def option(name: str) -> int:
    """Return an option of the web command."""
    [found] = re.findall(rf"--{name} (\d+)", only("CMD"))
    return int(found)


def block(head: str) -> str:
    """Return the content of a block without blocks inside."""
    [found] = re.findall(rf"{re.escape(head)} \{{([^{{}}]*)\}}", TEXT)
    return str(found)


def test_every_line_is_a_directive_or_opens_or_closes_a_block() -> None:
    assert TEXT.count("{") == TEXT.count("}")
    assert [line for line in TEXT.splitlines() if line.strip() and line.strip()[-1] not in "{};"] == []


def test_the_proxy_drops_a_connection_before_the_app_does() -> None:
    assert seconds(value("keepalive_timeout", block("upstream timesheet"))) < option("keep-alive")


def test_the_app_may_finish_what_the_proxy_waits_for() -> None:
    assert seconds(value("proxy_read_timeout", block("location /"))) < option("graceful-timeout")


def test_it_takes_addresses_as_long_as_the_app_does() -> None:
    [_, size] = value("large_client_header_buffers").split()
    [limit] = re.findall(r"limit_request_line = .*?(\d+) \* 1024", (ROOT / "gunicorn.conf.py").read_text())
    assert size == f"{limit}k"


def test_it_takes_bodies_as_large_as_the_app_does() -> None:
    largest = max(LARGEST_BODY + LARGEST_UPLOAD, 2 * LARGEST_CALENDAR + ROOM, LARGEST_EVENT)
    assert value("client_max_body_size") == f"{ceil(largest / MIB)}m"


@pytest.mark.parametrize("name", ["For", "Proto", "Host"])
def test_nobody_outside_chooses_what_the_app_trusts(name: str) -> None:
    chosen = value(f"proxy_set_header X-Forwarded-{name}", block("location /"))
    assert chosen == {"For": "$remote_addr", "Proto": "$scheme", "Host": "$host"}[name]


def test_it_redirects_to_its_own_name_whatever_host_a_request_names() -> None:
    """The address that it redirects may contain a token."""
    [target] = re.findall(r"return 301 ([^;]+);", TEXT)
    assert target == "https://$server_name$request_uri"


def test_addresses_are_neither_rewritten_nor_logged() -> None:
    assert value("proxy_pass") == "http://timesheet", "a path here would break every signature"
    assert value("access_log") == "off"


def test_metrics_stay_inside() -> None:
    assert value("return", block("location = /metrics")) == "404"


def test_slow_clients_wait_in_the_proxy() -> None:
    within = block("location /")
    assert (value("proxy_request_buffering", within), value("proxy_buffering", within)) == ("on", "on")
    for name in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert seconds(value(name)) <= 10


def test_what_waits_in_the_proxy_is_on_no_disk() -> None:
    folders = [value(name) for name in ("client_body_temp_path", "proxy_temp_path")]
    assert [Path(folder).parent for folder in folders] == [Path("/run")] * 2
    assert "/run" in compose()["services"]["nginx"]["tmpfs"]


def test_nginx_accepts_the_configuration(tmp_path: Path) -> None:
    program, both = find_program("nginx"), Authority("Test").certificate()
    if program is None:
        say = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        say("nginx is not installed")
    for name in ("timesheet.pem", "timesheet.key"):
        (tmp_path / name).write_bytes(both)
    text = (HOSTING / "nginx.conf").read_text()
    here = text.replace("/etc/ssl/", f"{tmp_path}/").replace(" /run/", f" {tmp_path}/")
    assert here.count(str(tmp_path)) == 5
    (tmp_path / "nginx.conf").write_text(here)
    checked = subprocess.run(
        [str(program), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
