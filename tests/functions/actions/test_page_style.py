"""The one style sheet: contrast in both themes, and targets for a thumb."""

import re

import pytest

from functions.actions.pages.page import STYLE

ROOTS = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
LIGHT = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", ROOTS[0]))
DARK = LIGHT | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", ROOTS[1]))
TEXT, BORDER = 4.5, 3.0
"""Least contrast by WCAG 2.2, level AA."""


def luminance(colour: str) -> float:
    """By WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, ground: str) -> float:
    lighter, darker = sorted(map(luminance, (colour, ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("colour", "ground", "least"),
    [
        ("ink", "card", TEXT),
        ("ink", "soft", TEXT),
        ("muted", "card", TEXT),
        ("muted", "page", TEXT),
        ("link", "card", TEXT),
        ("on-button", "button", TEXT),
        ("edge", "card", BORDER),
        ("on-critical", "critical", TEXT),
        ("on-warning", "warning", TEXT),
        ("on-info", "info", TEXT),
        ("on-done", "done", TEXT),
        ("on-over", "over", TEXT),
        ("critical-text", "card", TEXT),
        ("warning-text", "card", TEXT),
        ("info-text", "card", TEXT),
        ("done-text", "card", TEXT),
    ],
)
@pytest.mark.parametrize("theme", [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")])
def test_text_and_borders_can_be_read_in_both_themes(
    theme: dict[str, str], colour: str, ground: str, least: float
) -> None:
    assert contrast(theme[colour], theme[ground]) >= least


@pytest.mark.parametrize(
    ("target", "least"),
    [("button, .second, summary", 48), (".links a", 48), ("button.main", 64)],
)
def test_what_is_pressed_is_high_enough(target: str, least: int) -> None:
    (rules,) = re.findall(rf"^{re.escape(target)} \{{(.*?)\}}", STYLE, re.DOTALL | re.MULTILINE)

    (height,) = re.findall(r"min-height: ([0-9]+)px", rules)
    assert int(height) >= least


def test_both_themes_and_forced_colours_are_kept_and_nothing_moves_by_itself() -> None:
    assert "color-scheme: light dark;" in STYLE
    assert "@media (forced-colors: active)" in STYLE
    assert not re.search(r"animation|transition|@import|url\(|@font-face", STYLE)
