"""Alertmanager: what its configuration says otherwise than our file."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest
from apprise import Apprise

from tests.imports import AT, SAMPLES, Import, import_of
from tocsin.domain.matcher import Matcher, all_match
from tocsin_cli.importing.sources import SourceError


@pytest.fixture(scope="module")
def made() -> Import:
    return import_of("alertmanager", SAMPLES / "alertmanager.yml")


def imported(folder: Path, text: str) -> Import:
    path = folder / "alertmanager.yml"
    path.write_text(text, encoding="utf-8")
    return import_of("alertmanager", path)


RECEIVERS = """
receivers:
  - {name: a, email_configs: [{to: a@example.com}]}
  - {name: b, email_configs: [{to: b@example.com}]}
  - {name: c, email_configs: [{to: c@example.com}]}
"""


def policy_of(made: Import, **labels: str) -> str:
    """The first route that matches, as intake finds it; `label.x` is the sender's label x."""
    seen = {**labels, **{f"label.{name}": it for name, it in labels.items()}}
    for route in made.file["routes"]:
        if all_match([Matcher.parse(it) for it in route.get("match", [])], seen):
            return str(route["escalation_policy"])
    return ""


def test_a_child_is_asked_before_its_parent(made: Import) -> None:
    assert policy_of(made, service="api", severity="critical") == "team-pager"
    assert policy_of(made, service="api", severity="warning", env="prod") == "team-slack"
    assert policy_of(made, service="web", severity="warning", env="dev") == "team-mails"
    assert policy_of(made, service="database", owner="dba") == "dba-opsgenie"
    assert policy_of(made, service="database", owner="web") == "team-mails"
    assert policy_of(made, service="else") == "team-mails"


def test_a_route_that_continues_is_noted(made: Import) -> None:
    assert made.note("ContinueRoute").place == "alertmanager.yml.route.routes[0].routes[0]"


def test_old_and_new_spellings_of_matchers_are_read(made: Import) -> None:
    route = made.named("routes", "dba-opsgenie")

    assert route["match"] == ['service="database"', 'owner=~"^(dba|platform)$"']


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("team=a b", None),
        ("team = payments", ['team="payments"']),
        ("'team=~\"a|b\"'", ['team=~"a|b"']),
        ('\'{team="a",env!="b,c"}\'', ['team="a"', 'env!="b,c"']),
        ('\'team="say \\"hi\\""\'', ['team="say \\"hi\\""']),
        ("'host=~\"a\\.b\\\\d\"'", ['host=~"a\\\\.b\\\\d"']),
        ("severity=critical", ['label.severity="critical"']),
        ("'name=~\"(a\"'", None),
    ],
)
def test_a_matcher_is_spelled_as_the_file_has_it(
    tmp_path: Path, written: str, ours: list[str] | None
) -> None:
    text = f"route: {{receiver: a, routes: [{{receiver: b, matchers: [{written}]}}]}}\n{RECEIVERS}"
    if ours is None and "(a" not in written:
        with pytest.raises(SourceError, match="is no matcher"):
            imported(tmp_path, text)
        return

    made = imported(tmp_path, text)

    found = [it["match"] for it in made.file["routes"] if it["escalation_policy"] == "b"]
    assert found == ([] if ours is None else [ours])
    assert bool(made.notes("RouteCondition")) is (ours is None)


def test_grouping_is_noted(made: Import) -> None:
    assert [it.value for it in made.notes("GroupBy")] == ["...", "alertname, cluster, service"]
    assert made.note("GroupTiming").value.startswith("group_wait 30s")


def test_inhibition_is_noted(made: Import) -> None:
    assert made.note("Inhibition").value == 'severity="critical" keeps severity="warning" quiet'


def test_active_times_are_the_hours_of_a_route_in_their_zone(made: Import) -> None:
    route = made.named("routes", "dba-opsgenie")

    days = ["mon", "tue", "wed", "thu", "fri"]
    assert route["only"] == [{"days": days, "from": "09:00", "to": "18:00"}]
    assert route["time_zone"] == "Europe/Paris"


