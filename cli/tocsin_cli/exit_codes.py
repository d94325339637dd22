"""What a command's exit code says; `docs/cli.md` has the same table."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Beyond 63 as in BSD's sysexits.h, and as a shell has them for signals."""

    DONE = 0
    FAILED = 1
    """The answer is no: a file is not valid, an alert does not exist, the stack refuses."""
    CHANGES = 2
    """Of `plan`: something would change."""
    GRAVE_CHANGES = 3
    """Of `plan`: the current shift moves, nobody is on call for a time, or nobody is reached."""
    WRONG_USAGE = 64
    UNREACHABLE = 69
    """No answer: no connection, no valid certificate, no answer in time."""
    INTERNAL = 70
    """Something unforeseen: a mistake of this program, or a stack of another version."""
    NO_OUTPUT = 74
    """What was to be shown could not be written."""
    TRY_AGAIN = 75
    """The stack is too busy, or in trouble."""
    NOT_TOCSIN = 76
    """Something answered, but not Tocsin's API."""
    NOT_ALLOWED = 77
    """The key is missing, unknown, or has not the scope."""
    NOT_CONFIGURED = 78
    """No stack is named, or the profiles cannot be read."""
    INTERRUPTED = 130
    """Ctrl-C."""
    BROKEN_PIPE = 141
    """Who read the output has gone, as `head` does."""
