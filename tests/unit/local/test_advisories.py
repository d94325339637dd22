"""Advisories: a weakness is a failure, and what was not asked is said."""

import json

from local.advisories import Audit, read_audit

GOOD = {"name": "jmespath", "version": "1.1.0", "vulns": []}


def test_a_known_weakness_is_named() -> None:
    weak = {"name": "jinja", "version": "2.0", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}

    audit = read_audit(json.dumps({"dependencies": [GOOD, weak]}), "")

    assert audit == Audit(("jinja 2.0: PYSEC-1", "jinja 2.0: PYSEC-2"), None)


def test_nothing_known_is_nothing_said() -> None:
    assert read_audit(json.dumps({"dependencies": [GOOD]}), "") == Audit((), None)


def test_a_mirror_that_does_not_tell_is_no_clean_result() -> None:
    complaint = "INFO:x\nERROR:pip_audit._cli:jmespath: Dependency not found on PyPI\n"

    audit = read_audit("", complaint)

    assert audit == Audit((), "ERROR:pip_audit._cli:jmespath: Dependency not found on PyPI")


def test_a_package_that_was_skipped_is_named() -> None:
    skipped = {"name": "ours", "skip_reason": "not on PyPI"}

    audit = read_audit(json.dumps({"dependencies": [GOOD, skipped]}), "")

    assert audit == Audit((), "nothing is told of ours")
