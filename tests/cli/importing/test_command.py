"""`tocsin import`: what it asks for, writes and refuses."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import Done, Tocsin
from tests.imports import AT, SAMPLES

PAGERDUTY = str(SAMPLES / "pagerduty-api.json")
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "shop.yaml"


def pagerduty(tocsin: Tocsin, out: Path, *more: str) -> Done:
    return tocsin(
        "import", "pagerduty", PAGERDUTY, "--out", str(out), "--at", AT.isoformat(), *more
    )


def test_without_a_report_file_the_report_is_shown(tocsin: Tocsin, out: Path) -> None:
    done = pagerduty(tocsin, out)

    assert done.code == 0
    assert done.out.startswith("# Import: pagerduty\n")
    assert "## RoundRobin" in done.out


def test_without_a_secrets_file_no_secret_is_written(tocsin: Tocsin, out: Path) -> None:
    done = pagerduty(tocsin, out)

    assert [it.name for it in out.parent.iterdir() if it.is_file()] == ["shop.yaml"]
    assert KEY not in done.out + out.read_text(encoding="utf-8")
    assert "## SecretsNotWritten" in done.out


def test_the_secrets_file_is_private(tocsin: Tocsin, out: Path, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.sh"

    pagerduty(tocsin, out, "--secrets", str(secrets))

    assert KEY in secrets.read_text(encoding="utf-8")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600


def test_a_file_that_is_there_is_left_alone(tocsin: Tocsin, out: Path) -> None:
    out.write_text("team: mine\n", encoding="utf-8")

    done = pagerduty(tocsin, out)

    assert done.code == 64
    assert "is there already" in done.err
    assert out.read_text(encoding="utf-8") == "team: mine\n"


def test_the_same_import_again_changes_nothing(tocsin: Tocsin, out: Path) -> None:
    pagerduty(tocsin, out)
    before = out.read_bytes()

    assert pagerduty(tocsin, out).code == 0
    assert out.read_bytes() == before


def test_the_team_is_the_sources_or_named(tocsin: Tocsin, out: Path, tmp_path: Path) -> None:
    pagerduty(tocsin, out)
    pagerduty(tocsin, tmp_path / "other.yaml", "--team", "shop")
    ics = tmp_path / "from-calendar.yaml"
    tocsin("import", "ics", str(SAMPLES / "oncall.ics"), "--out", str(ics))

    assert "\nteam: platform\n" in out.read_text(encoding="utf-8")
    assert "\nteam: shop\n" in (tmp_path / "other.yaml").read_text(encoding="utf-8")
    assert "\nteam: from-calendar\n" in ics.read_text(encoding="utf-8")


def test_people_are_named_by_a_file(tocsin: Tocsin, out: Path, tmp_path: Path) -> None:
    users = tmp_path / "users.yaml"
    users.write_text("bob: bob@example.com\n", encoding="utf-8")

    done = tocsin(
        *("import", "ics", str(SAMPLES / "oncall.ics"), "--out", str(out)),
        *("--users", str(users), "--at", AT.isoformat()),
    )

    assert done.code == 0
    assert "email: bob@example.com" in out.read_text(encoding="utf-8")
    assert "UnknownUser" not in done.out


def test_the_file_names_its_schema_and_says_what_notes_are_about(tocsin: Tocsin, out: Path) -> None:
    pagerduty(tocsin, out)

    text = out.read_text(encoding="utf-8")
    example = Path(__file__).parents[3] / "teams/example.yaml"
    assert text.splitlines()[0] == example.read_text(encoding="utf-8").splitlines()[0]
    assert '  # KeyKept: "checkout-api-prometheus"\n  - name: checkout-api-prometheus' in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("import",),
        ("import", "pagerduty"),
        ("import", "pagerduty", PAGERDUTY),
        ("import", "zabbix", PAGERDUTY, "--out", "x.yaml"),
        ("import", "pagerduty", PAGERDUTY, "--out", "x.yaml", "--at", "soon"),
        ("import", "pagerduty", PAGERDUTY, "--out", "x.yaml", "--at", "0001-01-01"),
        ("import", "pagerduty", PAGERDUTY, "--out", "x.yaml", "--team", "My Team"),
        ("import", "pagerduty", PAGERDUTY, "--out", "x.yaml", "--report", "x.yaml"),
        ("import", "pagerduty", PAGERDUTY, "--out", PAGERDUTY),
        ("import", "pagerduty", PAGERDUTY, "--out", "x.yaml", "--unknown"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64(tocsin: Tocsin, arguments: tuple[str, ...]) -> None:
    done = tocsin(*arguments)

    assert done.code == 64
    assert done.err
    assert not Path("x.yaml").exists()


def test_where_nothing_can_be_written_the_command_says_so(tocsin: Tocsin, tmp_path: Path) -> None:
    for option in ("--out", "--report", "--secrets"):
        paths = {"--out": str(tmp_path / f"{option}.yaml"), option: str(tmp_path / "no/folder/x")}
        more = [it for pair in paths.items() for it in pair]

        done = tocsin("import", "pagerduty", PAGERDUTY, "--at", AT.isoformat(), *more)

        assert done.code == 1
        assert "cannot be written" in done.err


def test_a_report_shows_no_markup_of_strangers(tocsin: Tocsin, out: Path, tmp_path: Path) -> None:
    name = "<script>|`x`\u202e [a](http://example.com)\n# head"
    policy = {"id": "P", "name": name, "escalation_rules": []}
    file = tmp_path / "pd.json"
    file.write_text(
        json.dumps({"GET /escalation_policies": {"escalation_policies": [policy]}}),
        encoding="utf-8",
    )

    done = tocsin("import", "pagerduty", str(file), "--out", str(out))

    assert "| `<script>\\|'x' [a](http://example.com) # head` |" in done.out
    assert "\u202e" not in done.out
