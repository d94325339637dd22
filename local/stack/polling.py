"""A thread that looks for something new again and again."""

import threading
from abc import ABC, abstractmethod


class Polling(ABC):
    """Calls `poll` from `start` to `stop`, after a pause of `seconds` each."""

    seconds: float

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @abstractmethod
    def poll(self) -> None: ...

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self.seconds):
            self.poll()
