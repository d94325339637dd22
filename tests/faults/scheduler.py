"""Tasks that wait for a time of a clock that jumps: the one that is due first goes on."""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Protocol

from greenlet import getcurrent, greenlet


class DeathError(BaseException):
    """The process is gone: nothing after this line ran."""


class Mortal(Protocol):
    """What a task belongs to, and ends with."""

    is_dead: bool
    deadline: datetime | None
    """When it is stopped, like a function whose time is up."""


class Task(greenlet):
    """Something that happens beside everything else, and gives way whenever it waits."""

    def __init__(self, work: Callable[[], object], hub: greenlet, run: Mortal | None) -> None:
        super().__init__(work, hub)
        self.run_of = run


class Scheduler:
    """The order of all that happens: by time, then by who asked first."""

    def __init__(self, start: datetime, settle: Callable[[], None]) -> None:
        self.now = start
        self.events = 0
        self._settle = settle
        self._heap: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._number = 0
        self._hub = getcurrent()

    @property
    def next_at(self) -> datetime | None:
        """When something happens next; None: nothing waits for a time."""
        return self._heap[0][0] if self._heap else None

    def at(self, when: datetime, do: Callable[[], Any]) -> None:
        """Do something at a time, or now if that is over."""
        self._number += 1
        heappush(self._heap, (max(when, self.now), self._number, do))

    def step(self) -> None:
        """Let the next thing happen."""
        self.events += 1
        when, _, do = heappop(self._heap)
        self.now = when
        do()

    def spawn(self, work: Callable[[], object], run: Mortal | None = None) -> Task:
        """Begin something beside what is under way."""
        task = Task(work, self._hub, run)
        self.at(self.now, task.switch)
        return task

    def sleep(self, duration: timedelta) -> None:
        """Let everything happen that is due before this time has passed.

        Raises:
            DeathError: What the task belongs to ended in the meantime.
        """
        task = current()
        run = task.run_of
        when = self.now + duration
        if run is not None and run.deadline is not None and when > run.deadline:
            self._wait_until(run.deadline, task)
            run.is_dead = True
        else:
            self._wait_until(when, task)
        if run is not None and run.is_dead:
            raise DeathError

    def _wait_until(self, when: datetime, task: Task) -> None:
        self._settle()
        if self._heap and self._heap[0][0] <= when:
            self.at(when, task.switch)
            self._hub.switch()
        else:
            self.now = max(self.now, when)

    def park(self) -> None:
        """Wait until another task wakes this one."""
        self._hub.switch()

    def wake(self, task: Task) -> None:
        """Let a parked task go on."""
        self.at(self.now, task.switch)


def current() -> Task:
    """The task that is under way."""
    task = getcurrent()
    assert isinstance(task, Task), "only tasks can wait"
    return task


class SideBySide(Executor):
    """Work of one process in several threads, which give way to one another at each request."""

    def __init__(self, scheduler: Scheduler, threads: int) -> None:
        self._scheduler = scheduler
        self._free = threads
        self._waiting: deque[Task] = deque()

    def submit[**P, T](
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        """Begin it; `result` waits for its end."""
        run = current().run_of
        future: _Promise[T] = _Promise(self._scheduler, run)

        def work() -> None:
            if not self._free:
                self._waiting.append(current())
                self._scheduler.park()
            self._free -= 1
            try:
                future.set_result(fn(*args, **kwargs))
            except DeathError:
                if run is not None:
                    run.is_dead = True
                future.cancel()
            except Exception as error:  # noqa: BLE001 - raised by the future's result
                future.set_exception(error)
            self._free += 1
            if self._waiting:
                self._scheduler.wake(self._waiting.popleft())
            future.tell()

        self._scheduler.spawn(work, run)
        return future


class _Promise[T](Future[T]):
    def __init__(self, scheduler: Scheduler, run: Mortal | None) -> None:
        super().__init__()
        self._scheduler = scheduler
        self._run = run
        self._asking: list[Task] = []

    def result(self, timeout: float | None = None) -> T:
        self._wait()
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._wait()
        return super().exception(timeout)

    def _wait(self) -> None:
        while not self.done():
            self._asking.append(current())
            self._scheduler.park()
        if self._run is not None and self._run.is_dead:
            raise DeathError

    def tell(self) -> None:
        for task in self._asking:
            self._scheduler.wake(task)
