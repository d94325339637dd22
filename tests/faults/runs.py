"""One story under one plan, how it ended, and the command that tells it again."""

import os
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from tests.faults.ending import Findings, differences
from tests.faults.invariants import INVARIANTS
from tests.faults.plans import Boundaries, Fault, Function, Kind, Plan, plan_of, shrunk
from tests.faults.simulation import Simulation, Template
from tests.faults.stories import Story
from tests.faults.team import StoryTeam

ROOT = Path(__file__).parents[2]
COMES_TO_ITS_END = "Every story comes to its end"
ENDS_ALIKE = "A story ends as it ends without faults"


@dataclass
class Tally:
    """What all runs of a session together went through: nothing proves nothing."""

    plans: int = 0
    kill_points: int = 0
    redelivered: int = 0
    duplicates: int = 0
    happened: "Counter[Kind]" = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """For the end of a session."""
        return [
            f"{self.plans} plans, {self.kill_points} kill points, nothing violated",
            f"{self.redelivered} redeliveries, {self.duplicates} messages taken and not marked",
            *(f"{number:6} x {kind}" for kind, number in sorted(self.happened.items())),
        ]


TALLY = Tally()


@dataclass(frozen=True)
class Calm:
    """A story without faults: what others are compared with, and where they may go wrong."""

    story: Story
    template: Template
    findings: Findings
    boundaries: Boundaries
    tally: Tally

    def plan(self, seed: int) -> Plan:
        """What goes wrong by a seed; something else in each story."""
        mixed = (crc32(self.story.name.encode()) << 64) + seed
        return plan_of(mixed, self.boundaries, alone=seed)

    def problems(self, plan: Plan, seed: int = 0) -> list[str]:
        """What is wrong after the same story under a plan."""
        try:
            findings = tell(self.story, self.template, plan, seed)
        except Exception as error:  # noqa: BLE001 - the report says how to meet any of them again
            return [f"{COMES_TO_ITS_END}: {type(error).__name__}: {error}"]
        self.tally.redelivered += findings.team.world.redelivered
        self.tally.duplicates += sum(findings.team.world.ambiguous.values())
        self.tally.happened += findings.team.world.line.happened
        problems = violations(findings)
        if not self.story.is_open:
            is_hasty = self.story.is_hasty
            different = differences(self.findings, findings, is_hasty=is_hasty)
            problems += [f"{ENDS_ALIKE}: {each}" for each in different]
        return problems

    def report(self, plan: Plan, seed: int, problems: list[str]) -> str:
        """The smallest plan that fails, what is wrong, and the command that tells it again."""
        smallest = shrunk(plan, lambda smaller: bool(self.problems(smaller, seed)))
        faults = "\n".join(f"  {fault}" for fault in smallest)
        wrong = "\n".join(f"  {problem}" for problem in self.problems(smallest, seed) or problems)
        command = replay_command(self.story, plan, smallest, seed)
        return f"{self.story.name}:\n{faults}\nends with\n{wrong}\nTell it again:\n  {command}"


def replay_command(story: Story, plan: Plan, smallest: Plan, seed: int) -> str:
    """The one command that tells a story again under what is left of a plan."""
    command = f'python -m tests.faults.replay --story "{story.name}"'
    (first, *others) = plan
    if first.kind is Kind.DIE and not others and seed == 0:
        return f'{command} --kill "{first.function.value}" {first.run} {first.boundary}'
    only = [position for position, fault in enumerate(plan) if fault in smallest]
    needed = f" --only {' '.join(map(str, only))}" if len(only) < len(plan) else ""
    return f"{command} --seed {seed}{needed}"


def kill(function: str, run: int, boundary: int) -> Plan:
    """The plan of one death."""
    fault = Fault(kind=Kind.DIE, function=Function(function), run=run, boundary=boundary)
    return (fault,)


def tell(story: Story, template: Template, plan: Plan = (), seed: int = 0) -> Findings:
    """Let a story happen.

    Raises:
        StuckError: It does not come to its end.
    """
    team = StoryTeam(Simulation(template, plan, seed))
    team.world.play(lambda: story.tell(team))
    return Findings(team)


def calm(story: Story, template: Template, tally: Tally = TALLY) -> Calm:
    """Let a story happen without faults."""
    findings = tell(story, template)
    problems = violations(findings)
    assert not problems, f"{story.name} without faults: {problems}"
    return Calm(story, template, findings, findings.team.world.boundaries, tally)


def violations(findings: Findings) -> list[str]:
    """What does not hold of all that must."""
    return [
        f"{invariant.sentence}: {problem}"
        for invariant in INVARIANTS
        for problem in invariant.check(findings)
    ]


def seed_of_commit() -> tuple[int, str]:
    """A number that is the same for the same tree of files, and what it was made of."""
    asked = subprocess.run(
        ("git", "rev-parse", "HEAD^{tree}"),
        cwd=ROOT,
        env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    tree = asked.stdout.strip()
    if asked.returncode != 0 or not tree:
        return 20260301, "no commit here: a constant"
    return int(tree[:10], 16), f"tree {tree[:10]}"
