from __future__ import annotations

from tools import dead_code


def test_names_are_read_inside_jinja_only() -> None:
    text = '<p class="quiet">{{ row.total|hm }} words {% if row.is_today %}{% include "x" %}{% endif %}</p>'
    names = dead_code.names_in_templates(text)
    assert {"row", "total", "hm", "is_today"} <= names
    assert {"quiet", "words"} & names == set()


def test_the_settings_name_where_to_look() -> None:
    assert {"timesheet", "jira_emulator"} <= set(dead_code.settings()["paths"])
