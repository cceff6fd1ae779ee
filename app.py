"""The WSGI entry: ``gunicorn app:app``."""

import gc
import os

# Everything that is loaded stays, so looking for garbage meanwhile only takes time. tune_garbage_collector looks again.
gc.disable()

from timesheet.bootstrap import create_app, tune_garbage_collector  # noqa: E402
from timesheet.settings import Settings  # noqa: E402

app = create_app(Settings.from_environ(os.environ))
tune_garbage_collector()
