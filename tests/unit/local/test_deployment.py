"""What a deployment made is kept, so that a start without changes need not ask for it."""

import json
from pathlib import Path

from local.stack.deploy import SAMCONFIG_SECTION, STACK_NAME, _overrides
from local.stack.deployment import Deployment, Function
from local.stack.places import ROOT, Places

MADE = Deployment(
    api_id="0a1b2c3d",
    table_name="tocsin-local-Table-1",
    stream_arn="arn:aws:dynamodb:us-east-1:0:table/tocsin-local-Table-1/stream/1",
    role_names=["IngestRole-1"],
    functions={"IngestFunction": Function("f-1", "arn:aws:lambda:us-east-1:0:function:f-1", "g-1")},
    ids={"HttpApi": "0a1b2c3d"},
)


def test_a_kept_deployment_reads_as_it_was() -> None:
    assert Deployment.from_json(json.loads(json.dumps(MADE.as_json()))) == MADE


def test_the_parameters_of_samconfig_are_deployed_with_those_of_this_machine() -> None:
    overrides = _overrides(Places(root=ROOT, kept=ROOT / ".local"), "http://127.0.0.1:8080")

    assert "DeletionProtection=false" in overrides
    architecture, *addresses = overrides[-3:]
    assert architecture in {"Architecture=x86_64", "Architecture=arm64"}
    assert addresses == [
        "PublicUrl=http://127.0.0.1:8080",
        "SlackApiUrl=http://127.0.0.1:8080/_outbox/slack",
    ]


def test_samconfig_and_the_local_stack_agree_on_a_name() -> None:
    written = (Path(ROOT) / "samconfig.toml").read_text()

    section = written.partition(f"[{SAMCONFIG_SECTION}.deploy.parameters]")[2].partition("\n[")[0]
    assert f'stack_name = "{STACK_NAME}"' in section


def test_parameters_of_one_start_take_the_place_of_the_sections() -> None:
    overrides = _overrides(
        Places(root=ROOT, kept=ROOT / ".local"),
        "http://127.0.0.1:8080",
        {"EmailFrom": "", "OwnerEmail": "owner@example.com"},
    )

    assert "OwnerEmail=owner@example.com" in overrides
    assert not [each for each in overrides if each.startswith("EmailFrom=")]
    assert "PublicUrl=http://127.0.0.1:8080" in overrides
