"""However a command ends, it ends with a sentence and a documented exit code."""

import os
import re
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.certificates import certificate_for
from tests.cli.conftest import KEY, Tocsin
from tests.scripted_server import ScriptedServer, Step, cut_after, reply
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.main import run

REPOSITORY = Path(__file__).parents[2]
PATHS = os.pathsep.join(
    str(it) for it in (REPOSITORY / "layers/common", REPOSITORY, REPOSITORY / "cli")
)
PROGRAM = [sys.executable, "-c", "from tocsin_cli.main import main; main()"]
ALERT = {
    "id": "01J",
    "severity": "critical",
    "status": "firing",
    "fired_at": "2026-03-01T09:00:00.000Z",
    "summary": "Disk full",
    "name": "Disk full",
    "object": None,
    "next_action": None,
}

pytestmark = pytest.mark.loopback


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with ScriptedServer().running() as server:
        monkeypatch.setenv("TOCSIN_URL", server.url)
        monkeypatch.setenv("TOCSIN_API_KEY", KEY)
        monkeypatch.setattr("tocsin_cli.api.time.sleep", lambda _: None)
        yield server


def test_every_exit_code_is_in_the_documents_table() -> None:
    page = (REPOSITORY / "docs/cli.md").read_text()

    assert {int(it) for it in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == set(ExitCode)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param([], "Usage: tocsin", id="nothing said"),
        pytest.param(["nope"], "No such command 'nope'", id="an unknown command"),
        pytest.param(["alerts", "list", "--nope"], "No such option: --nope", id="an option"),
        pytest.param(["alerts", "list", "--limit", "many"], "--limit", id="no number"),
        pytest.param(["alerts", "show"], "Missing argument 'ID'", id="a missing argument"),
    ],
)
def test_wrong_usage_is_64(arguments: list[str], says: str, tocsin: Tocsin) -> None:
    done = tocsin(*arguments)

    assert done.code == ExitCode.WRONG_USAGE
    assert says in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    ("step", "code", "says"),
    [
        pytest.param(
            reply(200, b"<html>Sign in</html>"),
            ExitCode.NOT_TOCSIN,
            "answers with no JSON",
            id="a page",
        ),
        pytest.param(
            reply(200, {"ok": True}), ExitCode.NOT_TOCSIN, "has no data", id="JSON of another"
        ),
        pytest.param(
            reply(200, b"[" * 100_000), ExitCode.NOT_TOCSIN, "no JSON", id="bottomless JSON"
        ),
        pytest.param(
            reply(404, b"<html>"), ExitCode.NOT_TOCSIN, "answers 404", id="not found, by another"
        ),
        pytest.param(
            reply(401, {"error": {"message": "This API key is not known."}}),
            ExitCode.NOT_ALLOWED,
            "This API key is not known.",
            id="an unknown key",
        ),
        pytest.param(
            reply(503, {"error": {"message": "Try again."}}, {"Retry-After": "1"}),
            ExitCode.TRY_AGAIN,
            "Try again.",
            id="storage refuses",
        ),
        pytest.param(
            reply(502, b"Bad gateway"), ExitCode.TRY_AGAIN, "answers 502", id="a bad gateway"
        ),
        pytest.param(cut_after(), ExitCode.UNREACHABLE, "cannot be reached", id="no answer"),
        pytest.param(
            cut_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"),
            ExitCode.UNREACHABLE,
            "cannot be reached",
            id="half an answer",
        ),
        pytest.param(cut_after(b"SSH-2.0\r\n"), ExitCode.UNREACHABLE, "", id="no HTTP"),
    ],
)
def test_a_bad_answer_is_told_in_a_sentence(
    step: Step, code: ExitCode, says: str, server: ScriptedServer, tocsin: Tocsin
) -> None:
    server.plays(step)

    done = tocsin("alerts", "list")

    assert done.code == code
    assert says in done.err
    assert KEY not in done.err + done.out


def test_what_failed_for_now_is_asked_again_under_the_same_idempotency_key(
    server: ScriptedServer, tocsin: Tocsin
) -> None:
    acknowledged = {**ALERT, "status": "acknowledged", "acknowledged_by": "alice"}
    server.plays(reply(503, b""), cut_after(), reply(200, {"data": acknowledged}))

    done = tocsin("alerts", "ack", "01J")

    assert done.out == "01J  Disk full: alice has it now\n"
    assert [it.line.split()[0] for it in server.requests] == ["POST"] * 3
    assert len({it.headers["idempotency-key"] for it in server.requests}) == 1


