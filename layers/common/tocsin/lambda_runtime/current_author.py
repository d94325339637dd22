"""Who acts in the request that a process works on now."""

from dataclasses import dataclass

from tocsin.domain.activity import Author


@dataclass(slots=True)
class CurrentAuthor:
    """Of a function that works on one request at a time, as Lambda lets it.

    It is set when a caller is admitted, and unset when the next request begins.
    """

    author: Author | None = None

    def __call__(self, _stored: object = None) -> Author | None:
        return self.author
