"""What keeps files from being joined."""


class JoinError(Exception):
    """A file is not as it has to be; the message names file and line."""

    def __init__(self, name: str, line: int, sentence: str) -> None:
        super().__init__(f"{name}:{line}: {sentence}")
