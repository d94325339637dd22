"""Zabbix's own script engine with the scripts of its media types PagerDuty and Opsgenie."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack.client import Sender
from tests.stack.clients.programs import UNPACKED, program, run
from tests.stack.clients.pypi import expect_good, key_of, only_alert, token_of

DATA = Path("share/zabbix-server-pgsql/data.sql.gz")
MEDIA_TYPE = r"INTO media_type \([^)]*\) values \('\d+','4','{name}'"
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
OPSGENIE = {
    "event_source": "0",
    "event_id": "4711",
    "event_nseverity": "4",
    "event_tags_json": '[{"tag": "component", "value": "cpu"}]',
    "event_update_action": "",
    "alert_subject": "Problem: High CPU utilization",
    "alert_message": "Host: db-1",
    "opsgenie_web": "https://example.com",
    "opsgenie_tags": "zabbix",
    "opsgenie_teams": "platform",
    "severity_high": "P2",
    "severity_resolved": "P5",
    "trigger_id": "17334",
    "zbxurl": "http://zabbix.example.com",
    "zbxuser": "Zabbix Administrator",
    "status_counter": "25",
}
PAGERDUTY = {
    "event_source": "0",
    "eventid": "4711",
    "eventname": "Problem: High CPU utilization",
    "eventdate": "2026.11.21",
    "eventtime": "22:00:00",
    "eventtags": "component:cpu",
    "hostname": "db-1",
    "hostip": "192.0.2.10",
    "severity": "4",
    "triggerid": "17334",
    "triggerdesc": "CPU utilization is too high.",
    "triggeropdata": "97.2 %",
    "url": "http://zabbix.example.com",
}
UPDATED = {"problem": ("1", "0"), "acknowledged": ("1", "1"), "recovered": ("0", "0")}
"""What Zabbix calls the event's value and update status."""


def media_type(name: str) -> str:
    """The script of a media type, out of the database that Zabbix begins with."""
    shared = UNPACKED.parent / DATA
    dump = gzip.decompress((shared if shared.exists() else Path("/usr") / DATA).read_bytes())
    text = dump.decode()
    begins = re.search(MEDIA_TYPE.format(name=name), text)
    assert begins, f"there is no media type {name}"
    position = text.index("E'", begins.end()) + 2
    script: list[str] = []
    while text[position] != "'" or text[position + 1] == "'":
        is_escaped = text[position] in "\\'"
        position += is_escaped
        letter = text[position]
        is_named = is_escaped and text[position - 1] == "\\"
        script.append(ESCAPES.get(letter, letter) if is_named else letter)
        position += 1
    return "".join(script)


def tell(folder: Path, script: str, parameters: dict[str, str]) -> str:
    (folder / "script.js").write_text(script)
    (folder / "parameters.json").write_text(json.dumps(parameters))
    command = [program("zabbix_js"), "-s", "script.js", "-i", "parameters.json"]
    return expect_good(run(command, folder))


@pytest.fixture
def sender(new_integration: Callable[..., Sender]) -> Sender:
    return new_integration(type="rest")


def test_zabbix_tells_opsgenie_of_a_problem(sender: Sender, tmp_path: Path) -> None:
    script = media_type("Opsgenie")
    given = {
        **OPSGENIE,
        "opsgenie_api": f"{sender.api.url}/v2/alerts",
        "opsgenie_token": key_of(sender),
    }

    def event(state: str) -> str:
        value, update = UPDATED[state]
        action = {"event_update_action": "acknowledged"} if state == "acknowledged" else {}
        return tell(
            tmp_path,
            script,
            {**given, "event_value": value, "event_update_status": update, **action},
        )

    problem = event("problem")
    fired = only_alert(sender)
    event("acknowledged")
    acknowledged = only_alert(sender)
    event("recovered")
    resolved = only_alert(sender)

    assert f'"__zbx_ops_issuekey":"{fired["id"]}"' in problem
    assert (fired["status"], fired["source_severity"]) == ("firing", "P2")
    assert fired["labels"]["tags"] == "component:cpu,zabbix"
    assert acknowledged["acknowledged_by"] == f"integration:{sender.name}"
    assert (resolved["status"], resolved["id"]) == ("resolved", fired["id"])


def test_zabbix_tells_pagerduty_of_a_problem(sender: Sender, tmp_path: Path) -> None:
    # The address is a constant of the script: another address is set there.
    script = media_type("PagerDuty").replace("https://events.pagerduty.com", sender.api.url)

    def event(state: str) -> str:
        value, update = UPDATED[state]
        acknowledged = "Yes" if state == "acknowledged" else "No"
        state_of = {"eventvalue": value, "eventupdate": update, "eventack": acknowledged}
        return tell(tmp_path, script, {**PAGERDUTY, **state_of, "token": token_of(sender)})

    assert "OK" in event("problem")
    fired = only_alert(sender)
    event("acknowledged")
    acknowledged = only_alert(sender)
    event("recovered")
    resolved = only_alert(sender)

    assert (fired["status"], fired["dedup_key"]) == ("firing", "4711")
    assert acknowledged["status"] == "acknowledged"
    assert (resolved["status"], resolved["id"]) == ("resolved", fired["id"])
