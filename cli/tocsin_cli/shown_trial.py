"""What became of an alert that was sent, or would become of one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tocsin_cli.screen import Column, Screen
from tocsin_cli.times import ahead, instant, local, now

type Result = Mapping[str, Any]


def show_receipts(screen: Screen, results: Sequence[Result]) -> None:
    columns = (
        Column(title="OUTCOME", value=lambda it: str(it["outcome"])),
        Column(title="SEVERITY", value=lambda it: str(it.get("severity") or ""), spare=1),
        Column(title="ALERT", value=lambda it: str(it.get("alert_id") or "")),
        Column(title="", value=lambda it: "; ".join(_remarks(it)), breaks=True),
    )
    screen.table(columns, results)


def _remarks(result: Result) -> Iterator[str]:
    if error := result.get("error"):
        yield _spelled_error(error)
    if reason := result.get("reason"):
        yield str(reason)
    if result.get("pages") is False:
        yield f"pages nobody: {result.get('why')}"
    for field, meaning in (result.get("assumed") or {}).items():
        yield f"{field} was taken for {meaning}"
    if ignored := result.get("ignored"):
        yield f"not read: {', '.join(ignored)}"
    yield from map(str, result.get("truncated") or ())


def _spelled_error(error: Result) -> str:
    details = (f"{it.get('field')}: {it.get('problem')}" for it in error.get("details") or ())
    return "; ".join((str(error.get("message")), *details))


def show_trials(screen: Screen, results: Sequence[Result], *, left_out: int) -> None:
    at = now()
    for number, result in enumerate(results):
        if number:
            screen.line()
        _show_trial(screen, result, at)
    if left_out:
        screen.line(f"\n{left_out} more were not tried.")


def _show_trial(screen: Screen, result: Result, at: datetime) -> None:
    signal: Result = result.get("signal") or {}
    screen.spans(
        (str(result["outcome"]), "bold"),
        ("  ", ""),
        (str(signal.get("summary") or signal.get("name") or result.get("dedup_key") or ""), ""),
    )
    screen.fields(_trial_fields(result, signal), indent=2)
    pages: Sequence[Result] = result.get("pages") or ()
    if pages:
        screen.line("  Who would be paged, if nobody acknowledged:")
        screen.table(_page_columns(at), pages, indent=4)


def _trial_fields(result: Result, signal: Result) -> Iterator[tuple[str, str]]:
    yield "severity", str(result.get("severity") or signal.get("severity") or "")
    yield "dedup key", str(result.get("dedup_key") or "")
    yield "object", str(signal.get("object") or "")
    yield "reason", str(signal.get("reason") or "")
    labels: Mapping[str, str] = signal.get("labels") or {}
    yield "labels", "  ".join(f"{name}={value}" for name, value in labels.items())
    yield "joins", str(result.get("alert_id") or "")
    yield "route", str(result.get("route") or "")
    yield "policy", str(result.get("escalation_policy") or "")
    action: Result = result.get("next_action") or {}
    yield "then", str(action.get("why") or "")
    yield "remarks", "; ".join(_remarks(result))


def _page_columns(at: datetime) -> Sequence[Column]:
    return (
        Column(title="WHEN", value=lambda it: ahead(instant(it["at"]), at)),
        Column(title="AT", value=lambda it: local(instant(it["at"])), spare=2),
        Column(title="WHO", value=lambda it: str(it["target"]).partition(":")[2]),
        Column(title="BY", value=lambda it: str(it["channel"])),
        Column(title="STEP", value=lambda it: str(it["step_name"] or it["step"]), spare=1),
        Column(title="", value=lambda it: str(it["problem"] or ""), breaks=True),
    )
