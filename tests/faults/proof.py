"""Many histories on all cores, and the table of docs/reliability.md: `make proof HISTORIES=50000`.

What was told is kept in .local/proof.json: stopped, it goes on where it was. It begins anew for
another tree of files.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from functools import cache

from tests.faults.invariants import INVARIANTS
from tests.faults.mutants import MUTANTS
from tests.faults.plans import Kind, kills
from tests.faults.runs import COMES_TO_ITS_END, ENDS_ALIKE, ROOT, Calm, Tally, calm, seed_of_commit
from tests.faults.stories import STORIES
from tests.template_file import read_template

PROGRESS = ROOT / ".local" / "proof.json"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- made by `make proof` -->", "<!-- end -->"
CHUNK = 200
KEPT_VIOLATIONS = 100


@dataclass
class Progress:
    """What has been told so far."""

    tree: str
    first_seed: int
    histories: int = 0
    kill_points: int = 0
    done: list[int] = field(default_factory=list)
    """Chunks of histories."""
    killed: list[str] = field(default_factory=list)
    """Stories whose kill points were told."""
    violations: dict[str, int] = field(default_factory=dict)
    """By property."""
    reports: list[str] = field(default_factory=list)
    happened: dict[str, int] = field(default_factory=dict)
    mutants: dict[str, str] = field(default_factory=dict)
    """By what each was caught; empty: by nothing."""

    def keep(self) -> None:
        """Write it down."""
        PROGRESS.parent.mkdir(exist_ok=True)
        beside = PROGRESS.with_suffix(".new")
        beside.write_text(json.dumps(asdict(self)))
        beside.replace(PROGRESS)


@dataclass(frozen=True)
class Told:
    """What some histories came to."""

    histories: int
    violations: Mapping[str, int]
    reports: Sequence[str]
    happened: Mapping[str, int]


@cache
def _calms() -> list[Calm]:
    template = read_template()
    return [calm(story, template, Tally()) for story in STORIES]


def chunk(number: int, first_seed: int) -> Told | str:
    """Tell some histories by random plans, each story in its turn."""
    calms = _calms()

    def plans() -> Iterator[tuple[Calm, int]]:
        for position in range(number * CHUNK, (number + 1) * CHUNK):
            yield calms[position % len(calms)], first_seed + position

    return _tell((told, told.plan(seed), seed) for told, seed in plans())


def killed(name: str) -> Told | str:
    """Let a process die at each boundary of a story."""
    told = next(it for it in _calms() if it.story.name == name)
    return _tell((told, plan, 0) for plan in kills(told.boundaries))


def _tell(histories: Iterator[tuple[Calm, tuple[object, ...], int]]) -> Told:
    number, violations, reports = 0, Counter[str](), list[str]()
    happened: Counter[Kind] = Counter()
    for told, plan, seed in histories:
        number += 1
        told.tally.happened.clear()
        problems = told.problems(plan, seed)  # type: ignore[arg-type]
        happened += told.tally.happened
        violations.update({problem.partition(":")[0] for problem in problems})
        if problems and not reports:
            reports.append(told.report(plan, seed, problems))  # type: ignore[arg-type]
    return Told(number, violations, reports, {str(kind): n for kind, n in happened.items()})


def mutant(name: str) -> Told | str:
    """By what a mistake is caught; empty: by nothing."""
    told = subprocess.run(
        (sys.executable, "-m", "tests.faults.mutants", name),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() if told.returncode == 0 else ""


def begun(histories: int) -> Progress:
    """Go on with what was begun for this tree, or begin anew."""
    _, tree = seed_of_commit()
    if PROGRESS.exists():
        progress = Progress(**json.loads(PROGRESS.read_text()))
        if progress.tree == tree and progress.histories <= histories:
            return progress
    return Progress(tree=tree, first_seed=secrets.randbelow(2**40))


def main() -> int:
    """Tell all histories, kill points and mutants that are left, and write the table.

    Histories come in whole chunks, so that a run for more of them goes on where this one ends.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", type=int, default=50_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    last = -(-asked.histories // CHUNK)
    progress = begun(last * CHUNK)
    with ProcessPoolExecutor(asked.processes) as pool:
        work: dict[Future[Told | str], tuple[str, str]] = {}
        for number in sorted(set(range(last)) - set(progress.done)):
            future = pool.submit(chunk, number, progress.first_seed)
            work[future] = "histories", str(number)
        for story in STORIES:
            if story.name not in progress.killed:
                work[pool.submit(killed, story.name)] = "kills", story.name
        for each in MUTANTS:
            if each.name not in progress.mutants:
                work[pool.submit(mutant, each.name)] = "mutant", each.name
        _gather(work, progress, last * CHUNK)
    write_page(progress)
    for report in progress.reports:
        print(report)
    survived = [name for name, caught in progress.mutants.items() if not caught]
    print(f"\n{PAGE.relative_to(ROOT)} is written. Violations: {sum(progress.violations.values())}")
    print(f"Mutants that survived: {', '.join(survived) or 'none'}")
    return bool(progress.violations or survived)


