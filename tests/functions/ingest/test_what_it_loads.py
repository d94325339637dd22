"""Intake loads nothing that only messages need: each cold start would pay for it."""

import json
import subprocess
import sys

LOADED = """
import importlib, json, os, sys
os.environ |= {"TABLE_NAME": "t", "AWS_REGION": "eu-central-1"}
importlib.import_module("functions.ingest.app")
print(json.dumps(sorted(sys.modules)))
"""
OF_MESSAGES = {"zoneinfo", "tocsin.domain.times_in_words", "tocsin.domain.wording"}


def test_intake_knows_no_time_zones() -> None:
    run = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)

    loaded = set(json.loads(run.stdout))
    assert "tocsin.domain.alert" in loaded
    assert not loaded & OF_MESSAGES
