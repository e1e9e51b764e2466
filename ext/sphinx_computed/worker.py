"""The process that runs models: one for a whole build, a fork of it for each page.

Started as a program by `process`, it reads one job a line and answers with all its results in
one line, both JSON. Why not in Sphinx's own process: a model may loop in C, where no signal
reaches it, leave with ``os._exit``, print past ``sys.stdout`` or change the standard library for
the next page. Why not a fork of Sphinx for each page: that takes 8 ms, a fork of this small
process less than 1, and here neither threads nor open files are inherited. Imports no Sphinx.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from traceback import extract_tb, format_exception_only
from types import ModuleType
from typing import IO, Any, TextIO

if __name__ == "__main__":  # after the standard library, so that nothing here can hide it
    sys.path.append(str(Path(__file__).parent.parent))

from sphinx_computed.model import ForbiddenImport, compiled, execute, imports, parse
from sphinx_computed.values import BadValue, as_svg, as_text

Job = dict[str, Any]
Record = dict[str, Any]
PATIENCE = 5  # how much longer than it may work a page may take by the clock
WORKED_LONG = -signal.SIGPROF if hasattr(signal, "setitimer") else 0  # an exit status
CHECKS: dict[str, Callable[[object, str], str]] = {"calc": as_text, "chart": as_svg}


def serve(jobs: TextIO, answers: TextIO) -> None:
    """Answer every job with its results and a last record that tells how it ended."""
    for line in jobs:
        job: Job = json.loads(line)
        read(job)
        with tempfile.TemporaryFile(buffering=0) as results, tempfile.TemporaryFile() as trace:
            started = time.monotonic()
            status = run_apart(job, results, trace)
            passed = time.monotonic() - started
            late = status == WORKED_LONG or (status != 0 and passed >= job["seconds"] * PATIENCE)
            results.seek(0)
            trace.seek(0)
            spot = re.findall(rb'File ".*", line (\d+) in', _own(trace.read(), job))
            end = {"end": status, "late": late, "line": int(spot[0]) if spot else 0}
            records = [*results.read().decode().splitlines(), json.dumps(end)]
            answers.write(f"[{','.join(records)}]\n")
            answers.flush()


def _own(trace: bytes, job: Job) -> bytes:
    """The lines of a stopped program's trace that lie in the model."""
    name = Path(job["path"]).name.encode("ascii", "backslashreplace") + b'",'
    return b"\n".join(line for line in trace.splitlines() if name in line)


def read(job: Job) -> None:
    """Parse the model, and import here what many models share: each page's fork has both."""
    job["tree"], job["fault"] = None, None
    try:
        job["tree"] = parse(job["text"], Path(job["path"]))
    except Exception as error:
        job["fault"] = error
        return
    names = [f"{name}." for name, _ in imports(job["tree"])]
    for module in ("numpy", "sphinx_computed.svg"):
        if any(name.startswith(f"{module}.") for name in names):
            with suppress(Exception):  # not installed: the model's own import will say so
                importlib.import_module(module)
    gc.freeze()  # what is here, no fork has to look at


def run_apart(job: Job, results: IO[bytes], trace: IO[bytes]) -> int:
    """Evaluate *job* in a process of its own; return its exit status.

    Where there is no fork (Windows) a model that is stopped takes this process with it, and
    the next page starts another.
    """
    if not hasattr(os, "fork"):
        work(job, results, trace)
        return 0
    child = os.fork()
    if child == 0:
        os.setsid()  # whatever the model starts ends with it
        try:
            work(job, results, trace)
        finally:
            os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    return status


def work(job: Job, results: IO[bytes], trace: IO[bytes]) -> None:
    """Write the results of *job*, one by one so that none is lost, and what the model printed."""
    with tempfile.TemporaryFile() as printed, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(printed.fileno(), 1)
        os.dup2(printed.fileno(), 2)
        set_alarms(job["seconds"], trace)
        for record in evaluate(job):
            results.write(json.dumps(record).encode() + b"\n")
        sys.stdout.flush()
        sys.stderr.flush()
        printed.seek(0)
        text = printed.read(2000).decode(errors="replace").strip()
        if text:
            results.write(json.dumps({"printed": text}).encode() + b"\n")
        faulthandler.cancel_dump_traceback_later()


def set_alarms(seconds: float, trace: IO[bytes]) -> None:
    """End this process after *seconds* of its own work, or if it waits much longer than that.

    Work is measured by the processor, so that a busy machine stops no honest model. Neither
    alarm needs Python, which may be within a loop in C; both note in *trace* where it is.
    """
    if WORKED_LONG:
        faulthandler.register(signal.SIGPROF, file=trace, chain=True)
        signal.setitimer(signal.ITIMER_PROF, seconds)
    faulthandler.dump_traceback_later(seconds * PATIENCE, exit=True, file=trace)


def evaluate(job: Job) -> Iterator[Record]:
    """Run the model once for each combination of its knobs and evaluate what is asked of it."""
    path = Path(job["path"])
    for number, (values, wanted) in enumerate(job["combinations"]):
        try:
            if job["fault"]:
                raise job["fault"]
            if number == 0:
                code = compiled(job["tree"], path, job["knobs"])
            model = execute(code, path, dict(zip(job["knobs"], values, strict=True)))
        except BaseException as error:  # SystemExit too: a model is not trusted to be well
            yield {"combination": number, **failure(error, path)}
            return
        for request in wanted:
            answer = attempt(job["requests"][request], model, path)
            yield {"combination": number, "request": request, **answer}


def attempt(request: list[str], model: ModuleType, path: Path) -> Record:
    """The result of one expression in a copy of the model's names, or why there is none."""
    kind, expression, spec = request
    try:
        value = eval(expression, dict(vars(model)))
        return {"text": CHECKS[kind](value, spec)}
    except BadValue as error:
        return {"value": str(error)}
    except BaseException as error:
        return failure(error, path)


def failure(error: BaseException, path: Path) -> Record:
    """What was raised, in one line, and the line of the model that raised it (0 if none)."""
    own = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(path)]
    line = (own and own[-1]) or getattr(error, "lineno", 0) or 0
    if isinstance(error, ForbiddenImport):
        return {"error": str(error), "line": error.lineno}
    message = (
        format_exception_only(error)[-1]
        if isinstance(error, SyntaxError)
        else "".join(format_exception_only(error))
    )
    return {"error": " ".join(message.split())[:300], "line": line}


def main() -> None:
    """Keep the channel to ourselves: what a model reads and prints are other files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the end of input ends this process
    jobs = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    serve(jobs, answers)


if __name__ == "__main__":
    main()
