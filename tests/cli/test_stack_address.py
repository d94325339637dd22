"""Which stack a command talks to, and that its key goes nowhere else."""

import io
import json
import tomllib
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from tests.cli.conftest import KEY, InMemoryKeyring, Tocsin, add_key
from tests.fakes.world import World
from tests.scripted_server import ScriptedServer, reply
from tocsin_cli.errors import CommandError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.profiles import Profiles, profiles_file
from tocsin_cli.secret import Secret
from tocsin_cli.stack_address import checked_url, find_stack

URL = "https://alerts.example.com"


def profile(name: str, url: str, *, is_default: bool = False) -> None:
    Profiles.read().add(name, url, is_default=is_default)
    keyring.set_password("tocsin", f"{name} {url}", f"key-of-{name}")


def local_stack(folder: Path, url: str = "http://127.0.0.1:8080") -> None:
    (folder / ".local").mkdir(parents=True)
    written = {"url": url, "api_key": "local-key", "integrations": {"rest": {"url": f"{url}/i/t"}}}
    (folder / ".local" / "stack.json").write_text(json.dumps(written))


def found(profile_name: str | None = None) -> tuple[str, str]:
    stack = find_stack(profile_name)
    return stack.url, stack.key.reveal


def test_the_nearest_word_decides(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile("payments", f"{URL}/payments")
    profile("platform", f"{URL}/platform")
    profile("search", f"{URL}/search")

    assert found() == (f"{URL}/payments", "key-of-payments")

    local_stack(own_home)
    assert found() == ("http://127.0.0.1:8080", "local-key")

    monkeypatch.setenv("TOCSIN_PROFILE", "platform")
    assert found() == (f"{URL}/platform", "key-of-platform")

    monkeypatch.setenv("TOCSIN_URL", f"{URL}/environment/")
    monkeypatch.setenv("TOCSIN_API_KEY", "key-of-the-environment")
    assert found() == (f"{URL}/environment", "key-of-the-environment")

    assert found("search") == (f"{URL}/search", "key-of-search")


def test_a_key_of_the_environment_goes_to_no_address_but_its_own(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_API_KEY", "key-of-the-environment")
    local_stack(own_home)
    profile("payments", URL)

    assert found() == ("http://127.0.0.1:8080", "local-key")
    assert found("payments") == (URL, "key-of-payments")


def test_an_address_that_was_changed_in_the_file_has_no_key() -> None:
    profile("payments", URL)
    path = profiles_file()
    path.write_text(path.read_text().replace("alerts.example.com", "evil.example.com"))

    with pytest.raises(CommandError, match="no key of profile payments for https://evil"):
        find_stack()


def test_the_local_stack_is_found_up_to_the_projects_folder(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local_stack(own_home)
    project = own_home / "project"
    (project / "docs").mkdir(parents=True)
    monkeypatch.chdir(project / "docs")
    assert found()[1] == "local-key"

    (project / "template.yaml").touch()

    with pytest.raises(CommandError, match="no stack is named"):
        find_stack()


@pytest.mark.parametrize(
    "url",
    [
        "http://alerts.example.com",
        "http://127.0.0.1.example.com",
        "https://alice:secret@alerts.example.com",
        "ftp://alerts.example.com",
        "https://",
        "alerts.example.com",
        "https://alerts.example.com:port",
        "https://alerts.example.com?key=1",
        "https://alerts.example.com\n",
        "https://alerts.exämple.com",
    ],
)
def test_an_address_that_a_key_must_not_go_to_is_refused(url: str) -> None:
    if url.strip() != url:
        assert checked_url(url, "URL") == url.strip()
        return
    with pytest.raises(CommandError) as refused:
        checked_url(url, "URL")

    assert refused.value.code is ExitCode.NOT_CONFIGURED
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "two words", "line\nbreak", "schlüssel"])
def test_what_cannot_be_a_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(CommandError) as refused:
        Secret.read(text, "TOCSIN_API_KEY")

    assert not text or text not in str(refused.value)


def test_a_key_does_not_show_itself() -> None:
    assert "tocsin_" not in f"{Secret('tocsin_1')} {Secret('tocsin_1')!r}"


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("profiles = 1", "each profile needs a url"),
        ("[profiles.payments]", "each profile needs a url"),
        ('default = 1\n[profiles.a]\nurl = "https://a"', "default has to be"),
        ("[profiles", "cannot be read"),
    ],
)
def test_a_broken_file_of_profiles_is_told(written: str, says: str, tocsin: Tocsin) -> None:
    profiles_file().parent.mkdir(parents=True)
    profiles_file().write_text(written)

    done = tocsin("profiles", "list")

    assert done.code == ExitCode.NOT_CONFIGURED
    assert says in done.err


