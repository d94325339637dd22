"""One story under one plan, and how it ended."""

from collections import Counter
from dataclasses import dataclass, field

from tests.faults.ending import Findings, differences
from tests.faults.invariants import INVARIANTS
from tests.faults.plans import Boundaries, Kind, Plan, shrunk
from tests.faults.simulation import StuckError, Template, World
from tests.faults.stories import Story
from tests.faults.team import Team


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
            f"{self.plans} plans, {self.kill_points} kill points, all stories ended alike",
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

    def problems(self, plan: Plan, seed: int = 0) -> list[str]:
        """What is wrong after the same story under a plan."""
        try:
            findings = tell(self.story, self.template, plan, seed)
        except StuckError as stuck:
            return [str(stuck)]
        self.tally.redelivered += findings.team.world.redelivered
        self.tally.duplicates += sum(findings.team.world.ambiguous.values())
        self.tally.happened += findings.team.world.line.happened
        problems = violations(findings)
        if not self.story.is_open:
            is_hasty = self.story.is_hasty
            problems += differences(self.findings, findings, is_hasty=is_hasty)
        return problems

    def report(self, plan: Plan, seed: int, problems: list[str]) -> str:
        """What somebody needs to mend it."""
        smallest = shrunk(plan, lambda smaller: bool(self.problems(smaller, seed)))
        faults = "\n".join(f"  {fault}" for fault in smallest)
        wrong = "\n".join(f"  {problem}" for problem in self.problems(smallest, seed) or problems)
        return f"{self.story.name}, seed {seed}\n{faults}\nends with\n{wrong}"


def tell(story: Story, template: Template, plan: Plan = (), seed: int = 0) -> Findings:
    """Let a story happen.

    Raises:
        StuckError: It does not come to its end.
    """
    team = Team(World(template, plan, seed))
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
        if not invariant.is_known_broken
        for problem in invariant.check(findings)
    ]
