"""`tocsin profiles`: names of stacks, and their keys in the system's keyring."""

import sys
from typing import Annotated

import typer

from tocsin_cli.api import Api
from tocsin_cli.keys import forget_key, keep_key
from tocsin_cli.options import OutputOption
from tocsin_cli.profiles import Profiles
from tocsin_cli.screen import Column, Output, Screen
from tocsin_cli.secret import Secret
from tocsin_cli.stack_address import StackAddress, checked_url

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Names of stacks; keys are in the keyring."
)


@app.command("list")
def list_profiles(*, output: OutputOption = Output.TABLE) -> None:
    """List the stacks that have a name."""
    profiles, screen = Profiles.read(), Screen()
    rows = [
        {"name": name, "url": url, "default": name == profiles.default}
        for name, url in sorted(profiles.urls.items())
    ]
    columns = (
        Column(title="NAME", value=lambda it: str(it["name"])),
        Column(title="ADDRESS", value=lambda it: str(it["url"]), breaks=True),
        Column(title="", value=lambda it: "default" if it["default"] else ""),
    )
    screen.rows(output, columns, rows)
    if not rows and output is Output.TABLE:
        screen.line("No profiles. `tocsin profiles add NAME URL` makes one.")


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Your word for the stack.")],
    url: Annotated[str, typer.Argument(metavar="URL", help="Its address, of the outputs.")],
    *,
    default: Annotated[bool, typer.Option("--default", help="Use it where none is named.")] = False,
) -> None:
    """Name a stack, or give it another key; asks for the key, or reads it from standard input."""
    url = checked_url(url, "URL")
    key = Secret.read(_asked_for_key(), "what was given")
    caller = Api(StackAddress(url=url, key=key, named_by="URL")).get("/api/v1/me")
    profiles = Profiles.read()
    profiles.add(name, url, is_default=default)
    keep_key(name, url, key)
    scopes = ", ".join(caller["scopes"]) or "none"
    Screen().line(f"{name} is {url}; the key acts as {caller['actor']}, with scopes: {scopes}.")


def _asked_for_key() -> str:
    if sys.stdin is not None and not sys.stdin.isatty():
        return sys.stdin.readline()
    asked: str = typer.prompt("API key", hide_input=True, err=True)
    return asked


@app.command()
def remove(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Forget a stack's name and its key."""
    url = Profiles.read().remove(name)
    forget_key(name, url)
    Screen().line(f"{name} is forgotten, and its key; the stack knows nothing of it.")
