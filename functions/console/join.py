"""Joins the console's modules into the few files that are deployed, and compresses them.

Run by `sam build` (Makefile) with the standard library alone. The same files give the same bytes.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from functions.console.modules import Module, joined, joined_in_two, ordered, read_module
from functions.console.styles import joined_styles
from functions.console.unjoinable import JoinError

SCRIPT, WORKER, PAGE, MANIFEST = "main.js", "sw.js", "index.html", "manifest.webmanifest"
MORE: Final = "pages/more.js"
"""Imports the pages that the first view does not need: with them it is a second script."""
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
AT_THE_ROOT: Final = {
    "/": PAGE,
    "/favicon.ico": "favicon.svg",
    "/favicon.svg": "favicon.svg",
    f"/{MANIFEST}": MANIFEST,
    f"/{WORKER}": WORKER,
}
ASSETS: Final = "/assets/"
LIST: Final = "site.json"
HASH_LENGTH: Final = 12
_PACKED: Final = {".png"}
"""Types that gain nothing by gzip."""


@dataclass(frozen=True, slots=True)
class Site:
    """Args: files: Content by address."""

    files: Mapping[str, tuple[str, bytes]]


_SCRIPT_TAG: Final = re.compile(
    r'<script type="module" src="/assets/main\.js"></script>', re.IGNORECASE
)
_ICON_TAG: Final = '<link rel="icon" href="/favicon.svg"'
_STYLE_TAG: Final = re.compile(
    r'[ \t]*<link rel="stylesheet" href="/assets/([\w./-]+\.css)" ?/?>\n?', re.IGNORECASE
)


type Assets = Mapping[str, tuple[str, tuple[str, bytes]]]


def join(source: Path) -> Site:
    """What is deployed of a folder of modules.

    Raises:
        JoinError: A file is not as it has to be.
    """
    page = (source / PAGE).read_text(encoding="utf-8")
    assets = _other_assets(source)
    scripts, sheet = _scripts(source, assets), _sheet(source, page, assets)
    sheet_at = _hashed("app", ".css", sheet)
    files: dict[str, tuple[str, bytes]] = dict(assets.values())
    files |= {address: (".js", body) for address, body in scripts.items()}
    files[sheet_at] = (".css", sheet)
    page = _page(page, list(scripts), sheet_at)
    page = page.replace(_ICON_TAG, f'<link rel="icon" href="{_inline(source)}"')
    for address, name in AT_THE_ROOT.items():
        text = page if name == PAGE else _root_file(source, name)
        files[address] = (Path(name).suffix, _with_addresses(text, assets).encode())
    return Site(files=dict(sorted(files.items())))


def _scripts(source: Path, assets: Assets) -> dict[str, bytes]:
    """The first script, and the one that it loads later, by address."""
    modules = _modules(source)
    later = [(it.name, path, line) for it in modules.values() for path, line in it.later]
    for name, path, line in later:
        if path != MORE or path not in modules:
            raise JoinError(name, line, f"what is loaded later is {MORE}, not {path}.")
    if later:
        _refuse_what_comes_later(modules)
    first = ordered(modules, SCRIPT)
    if not later:
        body = _with_addresses(joined(first), assets).encode()
        return {_hashed("app", ".js", body): body}
    more = [module for module in ordered(modules, MORE) if module not in first]
    two = joined_in_two(first, more)
    body = _with_addresses(two.first, assets).encode()
    address = _hashed("app", ".js", body)
    second = _with_addresses(two.second(address), assets).encode()
    return {address: body, _hashed("more", ".js", second): second}


def _modules(source: Path) -> dict[str, Module]:
    """All modules that the first one imports, or loads later."""
    modules: dict[str, Module] = {}
    waiting = [SCRIPT]
    while waiting:
        name = waiting.pop()
        path = source / name
        if name in modules or not path.is_file():
            continue
        modules[name] = read_module(name, path.read_text(encoding="utf-8"))
        waiting += [imported for imported, _, _ in modules[name].imports]
        waiting += [loaded for loaded, _ in modules[name].later]
    if SCRIPT not in modules:
        raise JoinError(SCRIPT, 1, "is missing.")
    return modules


def _refuse_what_comes_later(modules: Mapping[str, Module]) -> None:
    """One import of a page that comes later would bring it, and what it needs, into the first."""
    later = {MORE, *(path for path, _, _ in modules[MORE].imports)}
    seen: set[str] = set()
    waiting = [SCRIPT]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in modules:
            continue
        seen.add(name)
        for path, _, line in modules[name].imports:
            if path in later:
                raise JoinError(name, line, f"{path} is loaded later, by {MORE}.")
            waiting.append(path)


def _sheet(source: Path, page: str, assets: Assets) -> bytes:
    names = [found[1] for found in _STYLE_TAG.finditer(page)]
    missing = [name for name in names if not (source / name).is_file()]
    if missing or not names:
        raise JoinError(PAGE, 1, f"there is no {missing[0]}." if missing else "it has no style.")
    left = {f"styles/{path.name}" for path in (source / "styles").glob("*.css")} - set(names)
    if left:
        raise JoinError(PAGE, 1, f"it does not name {min(left)}.")
    sheets = {name: (source / name).read_text(encoding="utf-8") for name in names}
    return _with_addresses(joined_styles(sheets), assets).encode()


def _page(page: str, scripts: Sequence[str], sheet: str) -> str:
    if len(_SCRIPT_TAG.findall(page)) != 1 or len(re.findall("<script", page)) != 1:
        raise JoinError(PAGE, 1, 'it has to hold one script, type="module" src="/assets/main.js".')
    script, *more = scripts
    tag = "".join(f'<meta name="more" content="{address}">\n  ' for address in more)
    page = _SCRIPT_TAG.sub(f'{tag}<script type="module" src="{script}"></script>', page)
    first = True

    def one_sheet(_: re.Match[str]) -> str:
        nonlocal first
        tag = f'<link rel="stylesheet" href="{sheet}">\n' if first else ""
        first = False
        return tag

    return re.sub(r"<!--.*?-->\s*", "", _STYLE_TAG.sub(one_sheet, page), flags=re.DOTALL)


def _inline(source: Path) -> str:
    """The favicon as an address of its own content: one request less of a first view."""
    drawing = _root_file(source, "favicon.svg").strip()
    return f"data:image/svg+xml,{quote(drawing, safe=' /:=,;()')}"


def _root_file(source: Path, name: str) -> str:
    path = source / name
    if not path.is_file():
        raise JoinError(name, 1, "is missing.")
    text = path.read_text(encoding="utf-8")
    if name != WORKER:
        return text
    module = read_module(WORKER, text)
    if module.imports or module.exports:
        raise JoinError(WORKER, 1, "a service worker imports and exports nothing here.")
    return joined([module])


def _other_assets(source: Path) -> dict[str, tuple[str, tuple[str, bytes]]]:
    """Pictures and data by the address that the source names: one with their hash, and content."""
    found = {}
    for path in sorted(source.rglob("*")):
        if path.suffix in {".json", ".png", ".svg"} and path.parent != source and path.is_file():
            body = path.read_bytes()
            address = f"{ASSETS}{path.relative_to(source).as_posix()}"
            found[address] = (_hashed(path.stem, path.suffix, body), (path.suffix, body))
    return found


def _with_addresses(text: str, assets: Assets) -> str:
    for address, (hashed, _) in assets.items():
        text = text.replace(address, hashed)
    return text


def _hashed(name: str, kind: str, body: bytes) -> str:
    return f"{ASSETS}{name}-{hashlib.sha256(body).hexdigest()[:HASH_LENGTH]}{kind}"


def write(site: Site, folder: Path) -> None:
    """Write each file with its compressed form, and the list of them."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = {}
    for address, (kind, body) in site.files.items():
        name = address.strip("/").replace("/", "-") or PAGE
        (folder / name).write_bytes(body)
        packed = gzip.compress(body, compresslevel=9, mtime=0)
        is_packed = kind not in _PACKED and len(packed) < len(body)
        if is_packed:
            (folder / f"{name}.gz").write_bytes(packed)
        listed[address] = {
            "file": name,
            "type": TYPES[kind],
            "tag": hashlib.sha256(body).hexdigest()[:32],
            "gzip": is_packed,
        }
    (folder / LIST).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def main() -> str | None:
    """What is wrong, which ends the program with a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("into", type=Path)
    arguments = parser.parse_args()
    try:
        write(join(arguments.source), arguments.into)
    except JoinError as error:
        return f"The console cannot be joined: {arguments.source}/{error}"
    return None


if __name__ == "__main__":
    sys.exit(main())
