"""A notice as JSON, in the queue and in the ledger."""

import json

from tocsin.domain.on_call.notice import Notice, NoticeKind


def write_notice(notice: Notice) -> str:
    return json.dumps([notice.kind, notice.title, notice.lines, notice.swap], ensure_ascii=False)


def read_notice(written: str) -> Notice:
    """The inverse of `write_notice`."""
    kind, title, lines, swap = json.loads(written)
    return Notice(kind=NoticeKind(kind), title=title, lines=tuple(lines), swap=swap)
