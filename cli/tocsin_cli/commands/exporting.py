"""`tocsin export`: a stack's configuration as a team's file."""

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq

from tocsin_cli.api import Api
from tocsin_cli.errors import FailedError, UsageError
from tocsin_cli.exported import Export, export_stack
from tocsin_cli.options import ProfileOption
from tocsin_cli.screen import Screen
from tocsin_cli.text import plural
from tocsin_cli.times import now

_WIDTH = 100


def export(
    *,
    team: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The file's `team`; by default the profile's name."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="By default standard output.")
    ] = None,
    profile: ProfileOption = None,
) -> None:
    """Write what a stack has as a team's file, also what people made by API."""
    if out is not None and out.exists():
        raise UsageError(f"{out} is there already: name another file, or remove it.")
    api = Api.of(profile)
    name = team or profile or "team"
    exported = export_stack(api, name, now())
    text = _yaml(exported)
    screen = Screen()
    if out is None:
        screen.write(text)
    else:
        _write(out, text)
        screen.line(f"{out} has {plural(_count(exported), 'object')}.")
    tell_unread(screen, exported)
    if exported.secrets:
        screen.complain(
            "A stack shows no secrets: these names stand for them. Write each to a parameter "
            f"before you deploy: {', '.join(exported.secrets)}."
        )


def tell_unread(screen: Screen, exported: Export) -> None:
    for section in sorted(exported.unread):
        screen.complain(f"{section} are left out: the key has not the scope silences.")


def _count(exported: Export) -> int:
    return sum(len(it) for it in exported.document.values() if isinstance(it, list))


def _yaml(exported: Export) -> str:
    yaml, text = YAML(), io.StringIO()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.dump(_laid_out(exported.with_overrides), text)
    return text.getvalue()


def _laid_out(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Put short lists of texts on one line."""
    match value:
        case Mapping():
            return {name: _laid_out(it) for name, it in value.items()}
        case [*items]:
            laid_out = CommentedSeq(map(_laid_out, items))
            if not any(isinstance(it, Mapping) for it in items):
                laid_out.fa.set_flow_style()
            return laid_out
        case _:
            return value


def _write(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise FailedError(f"{path} cannot be written: {error.strerror}.") from error
