"""Secrets go into a private script, and into nothing else."""

import json
import shlex
import stat
import subprocess
from pathlib import Path

import pytest

from tocsin_cli.importing.keys import Keys, can_be_token, script_of, write_private

AWS = """#!/bin/sh
printf '%s\\n' "$@" >>"$CALLS"
echo --- >>"$CALLS"
"""


def test_the_script_puts_each_value_as_it_is(tmp_path: Path) -> None:
    odd = 'it\'s $HOME `id` "x" \\ \n https://example.com file:///etc/passwd é'
    keys = Keys({"one": odd, "two": "https://hooks.slack.example.com/x"})
    aws, calls, script = (tmp_path / it for it in ("aws", "calls", "secrets.sh"))
    aws.write_text(AWS, encoding="utf-8")
    aws.chmod(0o700)
    write_private(script, script_of(keys, "secrets.sh"))

    subprocess.run(
        ["sh", str(script), "payments"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "CALLS": str(calls)},
        check=True,
    )

    first, second, _ = calls.read_text(encoding="utf-8").split("---\n")
    *options, value = first.splitlines()
    assert options == [
        *("ssm", "put-parameter", "--type", "SecureString", "--overwrite"),
        *("--name", "/tocsin/payments/one", "--cli-input-json"),
    ]
    assert json.loads(value) == {"Value": odd}
    assert json.loads(second.splitlines()[-1])["Value"] == "https://hooks.slack.example.com/x"


def test_the_script_asks_for_the_stack() -> None:
    done = subprocess.run(
        ["sh", "-c", script_of(Keys({"a": "b"}), "s.sh")],
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )

    assert done.returncode != 0
    assert b"Name the stack" in done.stderr


def test_the_script_is_for_its_owner_only_also_where_a_file_was(tmp_path: Path) -> None:
    script = tmp_path / "secrets.sh"
    script.write_text("old", encoding="utf-8")
    script.chmod(0o644)

    write_private(script, "new")

    assert script.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(script.stat().st_mode) == 0o600
    assert [it for it in tmp_path.iterdir() if it.is_file()] == [script]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    other, script = tmp_path / "other", tmp_path / "secrets.sh"
    other.write_text("untouched", encoding="utf-8")
    script.symlink_to(other)

    write_private(script, "new")

    assert other.read_text(encoding="utf-8") == "untouched"
    assert not script.is_symlink()


def test_two_values_never_share_a_parameter() -> None:
    keys = Keys()

    names = [keys.keep("slack", it) for it in ("a", "b", "a")]

    assert names == ["slack", "slack-2", "slack"]


@pytest.mark.parametrize(
    ("key", "can_be"),
    [
        ("0123456789abcdef0123456789abcdef", True),
        ("b1000000-0000-4000-8000-000000000001", True),
        ("x" * 19, False),
        ("x" * 129, False),
        ("with a blank and more text", False),
        ("", False),
    ],
)
def test_a_key_can_be_a_token_by_its_form(key: str, can_be: bool) -> None:  # noqa: FBT001
    assert can_be_token(key) is can_be


def test_the_name_of_the_script_is_quoted() -> None:
    assert shlex.quote("my secrets.sh") in script_of(Keys({"a": "b"}), "my secrets.sh")
