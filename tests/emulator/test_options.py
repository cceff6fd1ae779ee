"""The options of ``python -m jira_emulator``."""

from __future__ import annotations

import pytest

from jira_emulator.__main__ import main


@pytest.mark.parametrize(
    ("option", "value", "range_"),
    [
        ("--port", "65536", "0 to 65535"),
        ("--sites", "0", "1 to 100"),
        ("--people", "501", "1 to 500"),
        ("--months", "0", "1 to 120"),
        ("--people", "many", "1 to 500"),
    ],
)
def test_a_number_that_cannot_be_used_is_refused(
    option: str, value: str, range_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option, value])
    assert ended.value.code == 2
    assert f"{option}: must be a whole number from {range_}" in capsys.readouterr().err


def test_sites_beyond_the_last_port_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--port", "65534", "--sites", "3"])
    assert ended.value.code == 2
    assert "--sites: the ports that follow end at 65535" in capsys.readouterr().err
