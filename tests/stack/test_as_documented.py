"""The way of a stranger: the README's commands and the printed curl lines, run as they stand."""

import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.stack.deploy import STACK_NAME
from local.stack.example_people import SECOND_STEP_SECONDS
from local.stack.places import ROOT
from local.stack.start import Stack
from tests.documents import blocks_of
from tests.stack.client import Client, eventually
from tests.stack.clone import Clone, Terminal
from tests.stack.shell import Shell

BUNDLE_SECONDS = 60
"""Alice was told of another alert just before."""
README = (ROOT / "README.md").read_text(encoding="utf-8")
CREDENTIALS = (ROOT / "docs" / "credentials.md").read_text(encoding="utf-8")


def commands_in(document: str) -> list[str]:
    """Each block that a reader is to type."""
    blocks = re.findall(r"^```sh\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    return [block.strip() for block in blocks]


RUN, TEST, DEPLOY, REGISTER = commands_in(README)


@pytest.fixture(scope="module")
def terminal(clone: Clone) -> Iterator[Terminal]:
    """`make run`, on a port that is free here."""
    assert "`PORT=9000` moves it" in README
    with clone.running(f"{RUN} PORT={clone.port}") as terminal:
        yield terminal


def test_two_commands_and_the_printed_lines_lead_to_a_resolved_alert(
    terminal: Terminal, shell: Shell
) -> None:
    send, show, acknowledge, recover = terminal.curl_lines

    (opened,) = shell.curl(send).expect(202).data["results"]
    assert opened["outcome"] == "opened"

    (shown,) = shell.curl(show).expect(200).data
    assert (shown["id"], shown["status"]) == (opened["alert_id"], "firing")

    done = shell.curl(acknowledge.replace("ALERT_ID", opened["alert_id"])).expect(200).data
    assert done["status"] == "acknowledged"

    (resolved,) = shell.curl(recover).expect(202).data["results"]
    over = {**opened, "outcome": "resolved"}
    del over["severity"]  # of what fires only
    assert resolved == over
    assert shell.curl(show).expect(200).data == []


def test_what_happens_shows_in_the_terminal(terminal: Terminal, shell: Shell) -> None:
    send = terminal.curl_lines[0].replace("Disk full", "Seen in the terminal")

    shell.curl(send).expect(202)

    shown = terminal.text.partition("Ctrl-C stops")[2]
    assert re.search(r"POST +/i/\w{4}….* 202 ", shown)
    assert terminal.told("example-rest").rpartition("/")[2] not in shown


def test_a_page_comes_and_its_link_stops_what_would_come_next(
    terminal: Terminal, shell: Shell
) -> None:
    send, show, *_ = terminal.curl_lines
    (opened,) = shell.curl(send.replace("Disk full", "Paged once")).expect(202).data["results"]

    link = eventually(lambda: link_in(terminal, "Paged once"), bool)
    shell.curl(f"curl -X POST {link}").expect(303)

    alert = shell.curl(show.replace("?status=firing", f"/{opened['alert_id']}")).expect(200).data
    assert (alert["status"], alert["acknowledged_by"]) == ("acknowledged", "terminal")
    assert (alert["current_escalation_step"], alert["next_action"]["at"]) == ("first", None)


def test_the_second_step_comes_when_nobody_acknowledges(terminal: Terminal, shell: Shell) -> None:
    shell.curl(terminal.curl_lines[0].replace("Disk full", "Paged twice")).expect(202)

    first, second = eventually(
        lambda: told_at(terminal, r"page +to terminal: .*Paged twice"),
        lambda times: len(times) == 2,
        seconds=SECOND_STEP_SECONDS + 40,
    )
    eventually(
        lambda: told_at(terminal, r"e-mail +to alice@example.com: .*Paged twice"),
        bool,
        seconds=BUNDLE_SECONDS + 15,
    )
    assert told_at(terminal, r"escalated +critical +Paged twice .*from_step first, to_step second")
    assert SECOND_STEP_SECONDS <= seconds_between(first, second) < SECOND_STEP_SECONDS + 10


def link_in(terminal: Terminal, name: str) -> str | None:
    """The acknowledge link of the newest page about an alert."""
    _, is_there, page = terminal.text.rpartition(f"to terminal: CRITICAL: {name}")
    found = re.search(r"^\S+ +acknowledge +(\S+)$", page, re.MULTILINE)
    return found[1] if is_there and found else None


def told_at(terminal: Terminal, line: str) -> list[str]:
    """At what times of day lines like this were shown."""
    return re.findall(rf"^(\S+) +{line}", terminal.text, re.MULTILINE)


def seconds_between(first: str, second: str) -> float:
    """Between two times of day, over midnight too."""
    begin, end = (datetime.strptime(at, "%H:%M:%S").replace(tzinfo=UTC) for at in (first, second))
    return ((end - begin) % timedelta(days=1)).total_seconds()


def test_the_address_of_the_documentation_is_printed(terminal: Terminal, shell: Shell) -> None:
    page = shell.curl(f"curl {terminal.told('Documentation')}").expect(200)

    assert "<html" in page.text


def test_the_key_is_where_the_documents_say(terminal: Terminal, clone: Clone, shell: Shell) -> None:
    (command,) = [it for it in commands_in(CREDENTIALS) if ".local/stack.json" in it]
    here = command.replace("127.0.0.1:8080", f"127.0.0.1:{clone.port}")
    assert here != command

    me = replace(shell, folder=clone.folder).curl(here).expect(200).data

    assert "admin" in me["scopes"]
    assert (
        terminal.told("Admin key")
        == json.loads((clone.folder / ".local" / "stack.json").read_text())["api_key"]
    )


def test_the_readme_registers_an_integration_with_what_the_outputs_name(
    stack: Stack, shell: Shell
) -> None:
    described = stack.aws.client("cloudformation").describe_stacks(StackName=STACK_NAME)
    outputs = {it["OutputKey"]: it["OutputValue"] for it in described["Stacks"][0]["Outputs"]}
    key = stack.aws.client("ssm").get_parameter(
        Name=outputs["AdminKeyParameter"], WithDecryption=True
    )["Parameter"]["Value"]

    made = shell.curl(REGISTER, API=outputs["ApiUrl"], KEY=key).expect(201).data

    line = f'curl -X POST {made["url"]} -d \'{{"name": "Backup failed"}}\''
    assert shell.curl(line).expect(202).data["results"][0]["outcome"] == "opened"


def test_the_documents_make_a_key(stack: Stack, shell: Shell) -> None:
    (command,) = [it for it in commands_in(CREDENTIALS) if "-X POST" in it]
    Client(stack.url, stack.api_key).put("/api/v1/users/alice", {}).expect(200, 201)

    made = shell.curl(command, API=stack.url, KEY=stack.api_key).expect(201).data

    assert made["user"] == "alice"
    assert Client(stack.url, made["key"]).get("/api/v1/me").expect(200).data["user"] == "alice"


@pytest.mark.parametrize("command", [RUN, TEST, DEPLOY])
def test_the_readme_names_targets_that_there_are(command: str) -> None:
    assert command.startswith("make ")
    planned = subprocess.run(
        ["/bin/sh", "-c", command.replace("make ", "make --dry-run ")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert planned.returncode == 0, planned.stderr


def test_the_team_that_the_readme_deploys_is_in_samconfig() -> None:
    (team,) = set(re.findall(r"ENV=(\S+)", DEPLOY))

    settings = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    assert settings[team]["deploy"]["parameters"]["stack_name"]


def test_set_up_leads_from_nothing_to_a_page(terminal: Terminal, clone: Clone) -> None:
    """A newcomer types what docs/set-up.md says, in order, in the folder of `make run`."""
    first, *rest = [block for block in blocks_of("docs/set-up.md") if block.language == "sh"]
    assert first.text == RUN
    script = "\n".join(block.text for block in rest)
    here = script.replace("127.0.0.1:8080", f"127.0.0.1:{clone.port}")
    assert here != script

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here],
        cwd=clone.folder,
        env={"PATH": os.environ["PATH"], "HOME": str(clone.folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert '"error"' not in done.stdout, done.stdout
    sent = eventually(
        lambda: outbox(clone),
        lambda messages: (
            {"e-mail", "sms", "alert.paged"}
            <= {it["title"] if it["kind"] == "webhook" else it["kind"] for it in messages}
        ),
    )
    pages = {it["kind"]: it for it in sent if "Disk full" in it["title"]}
    assert pages["e-mail"]["to"] == "alice@example.com"
    assert pages["sms"]["to"] == "+4915112345678"
    hooked = [it["data"] for it in sent if it["title"] == "alert.paged"]
    assert [it["data"]["alert"]["name"] for it in hooked] == ["Disk full"]
    assert terminal.told("Admin key") not in json.dumps(sent)


def outbox(clone: Clone) -> list[dict[str, Any]]:
    reply = Client(f"http://127.0.0.1:{clone.port}", None).get("/_outbox.json").expect(200)
    messages: list[dict[str, Any]] = reply.json
    return messages
