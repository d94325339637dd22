"""Each sample of another product becomes a valid file that puts the same people on call."""

import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Tocsin
from tests.imports import AT, SAMPLES, import_of
from tocsin_cli.importing.notes import MEANINGS
from tocsin_cli.yaml_file import checked, read_yaml

ALL = {
    "opsgenie": "opsgenie-api.json",
    "opsgenie's backup": "OpsGenieBackups",
    "pagerduty": "pagerduty-api.json",
    "grafana-oncall": "grafana-oncall-api.json",
    "incident-io": "incident-io-api.json",
    "alertmanager": "alertmanager.yml",
    "terraform": "terraform-state.json",
    "ics": "oncall.ics",
}
SECRETS = (
    "0123456789abcdef0123456789abcdef",
    "EXAMPLETOKEN",
    "hooks.slack.example.com/services/EXAMPLE",
    "checkout@acme.pagerduty.com",
    "opsgenie://EXAMPLE",
)
DATES = [
    AT,
    datetime(2026, 3, 1, 7, 17, tzinfo=UTC),
    datetime(2026, 10, 1, 23, 59, tzinfo=UTC),
    datetime(2027, 2, 20, 0, 0, tzinfo=UTC),
]

of_each_sample = pytest.mark.parametrize(
    ("kind", "name"), [(kind.partition("'")[0], name) for kind, name in ALL.items()], ids=list(ALL)
)


@of_each_sample
def test_a_sample_becomes_a_valid_file(kind: str, name: str) -> None:
    made = import_of(kind, SAMPLES / name)

    file = checked(read_yaml(made.text.encode(), "out.yaml"), at=AT)

    assert file.team == made.file["team"]


@of_each_sample
@pytest.mark.parametrize("at", DATES, ids=str)
def test_the_same_people_are_on_call_but_for_what_the_report_names(
    kind: str, name: str, at: datetime
) -> None:
    verified = import_of(kind, SAMPLES / name, at).verified()

    assert [it.told() for it in verified.unnamed] == []
    assert verified.schedules > 0 or kind == "alertmanager"


@of_each_sample
def test_an_import_makes_the_same_again(kind: str, name: str) -> None:
    first, second = (import_of(kind, SAMPLES / name) for _ in range(2))

    assert (first.text, first.report) == (second.text, second.report)


@of_each_sample
def test_no_secret_is_in_the_file_or_the_report(kind: str, name: str) -> None:
    made = import_of(kind, SAMPLES / name)

    assert [it for it in SECRETS if it in made.text or it in made.report] == []


@of_each_sample
def test_each_note_has_its_place_and_is_in_the_report(kind: str, name: str) -> None:
    made = import_of(kind, SAMPLES / name)

    for note in made.draft.notes:
        assert note.place
        assert note.to_do
        assert f"## {note.code}\n\n{MEANINGS[note.code].says}" in made.report


@of_each_sample
def test_the_command_writes_the_file_the_report_and_a_private_script(
    kind: str, name: str, tocsin: Tocsin, tmp_path: Path
) -> None:
    out, report, secrets = (tmp_path / it for it in ("team.yaml", "report.md", "secrets.sh"))

    done = tocsin(
        *("import", kind, str(SAMPLES / name), "--out", str(out), "--report", str(report)),
        *("--secrets", str(secrets), "--verify", "--at", AT.isoformat()),
    )

    assert (done.code, done.err) == (0, "")
    assert tocsin("validate", str(out)).code == 0
    assert "## Who is on call, compared" in report.read_text(encoding="utf-8")
    if secrets.exists():
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
        assert "aws ssm put-parameter --type SecureString" in secrets.read_text(encoding="utf-8")


def test_every_code_of_a_note_has_a_meaning_and_every_meaning_a_use() -> None:
    folder = Path(__file__).parents[3] / "cli/tocsin_cli"
    modules = [it for it in folder.rglob("*.py") if it.name != "notes.py"]
    code = "".join(it.read_text(encoding="utf-8") for it in modules)

    assert {it for it in MEANINGS if f'"{it}"' not in code} == set()
    assert {it for it in MEANINGS if not MEANINGS[it].says or not MEANINGS[it].to_do} == set()
    assert set(re.findall(r'notes\.add\(\s*"(\w+)"', code)) <= set(MEANINGS)
