"""Bundle the app's style sheets into one file and its modules into one script, with nothing but Python.

Both start from an entry that names its parts: ``css/main.css`` and ``js/main.js``. The sources are formatted
by Biome, so only the forms that they use are supported; anything else raises BundleError, which the tests and
the start of the app would show.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

STYLES, MODULES = "css/main.css", "js/main.js"
SHEET = re.compile(r'^@import "([^"]+)";\n', re.MULTILINE)
IMAGE = re.compile(r'url\("(?!data:)([^"]+\.svg)"\)')
LOADED = re.compile(r"@import|url\((?!\"data:)")
COMMENT = re.compile(r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.MULTILINE | re.DOTALL)
"""A comment that has its lines to itself; others stay."""
INLINE = re.compile(r"/\*.*?\*/")
IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"([^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:(?:async )?function|const|class) (\w+))", re.MULTILINE)
MODULE_ONLY = re.compile(r"^(?:import|export|await)\b|\bimport[.(]", re.MULTILINE)


class BundleError(ValueError):
    """A source that cannot be bundled: its name and the reason."""


def style_sheets(static: Path) -> tuple[str, ...]:
    """Return the names of the style sheets below ``static``, in the order in which they apply."""
    return tuple(_beside(STYLES, name) for name in SHEET.findall(_read(static, STYLES)))


def bundle_styles(static: Path) -> str:
    """Return all style sheets as one. Their images become part of it, so that it needs no other file."""
    return "".join(f"/* {name} */\n{_sheet(static, name)}" for name in style_sheets(static))


def modules(static: Path) -> tuple[str, ...]:
    """Return the names of the modules below ``static``, in the order in which a browser runs them."""
    return tuple(_sources(static))


def bundle_script(static: Path) -> str:
    """Return all modules as one classic script that runs them in the same order and adds nothing to ``window``.

    Each module is a function that returns what it exports. Live bindings and circles are not supported: only
    functions, classes, and constants may be exported.
    """
    sources = _sources(static)
    variables = {name: f"$module{number}" for number, name in enumerate(sources)}
    parts = (_module(name, source, variables) for name, source in sources.items())
    return '(() => {\n"use strict";\n' + "".join(parts) + "})();\n"


def _sheet(static: Path, name: str) -> str:
    def embed(found: re.Match[str]) -> str:
        return f'url("data:image/svg+xml,{quote(_read(static, _beside(name, found[1])))}")'

    sheet = IMAGE.sub(embed, COMMENT.sub("", _read(static, name)))
    if LOADED.search(sheet):
        raise BundleError(f'{name}: it may load only .svg images, in the form url("…"), and no other sheet')
    return sheet


def _sources(static: Path) -> Mapping[str, str]:
    """Return the source of each module without comments, by name; the imports of a module come before it."""
    sources: dict[str, str] = {}
    _visit(static, MODULES, (), sources)
    return sources


def _visit(static: Path, name: str, importers: tuple[str, ...], sources: dict[str, str]) -> None:
    """Add a module to ``sources``, after everything that it imports."""
    if name in importers:
        raise BundleError(f"{name}: it imports itself, through {', '.join(importers)}")
    if name in sources:
        return
    source = COMMENT.sub("", _read(static, name))
    for _, path in IMPORT.findall(source):
        _visit(static, _beside(name, path), (*importers, name), sources)
    sources[name] = source


def _module(name: str, source: str, variables: Mapping[str, str]) -> str:
    def bind(found: re.Match[str]) -> str:
        if found[1] is None:
            return ""
        return f"const {{{found[1].replace(' as ', ': ')}}} = {variables[_beside(name, found[2])]};\n"

    exported = EXPORT.findall(source)
    body = EXPORT.sub("", IMPORT.sub(bind, source))
    if MODULE_ONLY.search(INLINE.sub("", body)):
        raise BundleError(
            f"{name}: an import or export has another form than `import {{ a }} from` or `export const`"
        )
    if any(line.count("`") % 2 for line in body.splitlines()):
        raise BundleError(
            f"{name}: a template literal spans lines, so a comment in it could not be distinguished"
        )
    return (
        f"// {name}\nconst {variables[name]} = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"
    )


def _beside(name: str, path: str) -> str:
    """Return the name of the file to which ``path`` refers in the file ``name``."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path))


def _read(static: Path, name: str) -> str:
    return (static / name).read_text(encoding="utf-8")
