"""The color of a project, the same on every screen; its key is always next to it."""

from __future__ import annotations

COLORS = 14
"""As many as ``static/css/page/project.css`` defines."""


def project_color(project_id: int) -> str:
    """Return the class of a project's color, empty for one that is not known yet.

    Jira numbers projects in turn, so the projects of a site share a color only if there are more than colors.
    """
    return f"p{project_id % COLORS}" if project_id else ""
