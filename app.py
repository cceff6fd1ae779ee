"""The WSGI entry: ``gunicorn app:app``."""

import gc
import os
import sys

# Everything that is loaded stays, so looking for garbage meanwhile only takes time. tune_garbage_collector looks again.
gc.disable()

from timesheet.adapters.db.fitness import DatabaseUnfit  # noqa: E402
from timesheet.bootstrap.app import create_app, tune_garbage_collector  # noqa: E402
from timesheet.settings import Settings, SettingsError  # noqa: E402

GIVE_UP = 3
"""The exit code after which gunicorn does not start another worker."""

try:
    app = create_app(Settings.from_environ(os.environ))
except (SettingsError, DatabaseUnfit) as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(GIVE_UP)
tune_garbage_collector()
