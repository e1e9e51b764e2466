"""Ask the worker for what the cache does not have. Imports no Sphinx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sphinx_computed.cache import Cache, knobs_key, request_key
from sphinx_computed.model import Number
from sphinx_computed.process import WORKER
from sphinx_computed.reach import reach

Combination = tuple[Number, ...]


class Request(NamedTuple):
    """What a page asks of its model."""

    kind: str  # "calc" or "chart"
    expression: str
    spec: str  # how format() prints the value


class Failure(NamedTuple):
    """Why there is no result, in one line."""

    message: str
    kind: str  # "error": it raised; "value": no number; "time": stopped; "model": all of it
    line: int  # of the model; 0 if unknown
    combination: int
    request: Request | None  # None: the model itself


Homes = dict[Request, list[int]]
"""For each combination the number of the one that a request is evaluated for in its place."""


@dataclass
class Answers:
    """What came back: a text for each combination and request, failures, and what was printed."""

    texts: dict[tuple[int, Request], str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    printed: str = ""


def evaluate(
    path: Path,
    text: str,
    requests: Sequence[Request],
    knobs: Sequence[str],
    combinations: Sequence[Combination],
    cache: Cache,
    seconds: float,
) -> Answers:
    """Return the results of every request for every combination of the values of *knobs*.

    A request is evaluated only for the knobs that can reach it, the others at their defaults.
    """
    homes = homes_of(text, requests, knobs, combinations)
    answers = from_cache(requests, knobs, combinations, cache, homes)
    missing = [
        [
            at
            for at, request in enumerate(requests)
            if homes[request][number] == number and (number, request) not in answers.texts
        ]
        for number in range(len(combinations))
    ]
    order = [number for number, wanted in enumerate(missing) if wanted]
    if order:
        job = {
            "path": str(path),
            "text": text,
            "requests": requests,
            "knobs": knobs,
            "combinations": [(combinations[number], missing[number]) for number in order],
            "seconds": seconds,
        }
        fresh = ask(job, requests, order)
        keep(fresh, knobs, combinations, cache)
        fresh.texts |= answers.texts
        answers = fresh
    spread(answers, homes)
    return answers


def homes_of(
    text: str,
    requests: Sequence[Request],
    knobs: Sequence[str],
    combinations: Sequence[Combination],
) -> Homes:
    """Where each request is evaluated: the defaults stand in for knobs that cannot reach it."""
    if len(combinations) == 1:
        return {request: [0] for request in requests}
    number_of = {values: number for number, values in enumerate(combinations)}
    homes = {}
    for request, reached in zip(
        requests, reach(text, [request.expression for request in requests], knobs), strict=True
    ):
        kept = [knob in reached for knob in knobs]
        homes[request] = [
            number_of[tuple(map(choose, kept, values, combinations[0]))] for values in combinations
        ]
    return homes


def choose(kept: bool, value: Number, default: Number) -> Number:
    return value if kept else default


def spread(answers: Answers, homes: Homes) -> None:
    """Give every combination the results of those that stand for it."""
    for request, numbers in homes.items():
        for number, home in enumerate(numbers):
            if (home, request) in answers.texts:
                answers.texts[number, request] = answers.texts[home, request]


def from_cache(
    requests: Sequence[Request],
    knobs: Sequence[str],
    combinations: Sequence[Combination],
    cache: Cache,
    homes: Homes,
) -> Answers:
    """What earlier builds left."""
    answers = Answers()
    for number, values in enumerate(combinations):
        key = knobs_key(knobs, values)
        for request in requests:
            if homes[request][number] == number:
                text = cache.get(key, request_key(request))
                if text is not None:
                    answers.texts[number, request] = text
    return answers


def ask(job: dict[str, Any], requests: Sequence[Request], order: Sequence[int]) -> Answers:
    """Run *job*; *order* gives the page's number of each of its combinations."""
    answers = Answers()
    due = [
        (number, requests[at])
        for number, (_, wanted) in zip(order, job["combinations"], strict=True)
        for at in wanted
    ]
    answered = 0
    for record in WORKER.run(job):
        if "printed" in record:
            answers.printed = record["printed"]
        elif "end" in record:
            if answered < len(due) and not any(f.request is None for f in answers.failures):
                answers.failures.append(cut_short(record, job["seconds"], *due[answered]))
        else:
            answered += "request" in record
            note(answers, record, requests, order)
    return answers


def note(
    answers: Answers, record: dict[str, Any], requests: Sequence[Request], order: Sequence[int]
) -> None:
    number = order[record["combination"]]
    request = requests[record["request"]] if "request" in record else None
    if request and "text" in record:
        answers.texts[number, request] = record["text"]
    else:
        kind = "value" if "value" in record else "error"
        message = record[kind]
        answers.failures.append(Failure(message, kind, record.get("line", 0), number, request))


def cut_short(end: dict[str, Any], seconds: float, combination: int, request: Request) -> Failure:
    """Why the results stopped coming before *request* was answered."""
    if end["late"]:
        message = f"stopped: all evaluations of a page together may take {seconds:g} s"
        return Failure(message, "time", end["line"], combination, request)
    return Failure("ended the process that runs the model", "error", 0, combination, request)


def keep(
    fresh: Answers, knobs: Sequence[str], combinations: Sequence[Combination], cache: Cache
) -> None:
    """Put new results into the cache, unless the model printed: that has to be said again."""
    if fresh.printed:
        return
    keys = [knobs_key(knobs, values) for values in combinations]
    for (number, request), text in fresh.texts.items():
        cache.put(keys[number], request_key(request), text)
    cache.save()
