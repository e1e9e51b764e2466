"""Axes of charts: round ticks, how they read, and where a value lies. No drawing here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

Format = str | Callable[[float], str]
Range = tuple[float, float] | None


def si(value: float) -> str:
    """A number to three digits with the prefix of its size: ``31 G``, ``1.5 µ``."""
    value = float(f"{value:.3g}")
    size = max(-4, min(4, math.floor(math.log10(abs(value)) / 3 + 1e-9))) if value else 0
    return _minus(f"{value / 1000.0**size:.3g} {' kMGTpnµm'[size]}".strip())


def power_of_ten(value: float) -> str:
    """A number as on a long axis: ``10⁻³``, ``2×10⁶``."""
    mantissa, exponent = f"{value:.6e}".split("e")
    power = "10" + str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    times = "" if float(mantissa) == 1 else _minus(f"{float(mantissa):g}×")
    return times + power if value else "0"


def formatted(value: float, spec: Format) -> str:
    """The text of a number by a function or a format specification, with a true minus sign."""
    return spec(value) if callable(spec) else _minus(format(value, spec))


def _minus(text: str) -> str:
    return text.replace("-", "−")


def checked(values: Iterable[float], what: str, log: bool = False) -> list[float]:
    """The values as floats; ValueError, with name and index, for one that no axis can show."""
    numbers = [float(value) for value in values]
    for index, value in enumerate(numbers):
        if not math.isfinite(value):
            raise ValueError(f"{what}: value {index} is {value}")
        if log and value <= 0:
            raise ValueError(f"{what}: value {index} is {value:g}, but the axis is logarithmic")
    if not numbers:
        raise ValueError(f"{what}: no data")
    return numbers


def ticks(low: float, high: float, log: bool = False) -> list[float]:
    """Between 3 and 10 round numbers that cover low…high closely, about six of them.

    >>> ticks(0.3, 14.4), ticks(2e-3, 0.4, log=True)
    ([0.0, 5.0, 10.0, 15.0], [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5])
    """
    size = max(abs(low), abs(high))
    if high - low <= 1e-9 * size or size < 1e-290:  # one value, or nothing but zeros
        half = size / 2 if log or size > 1e-290 else 0.5
        low, high = low - half, high + half
    scale: Callable[[float], float] = math.log10 if log else float
    span = scale(high) - scale(low)
    choices = (_ladders(low, high) if log else []) or _multiples(low, high)
    choices = [marks for marks in choices if marks[0] > 0 or not log]
    return min(choices, key=lambda t: (scale(t[-1]) - scale(t[0])) / span + abs(len(t) - 6) / 20)


def _multiples(low: float, high: float) -> list[list[float]]:
    """Multiples of 1, 2 and 5 times a power of ten that cover low…high."""
    choices = []
    size = math.floor(math.log10(high - low))
    for e, m in ((e, m) for e in (size - 1, size) for m in (1, 2, 5)):
        step = float(f"{m}e{e}")
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        choices.append([float(f"{k * m}e{e}") for k in range(first, last + 1)])  # not 3 * 0.1
    return [marks for marks in choices if 3 <= len(marks) <= 9]


def _ladders(low: float, high: float) -> list[list[float]]:
    """Decades, or every second, third …, or 1, 2, 5, 10: those of three to nine rungs."""
    first, last = math.floor(math.log10(low) + 1e-9), math.ceil(math.log10(high) - 1e-9)
    least = max(1, (last - first) // 8)
    choices = []
    for step, digits in [(1, (1, 2, 5)), *((least + more, (1,)) for more in range(3))]:
        rungs = [float(f"{m}e{e}") for e in range(first, last + step, step) for m in digits]
        around = zip([0.0, *rungs], rungs, [*rungs[1:], math.inf], strict=False)
        choices.append([t for a, t, b in around if b > low * (1 + 1e-9) and a < high * (1 - 1e-9)])
    return [rungs for rungs in choices if 3 <= len(rungs) <= 9]


class Axis:
    """Where values lie along one side of a picture, and what its ticks say."""

    def __init__(
        self, seen: Sequence[float], log: bool, given: Range, spec: Format, names: Sequence[str]
    ) -> None:
        seen = [value for value in seen if math.isfinite(value)]  # a reference line has no ends
        if not seen and not given:
            raise ValueError("the chart shows no data")
        low, high = given or (min(seen), max(seen))
        marks = ticks(min(low, high), max(low, high), log)
        if names:
            marks = [float(i) for i in range(len(names))]
        elif given:
            marks = [t for t in marks if min(given) <= t <= max(given)]
        else:
            low, high = marks[0], marks[-1]
        self.log, self.low, self.high, self.ticks, self.names = log, low, high, marks, names
        self.labels = [*names] or _labels(marks, log, spec)
        self.start, self.end = 0.0, 1.0  # set to pixels when the margins are known

    def at(self, value: float) -> float:
        """The pixel of a value; the ends of the axis for minus and plus infinity."""
        if math.isinf(value):
            return self.start if value < 0 else self.end
        a, b, v = (math.log10(n) if self.log else n for n in (self.low, self.high, value))
        return pixel(self.start + (self.end - self.start) * (v - a) / (b - a))

    def shows(self, place: float) -> bool:
        """Whether a pixel lies between the ends, which are not rounded as pixels are."""
        return min(self.start, self.end) - 0.1 < place < max(self.start, self.end) + 0.1

    def sparse(self, space: float) -> list[tuple[float, str]]:
        """Each tick with its label, or every second …, so that each has that much space."""
        places = [self.at(t) for t in self.ticks]
        gap = min((abs(b - a) for a, b in pairwise(places)), default=space)
        every = math.ceil(space / max(gap, 0.1))
        if every > 1 and self.names:
            names = f"{self.labels[0]!r} and the other names"
            raise ValueError(f"{names} do not fit: break them with \\n, turn or enlarge the chart")
        return list(zip(self.ticks, self.labels, strict=True))[::every]


def pixel(value: float) -> float:
    """A coordinate to a tenth; the first rounding removes what differs between machines."""
    return round(round(value, 6), 1) + 0.0  # no -0.0


def _labels(marks: Sequence[float], log: bool, spec: Format) -> list[str]:
    """The text of each tick: as asked for, or plain numbers, or powers of ten."""
    if spec:
        return [formatted(t, spec) for t in marks]
    if not all(t == 0 or 0.001 <= abs(t) < 1e6 for t in marks):
        return [power_of_ten(t) for t in marks]
    digits = [len(f"{t:g}".partition(".")[2]) for t in marks]
    digits = digits if log else [max(digits)] * len(digits)
    return [formatted(t, f",.{n}f") for t, n in zip(marks, digits, strict=True)]
