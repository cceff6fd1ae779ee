from __future__ import annotations

import pytest
from flask import Flask

from timesheet.web.http.jinja_environment import PlainEnvironment


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
