"""HTML from template files; every value is escaped when it is filled in."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tocsin.domain.signal import printable


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


def _shown(value: object) -> object:
    return printable(value) if type(value) is str else value
