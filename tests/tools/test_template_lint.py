from __future__ import annotations

from pathlib import Path

import pytest

from tools import template_lint

GOOD = """
{% from "_icons.html" import icon %}
<section id="grid-{{ team }}" hx-get="{{ url }}" {% if busy %}aria-busy="true"{% endif %}>
  <a href="https://example.com/help">help</a><br>{{ icon("add") }}
  <svg viewBox="0 0 1 1"><path d="M0 0"/></svg>
</section>
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('<p style="color: red">x</p>', "style="),
        ("<style>p { color: red }</style>", "<style>"),
        ("<script>alert(1)</script>", "<script>"),
        ('<button onclick="go()">x</button>', "onclick="),
        ('<button hx-on:click="go()">x</button>', "hx-on:click"),
        ('<button hx-on::after-swap="go()">x</button>', "hx-on::after-swap"),
        ("<p hx-vals='js:{a: 1}'>x</p>", "hx-vals holds script"),
        ('<a href="javascript:go()">x</a>', "href holds script"),
        ("""<input hx-trigger="keyup[key=='Enter']">""", "hx-trigger with a filter"),
        ('<script src="https://cdn.example.com/x.js"></script>', "src loads from another host"),
        ('<link rel="stylesheet" href="//cdn.example.com/x.css">', "href loads from another host"),
        ("<p>{{ text | safe }}</p>", "unescaped"),
        ("<p>{{ 'literal' ~ text | safe }}</p>", "unescaped"),
        ('<form hx-target="#a"><a hx-get="/x">x</a></form>', "hx-target of a parent"),
        ('<form hx-post="/y" hx-swap="none"><a hx-get="/x">x</a></form>', "hx-swap of a parent"),
        ('{% call icon_button("add", "Add (all)") %}onclick="go()"{% endcall %}', "onclick="),
        (
            '<p hx-target="#a">{% call icon_button("add", "Add") %}hx-get="/x"{% endcall %}</p>',
            "hx-target of a parent",
        ),
        ("{% autoescape false %}", "unescaped"),
        (
            '<h2 id="dialog-title">x</h2><form hx-post="/x" {{ on_status("4xx", "#dialog") }}>',
            "says where 4xx",
        ),
        ('<h2 id="dialog-title">x</h2><form\n  hx-post="{{ a > b }}"\n  id="x">', "says where 4xx"),
        (
            '<h2 id="dialog-title">x</h2><button hx-get="/x"\n  hx-target="#{{ form.place }}">x</button>',
            "says where 4xx",
        ),
        (
            '<h2 id="dialog-title">x</h2>{% call icon_button("a", "A") %}hx-get="/x" hx-target="#dialog"{% endcall %}',
            "says where 4xx",
        ),
        ("<p>{% for one in many %}{{ localize(one) }} {% endfor %}</p>", "joins sentences"),
        ('{% for one in many %}{{ localize(one) }}{{ " " if not loop.last }}{% endfor %}', "joins sentences"),
        ('<p>{{ many|map("localize")|join(" ") }}</p>', "joins sentences"),
        ("<p>{{ one if many\n  else text | safe }}</p>", "unescaped"),
        ('{%- call icon_button("add",\n  "Add") -%}\n onclick="go()"{% endcall %}', "onclick="),
    ],
)
def test_what_the_policy_blocks_is_named_with_its_line(line: str, said: str) -> None:
    found = template_lint.lint("page.html", f"<div>\n{{# two\nlines #}}\n{line}</div>")
    assert [number for number, _ in found] == [4]
    assert said in found[0][1]


def test_an_ordinary_fragment_passes() -> None:
    assert template_lint.lint("_grid.html", GOOD) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("_row.html", "<tr><td>x</td></tr>", "has an id"),
        ("_row.html", '<tr id="a"></tr><tr id="b"></tr>', "this has 2"),
        ("_row.html", "{{ text }}", "needs a root element"),
        ("_saved_oob.html", '<td id="cell"></td>', "neither hx-partial"),
        ("_saved_oob.html", "<td hx-swap-oob='true'></td>", "neither hx-partial"),
    ],
)
def test_a_fragment_of_another_shape_is_refused(name: str, text: str, said: str) -> None:
    [(_, message)] = template_lint.lint(name, text)
    assert said in message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("_saved_oob.html", '<hx-partial hx-target="#a"></hx-partial><b id="c" hx-swap-oob="true"></b>'),
        ("_fields.html", "{% macro field(name) %}<label>{{ name }}</label>{% endmacro %}"),
        ("page.html", "<p>one</p><p>two</p>"),
        (
            "page.html",
            '<h2 id="dialog-title">x</h2><form hx-post="/x" {{ on_status("4xx 5xx", "#a") }}></form>',
        ),
        ("page.html", """<p{{ ' aria-current="date"'|safe if today }}>one</p>"""),
        ("page.html", '<form hx-target="#a"><a hx-get="/x" hx-target="#b">x</a></form>'),
        ("page.html", '<main hx-target:inherited="#a"><a hx-get="/x">x</a></main>'),
        ("page.html", '<hx-partial hx-target="#a"><a hx-get="/x">x</a></hx-partial>'),
    ],
)
def test_what_is_meant_and_works_passes(name: str, text: str) -> None:
    assert template_lint.lint(name, text) == []


@pytest.mark.parametrize(("text", "code"), [('<p id="a">x</p>', 0), ("<p style='x'></p>", 1)])
def test_the_command_fails_for_a_template_with_a_problem(tmp_path: Path, text: str, code: int) -> None:
    (tmp_path / "_a.html").write_text(text)
    assert template_lint.main([str(tmp_path)]) == code


def test_the_command_knows_what_htmx_4_no_longer_understands(tmp_path: Path) -> None:
    (tmp_path / "_a.html").write_text('<p id="a" hx-disabled-elt="this" hx-get="/x"></p>')
    assert template_lint.main([str(tmp_path)]) == 1


def test_the_command_takes_new_names_for_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "_a.html").write_text(
        '<form id="a" hx-disable="find button" hx-post="/x"><button>x</button></form>'
    )
    assert template_lint.main([str(tmp_path)]) == 0


def test_events_of_htmx_2_are_known_by_their_names() -> None:
    found = template_lint.HTMX_2_EVENT.findall(
        'on("htmx:afterSwap"); on("htmx:after:swap"); on("htmx:load");'
    )
    assert found == ["htmx:afterSwap", "htmx:load"]


@pytest.mark.parametrize(
    "text",
    [
        '<p>{{ _("One.") }} {{ _("Two.") }}</p>',
        '<p>{% if a %}{{ _("One {b}.", b=b) }}{% else %}{{ _("No?") }}{% endif %} {{ _("Two.") }}</p>',
        '<p><b>{{ _n("{count} one.", "{count} ones.", a|length) }}</b> {% if b %}{{ _("Two") }}{% endif %}</p>',
        '<p>\n  {{ _("One.") }}\n  {{ _("Two.") }}\n</p>',
        '<p>\n  {{- _("One {b}.",\n      b=b) }}\n  {% if a -%}\n    {{ _("Two.") }}\n  {%- endif %}</p>',
    ],
)
def test_a_space_between_two_sentences_is_found(text: str) -> None:
    [(_, message)] = template_lint.lint("page.html", text)
    assert "sentences(…)" in message


@pytest.mark.parametrize(
    "text",
    [
        '<p>{{ _("One.") }} {{ name }}</p>',
        '<b>{{ _("Name") }}</b> {{ _("Two.") }}',
        '{% if a -%}\n  {{ _("One.") }}\n{%- else -%}\n  {{ _("Two.") }}\n{%- endif %}',
    ],
)
def test_a_space_between_other_texts_is_none_between_sentences(text: str) -> None:
    assert template_lint.lint("page.html", text) == []
