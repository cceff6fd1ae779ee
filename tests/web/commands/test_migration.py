"""The commands that migrate the database, and what a process that serves requests does not load."""

from __future__ import annotations

import subprocess
import sys

from flask import Flask

SCRIPT = """
import sys, timesheet.bootstrap.app
print(*{"alembic", "flask_migrate", "mako"} & set(sys.modules))
"""


def test_a_process_that_serves_requests_does_not_load_alembic() -> None:
    found = subprocess.run([sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True)
    assert found.stdout.split() == []


def test_the_commands_are_loaded_when_they_are_used(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["db", "--help"])
    assert result.exit_code == 0, result.output
    assert "upgrade" in result.output
    assert app.extensions["migrate"].migrate.alembic_ctx_kwargs == app.extensions["migrate"].configure_args
