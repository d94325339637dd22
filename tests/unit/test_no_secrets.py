"""No file of the repository holds a secret."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRETS = re.compile(
    rb"""
      \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                       # AWS
    | \bgh[pousr]_[A-Za-z0-9]{36}\b                       # GitHub
    | \bglpat-[A-Za-z0-9_-]{20,}\b                        # GitLab
    | \bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}            # PyPI
    | \bxox[abprs]-[0-9]{10,}-[0-9A-Za-z-]{20,}           # Slack
    | \bsk_live_[0-9A-Za-z]{24,}                          # Stripe
    | \bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}          # SendGrid
    | \bAIza[0-9A-Za-z_-]{35}\b                           # Google
    | -----BEGIN\ (?:[A-Z]+\ )?PRIVATE\ KEY-----\s+[A-Za-z0-9+/]{40}
    | //[^\s:/@'"]+:[^\s/@'"{}$]{8,}@(?:[a-z0-9-]+\.)+(?:com|net|io|org)\b
    """,
    re.VERBOSE,
)
EXAMPLES = (b"AKIAIOSFODNN7EXAMPLE", b"ASIAIOSFODNN7EXAMPLE", b"example.com", b"EXAMPLE")
"""What AWS and RFC 2606 keep for examples."""


def files() -> Iterator[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a clone: git lists no files")
    names = filter(None, listed.stdout.decode().split("\0"))
    yield from (path for path in map(ROOT.joinpath, names) if path.is_file())


def secrets_in(content: bytes) -> list[bytes]:
    found = [match[0] for match in SECRETS.finditer(content)]
    return [it for it in found if not any(example in it for example in EXAMPLES)]


def test_no_file_holds_a_secret() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {secret[:8].decode('latin-1')}…"
        for path in files()
        for secret in secrets_in(path.read_bytes())
    ]

    assert found == []


@pytest.mark.parametrize(
    "secret",
    [
        "AKIA" + "A2B3C4D5E6F7G8H9",
        "ghp_" + "a1B2" * 9,
        "xoxb-" + "1234567890123-abcdefABCDEF0123456789",
        "-----BEGIN PRIVATE " + "KEY-----\n" + "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj",
        "https://bob:hunter22" + "@db.acme.io",
    ],
)
def test_a_secret_is_seen(secret: str) -> None:
    assert secrets_in(f'key = "{secret}"'.encode()) == [secret.removeprefix("https:").encode()]