def _gather(
    work: dict[Future[Told | str], tuple[str, str]], progress: Progress, histories: int
) -> None:
    began, before = time.monotonic(), progress.histories
    for number, future in enumerate(as_completed(work), 1):
        kind, name = work[future]
        result = future.result()
        if isinstance(result, str):
            progress.mutants[name] = result
        else:
            _add(progress, result)
            if kind == "kills":
                progress.killed.append(name)
                progress.kill_points += result.histories
            else:
                progress.done.append(int(name))
                progress.histories += result.histories
        progress.keep()
        rate = (progress.histories - before) / max(1.0, time.monotonic() - began)
        filled = 30 * number // len(work)
        wrong = sum(progress.violations.values())
        print(
            f"\r[{'#' * filled}{' ' * (30 - filled)}] {progress.histories}/{histories} histories, "
            f"{progress.kill_points} kill points, {len(progress.mutants)} mutants, "
            f"{wrong} violations, {rate:.0f}/s ",
            end="",
            flush=True,
        )


def _add(progress: Progress, told: Told) -> None:
    progress.violations = dict(Counter(progress.violations) + Counter(told.violations))
    progress.happened = dict(Counter(progress.happened) + Counter(told.happened))
    room = KEPT_VIOLATIONS - len(progress.reports)
    progress.reports += list(told.reports)[:room]


def write_page(progress: Progress) -> None:
    """Put the table into its page, in place of the one before."""
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(progress)}\n{END}{after}")


def table(progress: Progress) -> str:
    """Property, how it is checked, cases, violations; mutants; what is not proven."""
    cases = progress.histories + progress.kill_points
    caught = sum(bool(how) for how in progress.mutants.values())
    lines = [
        (
            f"{progress.histories:,} histories by random plans and {progress.kill_points:,} by a "
            f"death at each boundary, of {len(STORIES)} stories ({progress.tree})."
        ),
        "",
        "| Property | Checked | Cases | Violations |",
        "|---|---|---|---|",
    ]
    sentences = [it.sentence for it in INVARIANTS]
    for sentence in [*sentences, COMES_TO_ITS_END, ENDS_ALIKE]:
        how = "against the same story without faults" if sentence == ENDS_ALIKE else "at its end"
        number = progress.violations.get(sentence, 0)
        lines.append(f"| {sentence} | {how} | {cases:,} | {number:,} |")
    lines += ["", "| What went wrong in them | Times |", "|---|---|"]
    lines += [f"| {kind} | {number:,} |" for kind, number in sorted(progress.happened.items())]
    lines += [
        "",
        f"{caught} of {len(MUTANTS)} mistakes made on purpose were noticed.",
        "",
        "| Mistake | Noticed by |",
        "|---|---|",
    ]
    lines += [
        f"| {name} | {how.replace('|', '/') or '**nothing**'} |"
        for name, how in sorted(progress.mutants.items())
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
