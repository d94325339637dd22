"""21. Two teams side by side: what belongs to one is unknown to the other."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.stack.prerequisites import LocalStackError
from tests.stack.client import Client, Sender, eventually
from tests.stack.filed_team import FiledTeam, SecondTeam
from tests.stack.roles import client_of_role

type Pair = tuple[FiledTeam, FiledTeam]
ONE_ALERT = "/api/v1/alerts/{}"
UNKNOWN = ("01KJM5ZZ00DRQ5V1N9YH3KW2TB", "no-id-at-all")
PEOPLE = [{"name": "alice", "email": "alice@example.com"}]
POLICY = {
    "name": "default",
    "steps": [{"name": "first", "targets": [{"channel": "hook"}], "delay": "1h"}],
}
APP = {"name": "app", "type": "rest", "escalation_policy": "default"}
FILE: dict[str, Any] = {
    "users": PEOPLE,
    "escalation_policies": [POLICY],
    "integrations": [APP],
}
"""The same for both, but for the addresses."""


@pytest.fixture(scope="module")
def teams(payments: FiledTeam) -> Iterator[Pair]:
    payments.deploy(channels=[payments.channel("hook")], **FILE)
    second = SecondTeam.beside(payments, "search", channels=[{"name": "hook"}], **FILE)
    yield payments, second.filed
    second.stop()


@pytest.fixture(scope="module", params=["payments", "search"])
def mine_and_theirs(request: pytest.FixtureRequest, teams: Pair) -> Pair:
    """From the side of either."""
    return teams if request.param == "payments" else (teams[1], teams[0])


def opened(team: FiledTeam, name: str) -> str:
    return str(team.sender("app").send(name=name, severity="critical")["alert_id"])


def without_request(answer: Any) -> Any:  # noqa: ANN401 - an error
    error = dict(answer.json["error"])
    error.pop("request_id")
    return answer.status, error


def test_21_a_key_of_another_team_is_unknown(mine_and_theirs: Pair) -> None:
    mine, theirs = mine_and_theirs
    foreign = Client(mine.url, theirs.api.key).get("/api/v1/alerts")
    made_up = Client(mine.url, "tocsin_made-up").get("/api/v1/alerts")

    assert foreign.status == 401
    assert without_request(foreign) == without_request(made_up)


def test_21_an_id_of_another_team_an_unknown_and_a_malformed_one_look_the_same(
    mine_and_theirs: Pair,
) -> None:
    mine, theirs = mine_and_theirs
    foreign = opened(theirs, "theirs alone")

    answers = [
        without_request(mine.api.get(ONE_ALERT.format(alert_id)))
        for alert_id in (foreign, *UNKNOWN)
    ]

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 404
    acted = [
        without_request(mine.api.post(f"{ONE_ALERT.format(alert_id)}/ack", {}))
        for alert_id in (foreign, *UNKNOWN)
    ]
    assert acted[0] == acted[1] == acted[2]
    assert theirs.api.alert(foreign)["status"] == "firing"
    assert foreign not in {row["id"] for row in mine.api.rows("/api/v1/alerts?limit=200")}


def test_21_an_integration_url_of_another_team_is_unknown(mine_and_theirs: Pair) -> None:
    mine, theirs = mine_and_theirs
    body = {"name": "astray", "severity": "critical"}
    foreign = Sender(mine.api, theirs.sender("app").url)
    made_up = Sender(mine.api, f"{mine.url}/i/{'0' * 32}")

    answers = [without_request(sender.post(body)) for sender in (foreign, made_up)]

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_21_the_same_names_page_the_own_people_only(mine_and_theirs: Pair) -> None:
    mine, theirs = mine_and_theirs
    before = len(theirs.hook("hook").pages)

    alert_id = opened(mine, f"of {mine.team}")

    eventually(
        lambda: [page.alert_id for page in mine.hook("hook").pages], lambda them: alert_id in them
    )
    assert len(theirs.hook("hook").pages) == before
    page = next(it for it in mine.hook("hook").pages if it.alert_id == alert_id)
    assert page.links["view"].startswith(mine.url)


@pytest.mark.parametrize("role", ["NotifierRole", "ActionsRole", "TeamConfigRole"])
def test_21_no_role_reads_a_secret_of_another_team(mine_and_theirs: Pair, role: str) -> None:
    mine, theirs = mine_and_theirs
    deployment = mine.deployment
    assert deployment is not None
    ssm = client_of_role(mine.running.aws, deployment, role, "ssm")
    ssm.get_parameter(Name=f"/tocsin/{mine.stack_name}/link-key")

    with pytest.raises(ClientError) as refused:
        ssm.get_parameter(Name=f"/tocsin/{theirs.stack_name}/link-key")

    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"


def test_21_a_channel_cannot_name_a_secret_of_another_team(mine_and_theirs: Pair) -> None:
    mine, theirs = mine_and_theirs

    answer = mine.api.put(
        "/api/v1/channels/spy",
        {
            "type": "webhook",
            "url": mine.hook("hook").url,
            "secret": f"/tocsin/{theirs.stack_name}/link-key",
        },
    )

    assert answer.status == 422


def test_21_a_file_of_another_team_is_refused(teams: Pair) -> None:
    payments, search = teams
    with pytest.raises(LocalStackError):
        search.deploy_unchecked("team: payments\n")

    assert search.reasons()[0].endswith("team: is payments, and this stack is that of search")
    assert search.api.get("/api/v1/users/alice").status == 200
    assert payments.api.get("/api/v1/users/alice").status == 200


def test_where_the_file_has_people_the_owners_address_makes_nobody(teams: Pair) -> None:
    _, search = teams

    assert [it["name"] for it in search.api.rows("/api/v1/users?limit=200")] == ["alice"]


def test_a_stack_with_a_file_is_deleted_and_the_other_goes_on(teams: Pair) -> None:
    payments, search = teams
    cloudformation = search.running.aws.client("cloudformation")

    cloudformation.delete_stack(StackName=search.stack_name)
    eventually(lambda: is_gone(search), bool, seconds=60)

    assert opened(payments, "still there")


def is_gone(team: FiledTeam) -> bool:
    try:
        return team.status() == "DELETE_COMPLETE"
    except ClientError as error:
        return "does not exist" in str(error)
