"""What ends a command; each has its exit code."""

from tocsin_cli.exit_codes import ExitCode


class CommandError(Exception):
    """Something that the user can read and mend.

    Args:
        message: What is wrong, in a sentence or more lines.
        code: What a script sees.
        hint: What to do about it.
    """

    def __init__(self, message: str, code: ExitCode, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


class UsageError(CommandError):
    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, ExitCode.WRONG_USAGE, hint)


class FailedError(CommandError):
    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message, ExitCode.FAILED, hint)


class ReaderGoneError(Exception):
    """Nobody reads the output any more. It is no OSError, for which Typer would exit by itself."""