def test_a_redirect_elsewhere_does_not_get_the_key(server: ScriptedServer, tocsin: Tocsin) -> None:
    with ScriptedServer().running() as elsewhere:
        server.plays(reply(302, b"", {"Location": f"{elsewhere.url}/api/v1/alerts"}))

        done = tocsin("alerts", "list")

    assert elsewhere.requests == []
    assert done.code == ExitCode.NOT_TOCSIN
    assert f"redirects to {elsewhere.url}" in done.err


def test_a_redirect_of_the_same_address_is_followed(server: ScriptedServer, tocsin: Tocsin) -> None:
    server.plays(reply(302, b"", {"Location": "/other"}), reply(200, {"data": [ALERT]}))

    assert tocsin("alerts", "list").code == ExitCode.DONE


def test_an_act_is_not_sent_on_by_a_redirect(server: ScriptedServer, tocsin: Tocsin) -> None:
    server.plays(reply(302, b"", {"Location": "/other"}))

    assert tocsin("alerts", "ack", "01J").code == ExitCode.NOT_TOCSIN
    assert len(server.requests) == 1


def test_an_answer_that_takes_too_long_is_not_waited_for(
    server: ScriptedServer, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin_cli.api.SECONDS", 0.05)
    server.plays(server.never_answer)

    done = tocsin("alerts", "list")

    assert done.code == ExitCode.UNREACHABLE
    assert "no answer within" in done.err
    assert len(server.requests) == 1


def test_a_port_where_nobody_listens_is_unreachable(
    tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOCSIN_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("TOCSIN_API_KEY", KEY)
    monkeypatch.setattr("tocsin_cli.api.time.sleep", lambda _: None)

    done = tocsin("alerts", "list")

    assert done.code == ExitCode.UNREACHABLE
    assert done.err == "tocsin: http://127.0.0.1:1 cannot be reached: Connection refused.\n"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    tmp_path: Path, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate_for("localhost", tmp_path))
    with ScriptedServer(tls=tls).running() as secure:
        monkeypatch.setenv("TOCSIN_URL", secure.url)
        monkeypatch.setenv("TOCSIN_API_KEY", KEY)

        done = tocsin("alerts", "list")

    assert done.code == ExitCode.UNREACHABLE
    assert "its certificate is not valid" in done.err
    assert secure.requests == []


def test_names_of_strangers_do_nothing_to_a_terminal(
    server: ScriptedServer, tocsin: Tocsin
) -> None:
    evil = {**ALERT, "summary": "Disk \x1b[2J\x1b]0;owned\x07 full\x9b1m\u202eevil\r\n"}
    server.plays(reply(200, {"data": [evil]}))

    for form in ("table", "markdown", "json"):
        shown = tocsin("alerts", "list", "-o", form).out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown)


