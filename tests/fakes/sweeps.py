"""How far the sweep has come, in memory."""

from tocsin.domain.sweep import SweepState


class InMemorySweeps:
    """Implements `SweepRepository`."""

    def __init__(self) -> None:
        self.kept = SweepState()

    def state(self) -> SweepState:
        return self.kept

    def keep(self, state: SweepState) -> None:
        self.kept = state
