"""The WSGI entry: ``gunicorn app:app``."""

import os

from timesheet.bootstrap import calm_collector, create_app
from timesheet.settings import Settings

app = create_app(Settings.from_environ(os.environ))
calm_collector()
