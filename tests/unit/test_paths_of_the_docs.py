"""Files, links and names of code that the docs mention exist; files that the code mentions, too."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FOLDERS = "bench|docs|events|functions|layers|local|ops|requirements|tests"
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./*<>-]*)`")
FILE = re.compile(rf"(?<![\w./-])(?:{FOLDERS}|src)/[\w./-]*\.(?:css|html|js|md|py)\b")
"""As comments and docstrings name it; `src` is the console's."""
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
ANCHOR = re.compile(r"\]\(([^)#:]*)#([^)]+)\)")
EXPORTED = re.compile(r"^export (?:async )?(?:function|const|class) (\w+)", re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
DATA_MODEL = (ROOT / "docs/data-model.md").read_text(encoding="utf-8")
ANSWER = re.compile(r"^\| ([^|]+\?) \| `([^`|]+)` \| `(\w+)` \|$", re.MULTILINE)
METHOD = re.compile(r"`(\w+)\.(\w+)`")
QUESTIONS = {
    "What happens when nobody acknowledges?",
    "Who is notified of a step?",
    "Where is a product's body parsed, such as Grafana's?",
    "What may a role do?",
    "Where is the text of a page made?",
}


def paths_of(page: Path) -> set[str]:
    return set(PATH.findall(page.read_text(encoding="utf-8")))


def names_in(source: Path) -> set[str]:
    """What a module defines at its top."""
    if source.suffix == ".js":
        return set(EXPORTED.findall(source.read_text(encoding="utf-8")))
    names = set()
    for node in ast.parse(source.read_text()).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    return names


def methods_of_adapters() -> dict[str, set[str]]:
    """By class; what a class inherits from another adapter is its own too."""
    folder = ROOT / "layers/common/tocsin/adapters/dynamodb"
    classes = [
        node
        for module in folder.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.ClassDef)
    ]
    own = {
        node.name: {it.name for it in node.body if isinstance(it, ast.FunctionDef)}
        for node in classes
    }
    bases = {
        node.name: re.findall(r"\w+", " ".join(map(ast.unparse, node.bases))) for node in classes
    }

    def all_of(name: str) -> set[str]:
        return own.get(name, set()).union(*map(all_of, bases.get(name, ())))

    return {name: all_of(name) for name in own}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    patterns = {path: re.sub(r"<\w+>", "*", path).rstrip("/") for path in paths_of(page)}

    assert not {path for path, pattern in patterns.items() if not any(ROOT.glob(pattern))}


def test_every_file_that_the_code_names_exists() -> None:
    modules = [
        it
        for top in ("functions", "layers")
        for end in ("py", "js")
        for it in (ROOT / top).rglob(f"*.{end}")
    ]
    named = {
        (str(it.relative_to(ROOT)), path)
        for it in modules
        for path in FILE.findall(it.read_text(encoding="utf-8"))
    }

    assert len(named) > 5
    assert not [
        (module, path)
        for module, path in sorted(named)
        if not any((top / path).exists() for top in (ROOT, ROOT / "functions/console"))
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))

    assert not [link for link in links if not (page.parent / link).exists()]


def anchors_of(page: Path) -> set[str]:
    """Of a page's headings, as GitHub makes them."""
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", it.strip().lower()).replace(" ", "-") for it in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_into_a_page_leads_to_a_heading(page: Path) -> None:
    links = ANCHOR.findall(page.read_text(encoding="utf-8"))
    pages = [(page.parent / name if name else page, anchor) for name, anchor in links]

    assert not [
        (str(it), anchor)
        for it, anchor in pages
        if it.suffix == ".md" and anchor not in anchors_of(it)
    ]


def test_a_heading_is_linked_as_github_does(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# 5. Read the `key`\n\ntext\n\n## Before you rely on SMS\n")

    assert anchors_of(page) == {"5-read-the-key", "before-you-rely-on-sms"}


def test_the_architecture_answers_where_to_look() -> None:
    assert {question for question, _, _ in ANSWER.findall(ARCHITECTURE)} >= QUESTIONS


@pytest.mark.parametrize(("question", "path", "name"), ANSWER.findall(ARCHITECTURE))
def test_an_answer_of_the_architecture_is_defined_in_its_file(
    question: str, path: str, name: str
) -> None:
    assert name in names_in(ROOT / path), question


def test_every_method_of_the_data_model_exists() -> None:
    known = methods_of_adapters()
    named = METHOD.findall(DATA_MODEL)

    assert len(named) > 30
    assert not [
        f"{type_}.{method}" for type_, method in named if method not in known.get(type_, ())
    ]


def test_a_missing_path_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("See `local/nothing.py`, `tests/unit/` and `.local/stack.json`.")

    assert paths_of(page) == {"local/nothing.py", "tests/unit/"}
    assert not any(ROOT.glob("local/nothing.py"))
