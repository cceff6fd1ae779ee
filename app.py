"""The WSGI entry: ``gunicorn app:app``."""

import gc
import os

# Everything that is loaded stays, so looking for garbage meanwhile only takes time. calm_collector turns it on again.
gc.disable()

from timesheet.bootstrap import calm_collector, create_app  # noqa: E402
from timesheet.settings import Settings  # noqa: E402

app = create_app(Settings.from_environ(os.environ))
calm_collector()
