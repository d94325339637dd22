"""The template that `sam local` gets."""

from typing import Any

from local.sam_local import with_endpoint

TEMPLATE: dict[str, Any] = {
    "Globals": {"Function": {"Timeout": 10, "Environment": {"Variables": {"TEAM": "a"}}}},
    "Resources": {"IngestFunction": {}},
}


def test_functions_may_be_told_where_aws_is() -> None:
    function = with_endpoint(TEMPLATE)["Globals"]["Function"]

    assert function["Environment"]["Variables"] == {"TEAM": "a", "AWS_ENDPOINT_URL": ""}


def test_the_rest_of_the_template_stays_as_built() -> None:
    derived = with_endpoint(TEMPLATE)

    assert derived["Globals"]["Function"]["Timeout"] == 10
    assert derived["Resources"] is TEMPLATE["Resources"]
    assert "AWS_ENDPOINT_URL" not in str(TEMPLATE)
