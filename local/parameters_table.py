"""The table of docs/deploy.md, made of the template's parameters.

`python -m local.parameters_table` renews it (make parameters).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from samtranslator.yaml_helper import yaml_parse

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs/deploy.md"
TEMPLATE: Final = ROOT / "template.yaml"
_BEGINS: Final = "<!-- parameters -->\n"
_ENDS: Final = "<!-- /parameters -->\n"


def table() -> str:
    parameters = yaml_parse(TEMPLATE.read_text(encoding="utf-8"))["Parameters"]
    rows = (_row(name, parameter) for name, parameter in parameters.items())
    return (
        "\n".join(["| Parameter | Default | Values | Means |", "|---|---|---|---|", *rows]) + "\n"
    )


def with_table(page: str) -> str:
    before, _, rest = page.partition(_BEGINS)
    _, _, after = rest.partition(_ENDS)
    return f"{before}{_BEGINS}\n{table()}\n{_ENDS}{after}"


def _row(name: str, parameter: Mapping[str, Any]) -> str:
    default = str(parameter.get("Default", ""))
    shown = f"`{default}`" if default else "empty"
    text = " ".join(parameter["Description"].split())
    return f"| `{name}` | {shown} | {', '.join(_values(parameter))} | {text} |"


def _values(parameter: Mapping[str, Any]) -> Iterator[str]:
    if allowed := parameter.get("AllowedValues"):
        yield ", ".join(f"`{value}`" for value in allowed)
    elif text := parameter.get("ConstraintDescription"):
        yield text
    elif "MaxValue" in parameter:
        yield f"{parameter['MinValue']} to {parameter['MaxValue']}"
    elif "MinValue" in parameter:
        yield f"{parameter['MinValue']} or more"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