def test_an_unknown_profile_is_told_with_those_that_there_are(tocsin: Tocsin) -> None:
    profile("payments", URL)

    done = tocsin("alerts", "list", "--profile", "paymnets")

    assert done.code == ExitCode.NOT_CONFIGURED
    assert "has: payments." in done.err


def test_a_folder_of_freedesktop_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))

    profile("payments", URL)

    assert (tmp_path / "xdg/tocsin/config.toml").exists()


def test_comments_in_the_file_stay() -> None:
    profiles_file().parent.mkdir(parents=True)
    profiles_file().write_text('# mine\n[profiles.old]\nurl = "https://old"  # soon gone\n')

    profile("payments", URL, is_default=True)

    written = profiles_file().read_text()
    assert "# mine" in written
    assert "# soon gone" in written
    assert tomllib.loads(written)["default"] == "payments"


@pytest.mark.loopback
def test_a_profile_is_added_with_a_key_from_standard_input(
    stack: str, tocsin: Tocsin, own_keyring: InMemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(f"{KEY}\n", monkeypatch)

    added = tocsin("profiles", "add", "payments", stack)

    assert added.code == 0, added.err
    assert added.out == (
        f"payments is {stack}; the key acts as alice, with scopes: "
        "alerts:read, alerts:write, config:read, config:write.\n"
    )
    assert own_keyring.kept == {("tocsin", f"payments {stack}"): KEY}
    assert KEY not in profiles_file().read_text()
    assert tocsin("profiles", "list").lines[1].split() == ["payments", stack, "default"]

    monkeypatch.delenv("TOCSIN_URL")
    monkeypatch.delenv("TOCSIN_API_KEY")
    assert tocsin("alerts", "list").out == "No alerts.\n"

    assert tocsin("profiles", "remove", "payments").code == 0
    assert own_keyring.kept == {}
    assert tocsin("alerts", "list").code == ExitCode.NOT_CONFIGURED


@pytest.mark.loopback
def test_a_key_that_the_stack_does_not_know_is_not_kept(
    stack: str, tocsin: Tocsin, own_keyring: InMemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in("tocsin_wrong\n", monkeypatch)

    added = tocsin("profiles", "add", "payments", stack)

    assert added.code == ExitCode.NOT_ALLOWED
    assert "tocsin_wrong" not in added.err
    assert own_keyring.kept == {}
    assert not profiles_file().exists()


@pytest.mark.loopback
def test_a_name_is_not_given_to_another_stack(
    world: World, stack: str, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile("payments", URL)
    add_key(world, "tocsin_other", "alerts")
    type_in("tocsin_other\n", monkeypatch)

    added = tocsin("profiles", "add", "payments", stack)

    assert added.code == ExitCode.FAILED
    assert f"profile payments is already {URL}" in added.err


def test_without_a_keyring_the_environment_is_named(tocsin: Tocsin) -> None:
    profile("payments", URL)
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]

    done = tocsin("alerts", "list")

    assert done.code == ExitCode.NOT_CONFIGURED
    assert done.err == (
        "tocsin: this system has no keyring to keep keys in.\n"
        "Where there is no keyring, TOCSIN_URL and TOCSIN_API_KEY do.\n"
    )


@pytest.mark.loopback
def test_a_proxy_does_not_see_what_stays_on_this_machine(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer().running() as server, ScriptedServer().running() as proxy:
        server.plays(reply(200, {"data": []}))
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("TOCSIN_URL", server.url)
        monkeypatch.setenv("TOCSIN_API_KEY", KEY)

        assert tocsin("alerts", "list").code == 0

        assert proxy.requests == []


def type_in(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
