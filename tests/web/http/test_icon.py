"""Icons in templates: decoration without a label, an image with one, and an error for a missing icon."""

from __future__ import annotations

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError


@pytest.fixture(autouse=True)
def _request(app: Flask) -> object:
    with app.test_request_context():
        yield


def test_an_icon_is_decoration_until_it_has_a_label() -> None:
    plain = render_template_string('{{ icon("add") }}{{ icon("add") }}')
    assert plain.count('<svg class="icon icon-add"') == plain.count('aria-hidden="true"') == 2
    named = render_template_string('{{ icon("add", "Add") }}')
    assert 'role="img" aria-label="Add"' in named
    assert "aria-hidden" not in named


def test_a_label_is_text_and_each_has_its_own() -> None:
    found = render_template_string('{{ icon("add", "<b>") }}{{ icon("add", "Ben") }}{{ icon("lock", "") }}')
    assert 'aria-label="&lt;b&gt;"' in found
    assert 'aria-label="Ben"' in found
    assert (
        'icon-lock" width="16" height="16" fill="none" viewBox="0 0 16 16" focusable="false" aria-hidden'
        in found
    )


def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render_template_string('{{ icon("unicorn") }}')


def test_an_icon_button_takes_its_label_as_title_and_its_attributes_from_the_body() -> None:
    button = """{% call icon_button("edit", "Edit " ~ name) %}id="e{{ loop.index }}"{% endcall %}"""
    found = render_template_string(f'{{% for name in ["<b>"] %}}{button}{{% endfor %}}')
    assert found.startswith(
        '<button type="button" class="button quiet icon-only" title="Edit &lt;b&gt;" id="e1"><svg'
    )
    assert 'aria-label="Edit &lt;b&gt;"' in found
    other = render_template_string(
        '{% call icon_button("edit", "Edit x", "Edit", type="submit") %}{% endcall %}'
    )
    assert other.startswith('<button type="submit" class="button quiet icon-only" title="Edit" ><svg')


def test_answers_of_some_statuses_go_elsewhere() -> None:
    assert (
        render_template_string(
            '{{ on_status("422 5xx", "#dialog") }} {{ on_status("409", swap="outerHTML") }}'
        )
        == 'hx-status:422="target:#dialog swap:innerHTML" hx-status:5xx="target:#dialog swap:innerHTML"'
        ' hx-status:409="swap:outerHTML"'
    )
