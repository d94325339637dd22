"""Texts that people write, in characters that people can see."""

from typing import Annotated

from pydantic import AfterValidator, Field

from tocsin.domain.signal import printable


def _said(written: str) -> str:
    text = printable(written).strip()
    if not text:
        raise ValueError("must not be blank")
    return text


def _one_line(written: str) -> str:
    return " ".join(_said(written).split())


Text = Annotated[str, Field(pattern=r"\S"), AfterValidator(_said)]
"""It may have several lines."""

Line = Annotated[str, Field(pattern=r"\S"), AfterValidator(_one_line)]
"""A name or a title."""
