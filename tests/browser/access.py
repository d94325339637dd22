"""Whether everybody can use a page: axe-core's rules, the keyboard alone, a narrow window."""

from typing import Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
"""WCAG 2.2, levels A and AA."""
ABOUT_COLOURS: Final = ["color-contrast", "link-in-text-block"]
STEPS: Final = 200
_FOCUSED: Final = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  return {
    name: at.getAttribute("aria-label") || at.innerText || at.getAttribute("name") || at.id || "",
    tag: at.tagName.toLowerCase(),
    shows: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
    inside: box.width > 0 && box.height > 0,
  };
}"""


def axe(page: Page) -> None:
    """Assert that axe finds no violation of WCAG 2.2 AA in the page as it is now, in both themes.

    Themes differ in their colours alone: in the other theme, the rules about colours are enough.
    """
    _find_nothing(page, {"type": "tag", "values": LEVELS})
    is_dark = page.evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches")
    page.emulate_media(color_scheme="light" if is_dark else "dark")
    _find_nothing(page, {"type": "rule", "values": ABOUT_COLOURS})
    page.emulate_media(color_scheme="dark" if is_dark else "light")


def _find_nothing(page: Page, rules: dict[str, object]) -> None:
    found = Axe().run(page, options={"runOnly": rules})
    violations = [
        f"{it['id']}: {it['help']}\n    "
        + "\n    ".join(f"{node['target']} {node['html'][:160]}" for node in it["nodes"][:5])
        for it in found.response["violations"]
    ]
    assert not violations, f"{page.url}\n" + "\n".join(violations)


def focused(page: Page) -> str:
    """Name of what has the focus, as a person would call it; empty for nothing."""
    found = page.evaluate(_FOCUSED)
    return " ".join(str(found["name"]).split()) if found else ""


def tab_to(page: Page, name: str, *, key: str = "Tab") -> None:
    """Go on by the keyboard until what is called so has the focus, which has to be visible.

    Raises:
        AssertionError: It is not reached, or something on the way does not show its focus.
    """
    passed: list[str] = []
    for _ in range(STEPS):
        page.keyboard.press(key)
        found = page.evaluate(_FOCUSED)
        if not found:
            continue
        said = " ".join(str(found["name"]).split())
        passed.append(said or f"<{found['tag']}>")
        assert found["shows"], f"{passed[-1]} has the focus and does not show it"
        if name in said:
            return
    raise AssertionError(f"{name} is not reached by {key}: {passed}")


def does_not_scroll_sideways(page: Page) -> None:
    """Assert that the page fits the width of its window."""
    wide = page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, f"{page.url} is {wide} px wider than its window"
