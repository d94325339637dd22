"""`make icons`: the console's icons for a phone's home screen, drawn from its favicon."""

import sys
from typing import Final

from local.browser import browser
from local.console import SOURCE

INK: Final = "#12161b"
ICONS: Final = {"icon-192": (192, 1.0), "icon-512": (512, 1.0), "icon-maskable-512": (512, 0.8)}
"""Side in pixels, and share of it that the drawing takes: a mask may cut the outer tenth off."""


def main() -> int:
    drawing = (SOURCE / "favicon.svg").read_text(encoding="utf-8")
    (SOURCE / "icons").mkdir(exist_ok=True)
    with browser() as running:
        page = running.new_page()
        for name, (side, share) in ICONS.items():
            ground = INK if share < 1 else "transparent"
            page.set_viewport_size({"width": side, "height": side})
            page.set_content(
                f"<style>body{{margin:0;background:{ground};display:grid;place-items:center;"
                f"height:100vh}}svg{{width:{share:.0%};height:{share:.0%}}}</style>{drawing}"
            )
            page.screenshot(path=SOURCE / "icons" / f"{name}.png", omit_background=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
