"""What samconfig.toml says of a stack; run, it prints the parameters that `make deploy` hands over.

The command line of `sam deploy` takes the place of all parameters of the file, so they are joined.
"""

import argparse
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SAMCONFIG = Path(__file__).parents[1] / "samconfig.toml"


class OperationError(Exception):
    """Nothing can be done, and why; for the terminal."""


def settings_of(environment: str) -> dict[str, Any]:
    """Args: environment: A section of samconfig.toml, as for `make deploy`."""
    sections = tomllib.loads(SAMCONFIG.read_text(encoding="utf-8"))
    if environment not in sections:
        raise OperationError(f"{SAMCONFIG.name} has no section [{environment}].")
    settings: dict[str, Any] = sections[environment]["deploy"]["parameters"]
    return settings


def parameters_of(settings: Mapping[str, Any], given: str) -> dict[str, str]:
    """Join what the section has and what was given with the command, which wins.

    Args:
        settings: Of the section.
        given: `Name=value`, several parted by spaces.
    """
    written: str | Sequence[str] = settings.get("parameter_overrides", ())
    pairs = [*(written.split() if isinstance(written, str) else written), *given.split()]
    if wrong := [pair for pair in pairs if "=" not in pair]:
        raise OperationError(f"{wrong[0]} is no parameter: Name=value is meant.")
    return {name: value.strip('"') for name, _, value in (pair.partition("=") for pair in pairs)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", required=True)
    parser.add_argument("--parameters", required=True)
    arguments = parser.parse_args()
    try:
        parameters = parameters_of(settings_of(arguments.env), arguments.parameters)
    except OperationError as error:
        print(error, file=sys.stderr)
        return 1
    for name, value in parameters.items():
        print(f"{name}={value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
