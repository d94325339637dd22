"""Tell one story again under one plan: `python -m tests.faults.replay --story "..." --seed N`."""

import argparse
import sys
import traceback

from tests.faults.runs import Tally, calm, kill, tell
from tests.faults.stories import STORIES
from tests.template_file import read_template


def main() -> int:
    """Print what goes wrong, what came of it, and what happened on the way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--story", required=True, choices=[it.name for it in STORIES])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, nargs="+", help="which faults of the plan are left")
    parser.add_argument("--kill", nargs=3, metavar=("FUNCTION", "RUN", "BOUNDARY"))
    asked = parser.parse_args()
    story = next(it for it in STORIES if it.name == asked.story)
    told = calm(story, read_template(), Tally())
    if asked.kill:
        function, run, boundary = asked.kill
        plan = kill(function, int(run), int(boundary))
    else:
        plan = told.plan(asked.seed)
    if asked.only is not None:
        plan = tuple(plan[position] for position in asked.only)
    for fault in plan:
        print(fault)
    problems = told.problems(plan, asked.seed)
    _print_history(story.name, asked.seed, plan)
    for problem in problems:
        print("WRONG", problem)
    print(f"{len(problems)} problems")
    return bool(problems)


def _print_history(name: str, seed: int, plan: tuple[object, ...]) -> None:
    story = next(it for it in STORIES if it.name == name)
    try:
        findings = tell(story, read_template(), plan, seed)  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - shown whole, to be mended
        traceback.print_exc()
        return
    told = [
        (change.at, findings.names[alert_id], f"{change.type} {dict(change.details)}")
        for alert_id, changes in findings.timelines.items()
        for change in changes
    ]
    told += [
        (it.at, findings.names.get(it.alert_id, it.alert_id), f"-> {it.event} {it.key}")
        for it in findings.team.world.line.received
    ]
    for at, alert, what in sorted(told):
        print(at.strftime("%d %H:%M:%S.%f")[:-3], alert, what)


if __name__ == "__main__":
    sys.exit(main())
