"""Templates: lines without indentation, icons, and the parts of pages that are rendered once for a language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast

import pytest
from flask import Flask, render_template_string
from jinja2 import UndefinedError
from markupsafe import Markup

from tests.web.support.templates import names_used
from timesheet.web.http.catalog import open_language
from timesheet.web.http.jinja_environment import PlainEnvironment
from timesheet.web.http.language import speaking


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def request_of_a_page(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("template", "page"),
    [
        ('<a id="x"\n    href="/y">\n  text</a>', '<a id="x" href="/y"> text</a>'),
        (
            "<ul>\n  {%- for x in 'ab' %}\n    <li>{{ x }}</li>\n  {%- endfor %}\n</ul>",
            "<ul> <li>a</li> <li>b</li>\n</ul>",
        ),
        ("<textarea>\n{{ text }}</textarea>", "<textarea>\n one\n  two</textarea>"),
        ("\t<b>\n\n\t\tx</b>", "\t<b>\n x</b>"),
    ],
)
def test_indentation_is_not_a_part_of_a_page_and_a_text_keeps_its_own(template: str, page: str) -> None:
    environment = PlainEnvironment(Flask("unindented"))
    assert environment.from_string(template).render(text=" one\n  two") == page


def test_an_error_names_the_line_of_the_template() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        PlainEnvironment(Flask("lines")).from_string("<p>\n  a\n    b{{ 1 // none_at_all }}").render(
            none_at_all=0
        )
    [entry] = [entry for entry in caught.traceback if str(entry.path) == "<template>"]
    assert entry.lineno + 1 == 3


@pytest.mark.usefixtures("request_of_a_page")
def test_an_icon_is_decoration_until_it_has_a_label() -> None:
    plain = render_template_string('{{ icon("add") }}{{ icon("add") }}')
    assert plain.count('<svg class="icon icon-add"') == plain.count('aria-hidden="true"') == 2
    named = render_template_string('{{ icon("add", "Add") }}')
    assert 'role="img" aria-label="Add"' in named
    assert "aria-hidden" not in named


@pytest.mark.usefixtures("request_of_a_page")
def test_a_label_is_text_and_each_has_its_own() -> None:
    found = render_template_string('{{ icon("add", "<b>") }}{{ icon("add", "Ben") }}{{ icon("lock", "") }}')
    assert 'aria-label="&lt;b&gt;"' in found
    assert 'aria-label="Ben"' in found
    assert (
        'icon-lock" width="16" height="16" fill="none" viewBox="0 0 16 16" focusable="false" aria-hidden'
        in found
    )


@pytest.mark.usefixtures("request_of_a_page")
def test_a_title_is_an_escaped_attribute_and_nothing_without_a_text() -> None:
    page = render_template_string(
        "{% for x in texts %}<b{{ x|as_title }}></b>{% endfor %}", texts=('8:29 "h" <b>', "", None)
    )
    assert page == '<b title="8:29 &#34;h&#34; &lt;b&gt;"></b><b></b><b></b>'
    with pytest.raises(UndefinedError):
        render_template_string("<b{{ missing|as_title }}>")


@pytest.mark.usefixtures("request_of_a_page")
def test_an_icon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render_template_string('{{ icon("unicorn") }}')


@pytest.mark.usefixtures("request_of_a_page")
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


@pytest.mark.usefixtures("request_of_a_page")
def test_answers_of_some_statuses_go_elsewhere() -> None:
    assert (
        render_template_string(
            '{{ on_status("422 5xx", "#dialog") }} {{ on_status("409", swap="outerHTML") }}'
        )
        == 'hx-status:422="target:#dialog swap:innerHTML" hx-status:5xx="target:#dialog swap:innerHTML"'
        ' hx-status:409="swap:outerHTML"'
    )


def test_constant_parts_use_nothing_but_sentences_and_icons(app: Flask) -> None:
    found, _filters = names_used(app.jinja_env, "_keys.html", "_messages.html")
    assert found == {"_", "_p", "icon", "icon_button"}


def test_a_constant_part_is_rendered_once_for_each_language(app: Flask) -> None:
    constant = cast("Callable[[str], Markup]", app.jinja_env.globals["constant"])

    def shown(code: str) -> Markup:
        with app.test_request_context(), speaking(open_language(code)):
            return constant("_keys.html")

    english = shown("en")
    assert "next / previous" in english
    assert shown("de") != english
    assert shown("en") is english
