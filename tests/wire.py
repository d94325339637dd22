"""What products put on the wire, as captured in tests/data/wire."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

FOLDER = Path(__file__).parent / "data/wire"
_HEADERS = ".headers.txt"
_NO_BODY = (_HEADERS, ".response.txt", ".pem", "README.md")


@dataclass(frozen=True)
class Sample:
    """One captured request; of some only the body is known."""

    name: str
    """`<sender>/<case>`."""
    body: bytes
    method: str = "POST"
    path: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})

    def with_body(self, body: bytes) -> "Sample":
        return replace(self, body=body)


def sample(name: str) -> Sample:
    """Read `<sender>/<case>`."""
    folder, _, case = name.partition("/")
    bodies = [
        path
        for path in (FOLDER / folder).glob(f"{case}.*")
        if path.name.startswith(f"{case}.") and not path.name.endswith(_NO_BODY)
    ]
    assert len(bodies) <= 1, f"{name} has several bodies"
    body = bodies[0].read_bytes() if bodies else b""
    captured = FOLDER / folder / (case + _HEADERS)
    if not captured.exists():
        assert bodies, f"there is no {name}"
        return Sample(name, body)
    first, *lines = captured.read_text().strip().splitlines()
    method, target, *_ = first.split(" ")
    path, _, query = target.partition("?")
    pairs = (line.partition(":") for line in lines if ":" in line)
    headers = {header.strip().lower(): value.strip() for header, _, value in pairs}
    return Sample(name, body, method, path, query, headers)


def samples(sender: str) -> list[Sample]:
    """Read all cases of a sender, by name."""
    return [sample(f"{sender}/{case}") for case in sorted(set(_cases(FOLDER / sender)))]


def _cases(folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        if path.name.endswith(_HEADERS):
            yield path.name.removesuffix(_HEADERS)
        elif not path.name.endswith(_NO_BODY):
            yield path.name.rpartition(".")[0]


def response(name: str) -> tuple[int, str]:
    """What the real server answered: status and body."""
    head, _, body = (FOLDER / f"{name}.response.txt").read_text().strip().partition("\n\n")
    return int(head.split(" ", 2)[1]), body
