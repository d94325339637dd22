"""The program: whatever happens, it ends with a sentence and an exit code, never a traceback."""

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from tocsin_cli.errors import CommandError, ReaderGoneError, UsageError
from tocsin_cli.exit_codes import ExitCode
from tocsin_cli.text import clean


def main() -> NoReturn:
    _prepare_streams()
    code = run(sys.argv[1:])
    sys.exit(_after_flushing(code))


def run(arguments: Sequence[str]) -> int:
    """Run a command, and say what went wrong if something did."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except ReaderGoneError:
        return ExitCode.BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last place before a traceback
        told = _told(error)
        _complain(str(told), told.hint)
        return told.code


def _told(error: Exception) -> CommandError:
    match error:
        case CommandError():
            return error
        case UnicodeEncodeError():
            return UsageError("an argument has bytes that are no UTF-8.")
        case OSError() if error.filename is not None:
            return UsageError(f"{error.filename}: {error.strerror}.")
        case _:
            return _unforeseen(error)


def _run(arguments: Sequence[str]) -> int:
    from typer import Abort, TyperException
    from typer.main import get_command

    from tocsin_cli.app import app_for

    word = next((it for it in arguments if not it.startswith("-")), None)
    try:
        code = get_command(app_for(word)).main(
            list(arguments), prog_name="tocsin", standalone_mode=False
        )
    except TyperException as error:
        return _wrong_usage(error)
    except Abort:
        return ExitCode.INTERRUPTED
    return int(code or ExitCode.DONE)


def _wrong_usage(error: Exception) -> int:
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        _say(message)
    else:
        place = context.command_path if context is not None else "tocsin"
        _complain(message, f"`{place} --help` says what there is.")
    return ExitCode.WRONG_USAGE


def _complain(message: str, hint: str | None = None) -> None:
    _say(f"tocsin: {message}")
    if hint:
        _say(hint)


def _say(text: str) -> None:
    """Where nobody can be told, the exit code has to say enough."""
    try:
        print(clean(text, keep="\n"), file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return


def _unforeseen(error: Exception) -> CommandError:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return CommandError(
        f"something unforeseen: {type(error).__name__}: {error} "
        f"({Path(last.filename).name}, line {last.lineno})",
        ExitCode.INTERNAL,
        "A mistake of this program, or a stack of another version; what was begun may be done.",
    )


def _prepare_streams() -> None:
    """Let writing never fail for a character; Python has None for a stream that is closed."""
    sys.stdout = _usable(sys.stdout)
    sys.stderr = _usable(sys.stderr)


def _usable(stream: TextIO | None) -> TextIO:
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _after_flushing(code: int) -> int:
    """Write what is left, so that nothing fails at exit, where Python would complain itself."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = ExitCode.BROKEN_PIPE
    except (OSError, ValueError) as error:
        _complain(f"the output could not be written: {error}")
        code = ExitCode.NO_OUTPUT
    else:
        return code
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
