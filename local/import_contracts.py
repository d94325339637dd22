"""A contract that import-linter lacks: which packages some modules may import at all."""

import sys
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class OnlyPackagesContract(Contract):
    """Named packages, the standard library, and the modules of the same root package."""

    source_modules = fields.SetField(subfield=fields.ModuleField())
    allowed_packages = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002, FBT001 - the signature of import-linter
        """Look at each direct import of each module."""
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
        """Say which imports are not allowed."""
        metadata: dict[str, Any] = check.metadata
        for line in metadata["broken"]:
            output.print_error(f"- {line}: not among its allowed packages")