def test_what_is_unforeseen_is_a_sentence_too(
    server: ScriptedServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.plays(reply(200, {"data": ["surprise"]}))

    assert run(["alerts", "list"]) == ExitCode.INTERNAL

    (sentence, hint) = capsys.readouterr().err.splitlines()
    assert sentence.startswith("tocsin: something unforeseen: TypeError: ")
    assert "another version" in hint


@pytest.mark.parametrize("command", ["validate", "plan", "simulate"])
def test_a_file_that_is_not_there_is_wrong_usage(command: str, tocsin: Tocsin) -> None:
    done = tocsin(command, "nowhere.yaml", *(["--payload", "-"] if command == "simulate" else []))

    assert done.code == ExitCode.WRONG_USAGE
    assert done.err.startswith("tocsin: nowhere.yaml")


def test_a_command_loads_no_other() -> None:
    looked = "from tocsin_cli.main import run; run(['alerts', 'list', '--help']); import sys; "
    loaded = "print([it for it in sys.modules if it.startswith(('tocsin_cli.plan', 'functions'))])"

    done = subprocess.run(
        [sys.executable, "-c", looked + loaded],
        env={**os.environ, "PYTHONPATH": PATHS},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.endswith("\n[]\n")


def test_an_argument_that_is_no_utf_8_is_wrong_usage(
    server: ScriptedServer, tocsin: Tocsin
) -> None:
    done = tocsin("alerts", "list", "--words", "disk \udcff")

    assert done.code == ExitCode.WRONG_USAGE
    assert server.requests == []


def test_a_watch_goes_on_when_the_stack_was_away(
    server: ScriptedServer, tocsin: Tocsin, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = [reply(503, b"")] * 3
    alert = {**ALERT, "current_escalation_step": None}
    server.plays(reply(200, {"data": []}), *away, reply(200, {"data": [alert]}))
    waits = iter((5, 10, None))

    def sleep(seconds: int) -> None:
        if seconds != next(waits):
            raise KeyboardInterrupt

    monkeypatch.setattr("tocsin_cli.watch.time", SimpleNamespace(sleep=sleep))

    done = tocsin("alerts", "watch")

    assert done.code == ExitCode.INTERRUPTED
    assert " ".join(done.out.split()[1:3]) == "opened critical"


def test_the_shell_completes_commands_and_profiles(own_home: Path) -> None:
    (own_home / ".config/tocsin").mkdir(parents=True)
    (own_home / ".config/tocsin/config.toml").write_text('[profiles.payments]\nurl = "https://a"\n')

    assert completed("tocsin al", 1) == ["alerts"]
    assert completed("tocsin on-call --profile pa", 3) == ["payments"]


def completed(typed: str, word: int) -> list[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": PATHS,
        "_TOCSIN_COMPLETE": "complete_bash",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(word),
    }
    done = subprocess.run(PROGRAM, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def start(server: ScriptedServer, *arguments: str, **options: object) -> subprocess.Popen[bytes]:
    environment = {
        **os.environ,
        "PYTHONPATH": PATHS,
        "PYTHONWARNINGS": "error",
    }
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    assert server.url == os.environ["TOCSIN_URL"]
    return subprocess.Popen([*PROGRAM, *arguments], env=environment, **streams)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def _ctrl_c_reaches_programs() -> Iterator[None]:
    # A shell starts its background jobs with SIGINT ignored, as `make test` does, and programs
    # inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_ctrl_c_reaches_programs")
def test_ctrl_c_ends_without_a_word(server: ScriptedServer) -> None:
    server.plays(server.never_answer)
    program = start(server, "alerts", "list")
    while not server.requests:
        time.sleep(0.01)

    program.send_signal(signal.SIGINT)

    assert program.communicate(timeout=30) == (b"", b"")
    assert program.returncode == ExitCode.INTERRUPTED


def test_a_reader_that_has_gone_ends_it_quietly(server: ScriptedServer) -> None:
    many = [{**ALERT, "id": f"{number:026}"} for number in range(5_000)]
    server.plays(reply(200, {"data": many}))
    reading, writing = os.pipe()
    os.close(reading)

    program = start(server, "alerts", "list", "--limit", "9999", stdout=writing)
    os.close(writing)

    assert program.communicate(timeout=30)[1] == b""
    assert program.returncode == ExitCode.BROKEN_PIPE


def test_a_full_disk_is_told(server: ScriptedServer) -> None:
    server.plays(reply(200, {"data": [ALERT]}))

    with Path("/dev/full").open("wb") as full:
        program = start(server, "alerts", "list", stdout=full)

    assert b"could not be written" in program.communicate(timeout=30)[1]
    assert program.returncode == ExitCode.NO_OUTPUT


def test_without_an_output_it_does_its_work(server: ScriptedServer) -> None:
    server.plays(reply(200, {"data": [ALERT]}))
    closing = ["sh", "-c", 'exec "$@" >&-', "sh", *PROGRAM, "alerts", "list"]

    done = subprocess.run(
        closing,
        env={**os.environ, "PYTHONPATH": PATHS},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (ExitCode.DONE, b"")


def test_a_character_that_the_terminal_lacks_is_spelled(server: ScriptedServer) -> None:
    server.plays(reply(200, {"data": [{**ALERT, "summary": "Plattenplatz für Ωmega"}]}))

    done = subprocess.run(
        [*PROGRAM, "alerts", "list"],
        env={
            **os.environ,
            "PYTHONPATH": PATHS,
            "PYTHONIOENCODING": "latin-1",
        },
        capture_output=True,
        check=False,
    )

    assert done.returncode == ExitCode.DONE
    assert "Plattenplatz für \\u03a9mega".encode("latin-1") in done.stdout
