"""The style sheet and the script that are made of all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from timesheet.settings import ROOT
from timesheet.web.middleware.bundle import (
    BundleError,
    bundle_script,
    bundle_styles,
    modules,
    style_sheets,
)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """Create a folder with one style sheet and one module."""
    put(tmp_path, "css/main.css", '/* Sheets. */\n@import "./page/app.css";\n')
    put(tmp_path, "css/page/app.css", "a {\n  color: red;\n}\n")
    put(tmp_path, "js/main.js", "document.title = 1;\n")
    return tmp_path


def put(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_sheets_keep_their_order(static: Path) -> None:
    put(static, "css/main.css", '@import "./team/b.css";\n@import "./page/app.css";\n')
    put(static, "css/team/b.css", "b {}\n")
    assert style_sheets(static) == ("css/team/b.css", "css/page/app.css")
    assert bundle_styles(static) == (
        "/* css/team/b.css */\nb {}\n/* css/page/app.css */\na {\n  color: red;\n}\n"
    )


def test_an_image_becomes_part_of_the_style_sheet(static: Path) -> None:
    put(static, "vendor/icons/dot.svg", '<svg fill="#fff"/>')
    put(static, "css/page/app.css", 'a {\n  mask: url("../../vendor/icons/dot.svg") center;\n}\n')
    assert 'mask: url("data:image/svg+xml,%3Csvg%20fill%3D%22%23fff%22/%3E") center;' in bundle_styles(static)


@pytest.mark.parametrize(
    "sheet",
    ['@import "./other.css";\n', "a { mask: url(dot.svg); }\n", 'a { background: url("dot.png"); }\n'],
)
def test_a_sheet_that_would_load_another_file_is_refused(static: Path, sheet: str) -> None:
    put(static, "css/page/app.css", sheet)
    with pytest.raises(BundleError, match=r"css/page/app\.css: it may load only \.svg"):
        bundle_styles(static)


def test_modules_come_after_what_they_import_and_once(static: Path) -> None:
    put(static, "js/main.js", 'import "./b.js";\nimport "./page/a.js";\n')
    put(static, "js/b.js", 'import {\n  one,\n  two as second,\n} from "./page/a.js";\n\nsecond(one);\n')
    put(
        static,
        "js/page/a.js",
        "export const one = 1;\n\nexport async function two() {}\n\nexport class Three {}\n",
    )
    assert modules(static) == ("js/page/a.js", "js/b.js", "js/main.js")
    assert bundle_script(static) == (
        '(() => {\n"use strict";\n'
        "// js/page/a.js\nconst $module0 = (() => {\n"
        "const one = 1;\n\nasync function two() {}\n\nclass Three {}\n"
        "return { one, two, Three };\n})();\n"
        "// js/b.js\nconst $module1 = (() => {\n"
        "const {\n  one,\n  two: second,\n} = $module0;\n\nsecond(one);\n"
        "return {  };\n})();\n"
        "// js/main.js\nconst $module2 = (() => {\nreturn {  };\n})();\n"
        "})();\n"
    )


def test_comments_go_and_code_beside_them_stays(static: Path) -> None:
    source = "/**\n * Why.\n */\n// more\nlet a = 1; // here\n/** @type {import('./x.js').X} */ (a).b = 1;\n/* end */\n"
    put(static, "js/main.js", source)
    put(
        static,
        "css/page/app.css",
        "/* why */\na {\n  /* more\n   */\n  color: red; /* here */\n}\n/* b */ b {}\n/* c */\n",
    )
    assert "let a = 1; // here\n/** @type {import('./x.js').X} */ (a).b = 1;\nreturn" in bundle_script(static)
    assert bundle_styles(static).endswith("\na {\n  color: red; /* here */\n}\n/* b */ b {}\n")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('import "./main.js";\n', "it imports itself, through js/main.js"),
        ("export default 1;\n", "has another form"),
        ("export let count = 1;\n", "has another form"),
        ('export { one } from "./one.js";\n', "has another form"),
        ('import * as one from "./one.js";\n', "has another form"),
        ("import one from './one.js';\n", "has another form"),
        ('const one = import("./one.js");\n', "has another form"),
        ("const here = import.meta.url;\n", "has another form"),
        ("await fetch(1);\n", "has another form"),
        ("const text = `\n// no comment\n`;\n", "spans lines"),
    ],
)
def test_what_it_does_not_understand_is_refused(static: Path, source: str, words: str) -> None:
    put(static, "js/main.js", source)
    with pytest.raises(BundleError, match=f"^js/main.js: .*{words}"):
        bundle_script(static)


def test_every_style_sheet_and_module_of_the_app_is_in_a_bundle() -> None:
    static = ROOT / "static"
    sheets = {path.relative_to(static).as_posix() for path in static.glob("css/**/*.css")}
    assert sorted(style_sheets(static)) == sorted(sheets - {"css/main.css"})
    scripts = {path.relative_to(static).as_posix() for path in static.glob("js/**/*.js")}
    # The page of the Forge app has a bundle and a host of its own.
    forge = {f"js/host/{name}.js" for name in ("forge", "gateway", "envelope", "call_limit")}
    assert sorted(modules(static)) == sorted(scripts - forge)
    script = bundle_script(static)
    assert re.findall(r"^// (js/\S+)$", script, re.MULTILINE) == list(modules(static))
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    assert 'url(".' not in bundle_styles(static)
