"""Contrast of the colours, in both themes: WCAG 2.2, 1.4.3 for text and 1.4.11 for edges."""

import re
from pathlib import Path

import pytest

TOKENS = Path("functions/console/src/styles/tokens.css").read_text(encoding="utf-8")
TEXT, EDGE = 4.5, 3.0
TEXTS = {
    "ink": "surface selected person-1 person-2 person-3",
    "on-ink": "ink",
    "ink-2": "surface ground sunk warning-tint",
    "ink-3": "surface ground sunk selected critical-tint",
    "link": "surface ground",
    "critical": "surface ground critical-tint",
    "critical-on": "critical-fill",
    "warning": "surface ground warning-tint",
    "warning-on": "warning-fill",
    "info": "surface",
    "info-on": "info-fill",
    "good": "surface good-tint",
}
EDGES = {
    "edge": "surface ground",
    "focus": "surface ground",
    "critical-fill": "surface critical-tint",
    "warning-rim": "surface",
    "info-fill": "surface",
}
PAIRS = [
    (front, back, needed)
    for kind, needed in ((TEXTS, TEXT), (EDGES, EDGE))
    for front, backs in kind.items()
    for back in backs.split()
]


def colours() -> dict[str, tuple[str, str]]:
    both = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", TOKENS)
    same = re.findall(r"--([\w-]+): (#\w{6});", TOKENS)
    return {name: (light, dark) for name, light, dark in both} | {
        name: (colour, colour) for name, colour in same
    }


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "needed"), PAIRS)
def test_it_can_be_read(front: str, back: str, needed: float, theme: int) -> None:
    assert ratio(colours()[front][theme], colours()[back][theme]) >= needed


def written(front: str, backs: str) -> str:
    """A row of the table of colours in docs/console-design.md."""
    light, dark = colours()[front]
    least = [
        min(ratio(colours()[front][theme], colours()[back][theme]) for back in backs.split())
        for theme in (0, 1)
    ]
    stands_on = ", ".join(f"`{back}`" for back in backs.split())
    # Rounded down: 4.49 is no 4.5.
    ratios = " | ".join(f"{int(it * 10) / 10:.1f}" for it in least)
    return f"| `--{front}` | `{light}` | `{dark}` | {stands_on} | {ratios} |"


@pytest.mark.parametrize(
    ("front", "backs"), [*TEXTS.items(), *((it, on) for it, on in EDGES.items() if it not in TEXTS)]
)
def test_the_page_about_the_design_has_the_values(front: str, backs: str) -> None:
    page = Path("docs/console-design.md").read_text(encoding="utf-8")

    assert written(front, backs) in page.splitlines()


def test_the_page_about_the_design_has_the_grounds() -> None:
    page = Path("docs/console-design.md").read_text(encoding="utf-8")
    grounds = {back for backs in (*TEXTS.values(), *EDGES.values()) for back in backs.split()}

    for name in sorted(grounds - {*TEXTS, *EDGES}):
        light, dark = colours()[name]
        assert f"| `--{name}` | `{light}` | `{dark}` |" in page, name
