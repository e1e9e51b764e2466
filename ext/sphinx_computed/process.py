"""Start, ask and stop the process that runs models. Imports no Sphinx."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

# Sets in one order, sums in one order: the same results on every machine.
SAME_EVERYWHERE = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}


class Worker:
    """The process that runs models, started at the first need and closed after the build."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None
        self.owner = 0

    def run(self, job: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the results of one job; the last record tells how it ended."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
            if answer := process.stdout.readline():
                return cast(list[dict[str, Any]], json.loads(answer))
        self.close()  # it died with its job; the next page starts another
        return [{"end": 1, "late": False, "line": 0}]

    def _started(self) -> subprocess.Popen[str]:
        """Our process; Sphinx's own parallel workers, which are forks, each start another."""
        if self.process is None or self.owner != os.getpid():
            self.owner = os.getpid()
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", str(Path(__file__).with_name("worker.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
                env=os.environ | SAME_EVERYWHERE,
            )
        return self.process

    def close(self) -> None:
        if self.process is not None and self.owner == os.getpid():
            with self.process:  # closes its input, which ends it, and waits
                pass
        self.process = None


WORKER = Worker()  # one for the whole build; a process cannot be kept in an environment
