"""Results of cases as JUnit's XML, which CI systems show."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from tocsin_cli.cases import Result
from tocsin_cli.text import clean


def write_junit(results: Sequence[Result], path: Path, *, suite: str) -> None:
    """Write the file; raises OSError."""
    failed = [result for result in results if not result.is_good]
    root = ET.Element("testsuites")
    whole = ET.SubElement(
        root,
        "testsuite",
        name=clean(suite),
        tests=str(len(results)),
        failures=str(len(failed)),
        errors="0",
        time=f"{sum(result.seconds for result in results):.3f}",
    )
    for result in results:
        case = ET.SubElement(
            whole,
            "testcase",
            name=clean(result.case.name),
            classname=clean(suite),
            time=f"{result.seconds:.3f}",
        )
        if not result.is_good:
            failure = ET.SubElement(case, "failure", message=clean(result.problems[0]))
            failure.text = clean("\n".join(result.problems), keep="\n")
    ET.indent(root)
    path.write_bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))
