"""The globals and filters that templates use, and how often a template runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, template_rendered
from jinja2 import Environment, Template, meta, nodes


@contextmanager
def prints(app: Flask, name: str) -> Iterator[list[str]]:
    """Record each time the template of this name runs."""
    names = list[str]()

    def note(_app: Flask, template: Template, **_: object) -> None:
        if template.name == name:
            names.append(template.name)

    with template_rendered.connected_to(note, app):
        yield names


def names_used(environment: Environment, *names: str) -> tuple[set[str], set[str]]:
    """Return the globals and filters that these templates and those they include use."""
    wanted, seen, names_found, filters = list(names), set[str](), set[str](), set[str]()
    assert environment.loader
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        tree = environment.parse(environment.loader.get_source(environment, name)[0])
        loaded = {found.name for found in tree.find_all(nodes.Name) if found.ctx == "load"}
        names_found |= loaded & set(environment.globals)
        filters |= {found.name for found in tree.find_all(nodes.Filter)}
        wanted += [found for found in meta.find_referenced_templates(tree) if found]
    return names_found, filters
