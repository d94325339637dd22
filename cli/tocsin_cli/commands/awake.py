"""`tocsin awake`: say that you are, or see who is."""

from typing import Annotated

import typer

from tocsin.domain.awake import AwakeScope
from tocsin_cli.api import Api, Json
from tocsin_cli.errors import UsageError
from tocsin_cli.options import OutputOption, ProfileOption
from tocsin_cli.screen import Column, Output, Row, Screen
from tocsin_cli.times import ahead, instant, local, now

ME = "/api/v1/me/awake"


def awake(
    *,
    duration: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="How long: 30m to 4h; by default 1h."),
    ] = None,
    scope: Annotated[
        AwakeScope, typer.Option(help="Alerts that ask you, or those of the whole team.")
    ] = AwakeScope.MINE,
    off: Annotated[bool, typer.Option("--off", help="Go to sleep.")] = False,
    who: Annotated[bool, typer.Option("--who", help="Only show who is awake.")] = False,
    profile: ProfileOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say "I'm awake": pages come as digests, and nobody else is called meanwhile."""
    if off and who:
        raise UsageError("--off and --who do not go together.")
    api, screen = Api.of(profile), Screen()
    if who:
        _show_who(screen, list(api.all("/api/v1/awake")), output)
        return
    if off:
        answer = api.delete(ME)
    else:
        said = {"for": duration, "scope": scope.value}
        answer = api.post(ME, {name: it for name, it in said.items() if it is not None})
    if output is Output.JSON:
        screen.json(answer)
    else:
        screen.line(_sentence(answer))


def _sentence(answer: Json) -> str:
    user = answer["user"]
    if not answer["awake"]:
        return f"{user} is not awake: pages come one by one, and steps go on."
    whose = "all alerts" if answer["scope"] == AwakeScope.TEAM else "alerts that ask them"
    return f"{user} is awake for {whose}, until {local(instant(answer['until']))}."


def _show_who(screen: Screen, people: list[Row], output: Output) -> None:
    at = now()
    columns = (
        Column(title="WHO", value=lambda it: str(it["user"])),
        Column(title="FOR", value=lambda it: str(it["scope"])),
        Column(title="UNTIL", value=lambda it: local(instant(it["until"]))),
        Column(title="ENDS", value=lambda it: ahead(instant(it["ends_at"]), at), spare=1),
    )
    screen.rows(output, columns, people)
    if not people and output is Output.TABLE:
        screen.line("Nobody said so.")
