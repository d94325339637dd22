"""Contracts that import-linter lacks."""

import sys
from collections.abc import Iterator
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


def circles_in(graph: ImportGraph) -> Iterator[tuple[str, ...]]:
    """Find the shortest way from each module that imports itself by way of others back to itself.

    Counts imports inside functions and under `TYPE_CHECKING`. A circle is given once, beginning
    with its first module by name.
    """
    found = set()
    for module in sorted(graph.modules):
        ways = [
            (module, *way)
            for imported in graph.find_modules_directly_imported_by(module)
            if (way := graph.find_shortest_chain(importer=imported, imported=module))
        ]
        if ways:
            shortest = min(ways, key=lambda way: (len(way), way))[:-1]
            first = shortest.index(min(shortest))
            found.add(shortest[first:] + shortest[:first])
    yield from sorted(found)


class NoCirclesContract(Contract):
    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - the signature of import-linter
        circles = list(circles_in(graph))
        return ContractCheck(kept=not circles, metadata={"circles": circles})

    def render_broken_contract(self, check: ContractCheck) -> None:
        metadata: dict[str, Any] = check.metadata
        for circle in metadata["circles"]:
            output.print_error(f"- {' -> '.join((*circle, circle[0]))}")


class OnlyPackagesContract(Contract):
    """Named packages, the standard library, and the modules of the same root package."""

    source_modules = fields.SetField(subfield=fields.ModuleField())
    allowed_packages = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - the signature of import-linter
        broken = []
        for source in self.source_modules:  # type: ignore[attr-defined]
            root = source.name.partition(".")[0]
            known = {root, *sys.stdlib_module_names, *self.allowed_packages}  # type: ignore[misc]
            for importer in sorted({source.name, *graph.find_descendants(source.name)}):
                for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                    if imported.partition(".")[0] not in known:
                        found = graph.get_import_details(importer=importer, imported=imported)
                        lines = ", ".join(f"l.{each['line_number']}" for each in found)
                        broken.append(f"{importer} -> {imported} ({lines})")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        metadata: dict[str, Any] = check.metadata
        for line in metadata["broken"]:
            output.print_error(f"- {line}: not among its allowed packages")
