from pathlib import Path

import pytest

PAGE = """<!doctype html>
<html lang="en">
<head>
  <title>Tocsin</title>
  <link rel="icon" href="/favicon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="/assets/styles/tokens.css">
  <link rel="stylesheet" href="/assets/styles/console.css">
  <script type="module" src="/assets/main.js"></script>
</head>
<body><div id="app"></div></body>
</html>
"""
FILES = {
    "index.html": PAGE,
    "main.js": 'import {greet} from "./core/greeting.js";\n\ngreet("you");\n',
    "core/greeting.js": (
        'import {mark} from "./marks.js";\n\n'
        "/** Says hello. */\n"
        "export function greet(name) {\n  // to whom\n  return `hello ${name}${mark}`;\n}\n"
    ),
    "core/marks.js": 'export const mark = "!";\n',
    "sw.js": "const kept = 1;\n",
    "styles/tokens.css": "/* Tokens */\n:root {\n  --s1: 4px;\n}\n",
    "styles/console.css": "a:hover { color: red; }\n",
    "manifest.webmanifest": '{"icons": [{"src": "/assets/icons/one.png"}]}\n',
    "favicon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>" + " " * 200,
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A console of a few lines."""
    folder = tmp_path / "src"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "icons").mkdir()
    (folder / "icons/one.png").write_bytes(b"\x89PNG not really")
    return folder
