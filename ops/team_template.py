"""`make deploy`: checks the team's file of a section, and puts it into the built template."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ops.samconfig import OperationError, parameters_of, settings_of

if TYPE_CHECKING:
    from tocsin_cli.template import TemplateFile

ROOT: Final = Path(__file__).parents[1]
BUILT: Final = ROOT / ".aws-sam/build/template.yaml"
TEAMS: Final = ROOT / "teams"
USUAL_TEAM: Final = "tocsin"
"""The default of the parameter TeamName."""


def file_of(environment: str, given: str) -> Path | None:
    """The team's file of a section of samconfig.toml; None: it has none.

    Args:
        environment: The section.
        given: Named with the command; empty: the usual one, if it is there.

    Raises:
        OperationError: The one that was named is not there.
    """
    path = Path(given) if given else TEAMS / f"{environment}.yaml"
    if path.is_file():
        return path
    if given:
        raise OperationError(f"There is no file {path}.")
    return None


def read_of(environment: str, given: str, parameters: str) -> TemplateFile | None:
    """Read the file of a section.

    Args:
        environment: The section.
        given: The file; empty: the usual one, if it is there.
        parameters: `Name=value`, several parted by spaces.

    Raises:
        OperationError: Something is wrong with it; names all, with lines.
    """
    path = file_of(environment, given)
    if path is None:
        return None
    from tocsin_cli.errors import FailedError
    from tocsin_cli.template import read_team

    settings = settings_of(environment)
    deployed = parameters_of(settings, parameters)
    try:
        file = read_team(
            path,
            at=datetime.now(UTC),
            stack=f"/tocsin/{settings['stack_name']}",
            allows_private=deployed.get("AllowPrivateWebhooks") == "true",
        )
    except FailedError as error:
        raise OperationError(str(error)) from error
    _expect_team(file, deployed)
    return file


def _expect_team(file: TemplateFile, parameters: Mapping[str, str]) -> None:
    """Raises OperationError: the file is another team's than the stack."""
    team = parameters.get("TeamName", USUAL_TEAM)
    if file.team != team:
        problem = f"is {file.team}, and the stack's TeamName is {team}"
        raise OperationError(file.located("team", problem))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("act", choices=["check", "join"])
    parser.add_argument("--env", default="default", help="section of samconfig.toml")
    parser.add_argument(
        "--team", default="", help="the file; empty: teams/<env>.yaml, if it is there"
    )
    parser.add_argument("--parameters", default="", help="Name=value, as for `make deploy`")
    given = parser.parse_args(arguments)
    try:
        file = read_of(given.env, given.team, given.parameters)
        if file is not None:
            print(_act(given.act, file))
    except OperationError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _act(act: str, file: TemplateFile) -> str:
    """Check, or join; what is printed is the path of the template then."""
    from tocsin_cli.errors import FailedError
    from tocsin_cli.template import write_joined

    if act == "check":
        return f"{file.path} is as it should be."
    try:
        return str(write_joined(BUILT, file))
    except FailedError as error:
        raise OperationError(str(error)) from error


if __name__ == "__main__":
    sys.exit(main())
