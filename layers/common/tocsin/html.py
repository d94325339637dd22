"""HTML and text from template files; every value is made harmless when it is filled in."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from tocsin.domain.signal import printable

_MESSAGES: Final = Path(__file__).parent / "templates"
"""Of the channels."""
_LINE_BREAKS: Final = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
"""What `str.splitlines` splits at."""


def environment(folder: Path) -> Environment:
    """Read the templates of a folder; a name that a template is not given is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def text_environment(folder: Path) -> Environment:
    """Likewise for plain text, which escapes nothing: no value adds a line of its own."""
    return environment(folder).overlay(autoescape=False, finalize=on_one_line)


def render(template: str, **values: object) -> str:
    """Fill in a message's template: `.html` or `.txt`."""
    return message_template(template).render(values)


@cache
def message_template(name: str) -> Template:
    """Read and compile a template once in a process."""
    make = environment if name.endswith(".html") else text_environment
    return make(_MESSAGES).get_template(name)


def on_one_line(value: object) -> object:
    return _LINE_BREAKS.sub(" ", printable(value)) if type(value) is str else value


def _shown(value: object) -> object:
    return printable(value) if type(value) is str else value