def test_quiet_times_are_maintenance_windows_with_the_routes_matchers(made: Import) -> None:
    weekends, christmas = (
        made.named("maintenance_windows", it) for it in ("weekends", "weekends-2")
    )

    assert weekends["match"] == made.named("routes", "team-slack")["match"]
    assert (weekends["rrule"], weekends["duration"]) == ("FREQ=WEEKLY;BYDAY=SA,SU", "1d")
    assert christmas["rrule"] == "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24,25,26"
    assert christmas["start"] == "2026-12-24T00:00:00"


def test_active_times_by_days_of_the_month_are_noted(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        "route: {receiver: a, routes: [{receiver: b, active_time_intervals: [x]}]}\n"
        "time_intervals: [{name: x, time_intervals: [{days_of_month: ['1:5']}]}]\n" + RECEIVERS,
    )

    assert "only" not in made.named("routes", "b")
    assert made.note("HoursNotCarried").value == "x"


def test_secrets_are_named_and_their_values_kept_apart(made: Import) -> None:
    assert made.named("channels", "team-slack-slack")["secret"] == "slack"
    assert made.draft.keys.values == {
        "slack": "https://hooks.slack.example.com/services/EXAMPLE",
        "team-pager-pagerduty-url": "pagerduty://0123456789abcdef0123456789abcdef@unused",
        "dba-opsgenie-opsgenie-url": "opsgenie://EXAMPLE/%23DBA",
    }


def test_apprise_takes_the_urls_of_other_products() -> None:
    key = "b1000000-0000-4000-8000-000000000001"

    for url in (f"pagerduty://{'0' * 32}@unused", f"opsgenie://{key}/%23DBA"):
        assert Apprise.instantiate(url) is not None


def test_receivers_that_page_elsewhere_are_noted(made: Import) -> None:
    assert [it.value for it in made.notes("ReceiverElsewhere")] == [
        "team-pager: pagerduty",
        "dba-opsgenie: opsgenie",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://user:password@hooks.example.com/x",
        "https://hooks.example.com/x?token=abc",
        "https://hooks.example.com/a/b1946ac92492d2347c6235b4d2611184",
    ],
)
def test_a_webhook_with_a_credential_is_a_secret(tmp_path: Path, url: str) -> None:
    made = imported(
        tmp_path,
        f"route: {{receiver: w}}\nreceivers: [{{name: w, webhook_configs: [{{url: '{url}'}}]}}]",
    )

    assert made.file["channels"] == [
        {"name": "w-webhook", "type": "apprise", "secret": "w-webhook-url"}
    ]
    assert url[8:] not in made.text + made.report
    assert made.draft.keys.values["w-webhook-url"] == url.replace("https", "jsons", 1)


def test_a_receiver_that_tells_nobody_leaves_its_route_out(tmp_path: Path) -> None:
    made = imported(
        tmp_path,
        "route: {receiver: a, routes: [{receiver: none, matchers: [x=y]}]}\n"
        + RECEIVERS
        + "  - {name: none}\n",
    )

    assert made.note("ReceiverNotCarried").value == "none"
    assert made.note("RouteToNobody").value == "none"


class TestSilences:
    def test_silences_beside_the_configuration_are_kept(self, made: Import) -> None:
        silence = made.named("silences", "replacing-the-disk")

        assert silence["match"] == ['instance="db1"', 'env!~"dev|staging"']
        assert silence["to"] == "2026-11-30T10:00:00Z"
        assert silence["reason"] == "replacing the disk (alice)"

    def test_those_that_are_over_are_noted(self) -> None:
        made = import_of(
            "alertmanager", SAMPLES / "alertmanager.yml", datetime(2026, 12, 1, tzinfo=UTC)
        )

        assert "silences" not in made.file
        assert made.note("PastSilence").value == "replacing the disk"

    def test_a_folder_with_both_is_read(self, tmp_path: Path) -> None:
        copytree(SAMPLES, tmp_path, dirs_exist_ok=True)

        assert import_of("alertmanager", tmp_path, AT).file["silences"]


def test_an_interval_that_is_not_there_is_a_mistake_of_the_source(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is no time interval x"):
        imported(
            tmp_path,
            "route:\n  receiver: a\n  routes:\n"
            "    - {receiver: b, mute_time_intervals: [x], matchers: [a=b]}\n"
            f"{RECEIVERS}",
        )
