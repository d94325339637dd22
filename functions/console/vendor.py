"""Turn the packages of preact and htm into modules with named exports only, and back.

`join.py` reads `export const` and nothing else, and a browser knows no bare imports, so each file
keeps its code byte for byte and gets another first and last line. Run with the unpacked packages
to write them anew: `python functions/console/vendor.py PREACT_FOLDER HTM_FOLDER`.
"""

import re
import sys
from pathlib import Path
from typing import Final

VENDOR: Final = Path(__file__).parent / "src" / "vendor"
FILES: Final = {
    "preact.js": "preact/dist/preact.mjs",
    "hooks.js": "preact/hooks/dist/hooks.mjs",
    "htm.js": "htm/dist/htm.mjs",
}
"""Our file, and the one of the package that it is."""

_BEGIN: Final = {
    "preact.js": "export const preact = (() => {\n",
    "hooks.js": 'import {preact} from "./preact.js";\nexport const hooks = ((n) => {\n',
    "htm.js": "export const htm = (() => {\n",
}
_END: Final = {
    "preact.js": "\n})();\n",
    "hooks.js": "\n})(preact.options);\n",
    "htm.js": "\n})();\n",
}
_HOOKS_IMPORT: Final = 'import{options as n}from"preact";'
_HTM_EXPORT: Final = "export default function(s){var r=t"
_HTM_RETURN: Final = "return function(s){var r=t"
_EXPORT: Final = re.compile(r"export\{([^}]*)\};\n//# sourceMappingURL=(\S+)\n?$")
_RETURN: Final = re.compile(r"return\{([^}]*)\};//(\S+)$")


def rewritten(name: str, original: str) -> str:
    """Our module of a package's file."""
    code = original.removeprefix(_HOOKS_IMPORT)
    if name == "htm.js":
        code = code.replace(_HTM_EXPORT, _HTM_RETURN, 1)
    code = _EXPORT.sub(_as_return, code)
    return _BEGIN[name] + code + _END[name]


def original(name: str, module: str) -> str:
    """The package's file of our module: what `rewritten` was given."""
    code = module.removeprefix(_BEGIN[name]).removesuffix(_END[name])
    if name == "htm.js":
        return code.replace(_HTM_RETURN, _HTM_EXPORT, 1)
    code = _RETURN.sub(_as_export, code)
    return (_HOOKS_IMPORT if name == "hooks.js" else "") + code


def _as_return(found: re.Match[str]) -> str:
    pairs = [pair.split(" as ") for pair in found[1].split(",")]
    members = ",".join(f"{pair[-1]}:{pair[0]}" for pair in pairs)
    return f"return{{{members}}};//{found[2]}"


def _as_export(found: re.Match[str]) -> str:
    pairs = [pair.split(":") for pair in found[1].split(",")]
    members = ",".join(a if a == b else f"{b} as {a}" for a, b in pairs)
    return f"export{{{members}}};\n//# sourceMappingURL={found[2]}\n"


def main(folders: list[str]) -> None:
    unpacked = dict(zip(("preact", "htm"), map(Path, folders), strict=True))
    for name, place in FILES.items():
        package, _, inner = place.partition("/")
        text = (unpacked[package] / inner).read_text(encoding="utf-8")
        module = rewritten(name, text)
        if original(name, module) != text:
            sys.exit(f"{place} has another shape than expected: look at vendor.py.")
        (VENDOR / name).write_text(module, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
