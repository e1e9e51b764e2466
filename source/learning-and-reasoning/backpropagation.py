"""The gradient of a small network in three ways, every operation counted, and of large ones.

An operation is one addition, subtraction, multiplication, division or tanh of two numbers.

Symbols, pure numbers unless a unit is given
--------------------------------------------
x, d        the example: what the network is shown, and the answer that is wanted
n           parameters: all weights and biases, the numbers that training changes
y, E        the network's answer, and its error (y - d)^2 / 2
v           values of the steps; the leaves (data, parameters) come first, the error is the last
s           sensitivities: dE/dv of every step
layers L    hidden layers
width w     units in each of them; in large networks also the inputs
runs        cost of a gradient over the cost of one evaluation, in operations
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import hypot, sqrt, tanh
from typing import NamedTuple

from sphinx_computed.svg import Chart, Drawing, power_of_ten

# The running example: two inputs, two hidden layers of two units, one answer.
x = (1.0, 2.0)
d = 0.8
weights = (
    *(0.5, 0.3, -0.4),  # first hidden layer, first unit: two weights and a bias
    *(0.4, -0.2, 0.3),
    *(0.7, -0.6, 0.2),  # second hidden layer
    *(0.3, 0.9, -0.1),
    *(-0.5, 0.8, 0.1),  # the answer
)
small = 2

# Large networks: about ten million parameters, in as many hidden layers as the reader chooses.
target = 10_000_000
layers = 10
most_layers = 20

examples = 1_000  # in one training step
number_bytes = 4

# -- A network as a list of steps ---------------------------------------------------------


class Step(NamedTuple):
    """An operation on one or two earlier steps, or a leaf; *free*: it depends on a parameter."""

    operation: str
    i: int = 0
    j: int = 0
    free: bool = False


def parameters(inputs: int, layers: int, width: int) -> int:
    """Weights and biases of the network.

    >>> parameters(2, 2, 2), parameters(1000, 10, 1000)
    (15, 10011001)
    """
    return width * (inputs + 1) + (layers - 1) * width * (width + 1) + width + 1


def network(inputs: int, layers: int, width: int) -> list[Step]:
    """The steps of a fully connected network with tanh units and one linear answer.

    >>> steps = network(2, 2, 2)
    >>> sum(step.operation == "parameter" for step in steps), operations(steps)
    (15, 27)
    """
    count = parameters(inputs, layers, width)
    steps = [Step("data")] * (inputs + 2) + [Step("parameter", free=True)] * count

    def add(operation: str, i: int, j: int) -> int:
        steps.append(Step(operation, i, j, steps[i].free or steps[j].free))
        return len(steps) - 1

    def weighted_sum(below: list[int]) -> int:
        total = add("*", next(leaf), below[0])
        for i in below[1:]:
            total = add("+", total, add("*", next(leaf), i))
        return add("+", total, next(leaf))

    leaf = iter(range(inputs + 2, inputs + 2 + count))
    units = list(range(inputs))
    for _ in range(layers):
        sums = [weighted_sum(units) for _ in range(width)]
        units = [add("tanh", total, total) for total in sums]
    difference = add("-", weighted_sum(units), inputs)
    add("*", inputs + 1, add("*", difference, difference))
    return steps


def operations(steps: list[Step]) -> int:
    """Operations of one evaluation: one for each step that is not a leaf."""
    return sum(step.operation not in {"data", "parameter"} for step in steps)


def evaluate(steps: list[Step], leaves: list[float]) -> list[float]:
    """The values of all steps; the error is the last."""
    v = list(leaves)
    for operation, i, j, _ in steps[len(leaves) :]:
        match operation:
            case "*":
                v.append(v[i] * v[j])
            case "+":
                v.append(v[i] + v[j])
            case "-":
                v.append(v[i] - v[j])
            case "tanh":
                v.append(tanh(v[i]))
    return v


def slopes(step: Step, value: float, v: list[float]) -> list[tuple[int, float]]:
    """Operands of a step, each with the derivative of the step by it."""
    match step.operation:
        case "*":
            return [(step.i, v[step.j]), (step.j, v[step.i])]
        case "+":
            return [(step.i, 1.0), (step.j, 1.0)]
        case "-":
            return [(step.i, 1.0), (step.j, -1.0)]
        case "tanh":
            return [(step.i, 1 - value * value)]
    return []


# What it costs to pass a derivative through one operand of a step: tanh takes 1 - v v as well.
TOLL = {"*": 1, "+": 0, "-": 0, "tanh": 3}

# -- Its gradient -------------------------------------------------------------------------


def reverse(steps: list[Step], v: list[float]) -> tuple[list[float], int]:
    """Sensitivities of all steps, from the last to the first, and the operations it took.

    Only steps that depend on a parameter get one; a second contribution costs an addition.
    """
    s, met, count = [0.0] * len(steps), [False] * len(steps), 0
    s[-1] = 1.0
    for k in reversed(range(len(steps))):
        for i, slope in slopes(steps[k], v[k], v):
            if steps[i].free:
                s[i] += s[k] * slope
                count += TOLL[steps[k].operation] + met[i]
                met[i] = True
    return s, count


def forward(
    steps: list[Step], v: list[float], parameter: int, skip: bool = False
) -> tuple[float, int]:
    """Derivative of the error by one leaf, from the first step to the last, and operations.

    *skip*: operands that do not depend on this leaf cost nothing.
    """
    t, count = [0.0] * len(steps), 0
    t[parameter] = 1.0
    for k, step in enumerate(steps):
        terms = [(i, slope) for i, slope in slopes(step, v[k], v) if steps[i].free]
        if skip:
            terms = [(i, slope) for i, slope in terms if t[i]]
        if terms:
            t[k] = sum(t[i] * slope for i, slope in terms)
            count += TOLL[step.operation] * len(terms) + len(terms) - 1
    return t[-1], count


def differences(steps: list[Step], leaves: list[float], h: float, central: bool) -> list[float]:
    """The gradient by changing each parameter by *h* and running again."""

    def error(k: int, change: float) -> float:
        return evaluate(steps, [*leaves[:k], leaves[k] + change, *leaves[k + 1 :]])[-1]

    free = [k for k in range(len(leaves)) if steps[k].free]
    if central:
        return [(error(k, h) - error(k, -h)) / (2 * h) for k in free]
    base = evaluate(steps, leaves)[-1]
    return [(error(k, h) - base) / h for k in free]


example = network(len(x), 2, small)
start = [*x, d, 0.5, *weights]
values = evaluate(example, start)
sensitivities, backward_count = reverse(example, values)
gradient = sensitivities[len(x) + 2 : len(start)]


def answer() -> float:
    """What the network says: the difference from d is the step after it.

    >>> f"{answer():.4f} {values[-1]:.4f}"
    '0.1542 0.2085'
    """
    return values[-4]


def forward_count(skip: bool = False) -> int:
    """Operations of forward mode: one evaluation, then one pass for each parameter."""
    first = len(x) + 2
    passes = [forward(example, values, first + k, skip)[1] for k in range(len(weights))]
    return operations(example) + sum(passes)


def bill() -> dict[str, tuple[int, int]]:
    """For each kind of step: how many there are, and what they cost on the way back.

    A sensitivity that comes in two parts costs an addition; these stand under "merging".

    >>> bill()["tanh"], bill()["merging"]
    ((4, 12), (0, 2))
    """
    kinds = dict.fromkeys(("on data", "on units", "+", "tanh", "error", "merging"), (0, 0))
    inner = operations(example) - 3  # the last three steps make the error
    for k, step in enumerate(example[-operations(example) :]):
        free = example[step.i].free + (example[step.j].free and step.operation != "tanh")
        product = "on units" if free == 2 else "on data"
        kind = "error" if k >= inner else product if step.operation == "*" else step.operation
        steps, back = kinds[kind]
        merging = kind == "error" and free == 2  # the square uses its operand twice
        kinds[kind] = steps + 1, back + free * TOLL[step.operation] + merging
    return kinds | {"merging": (0, backward_count - sum(back for _, back in kinds.values()))}


def disagreement(h: float, central: bool = False) -> float:
    """Distance of the difference quotients from the gradient, relative to its length."""
    measured = differences(example, start, h, central)
    return hypot(*(a - b for a, b in zip(measured, gradient, strict=True))) / hypot(*gradient)


# -- Counts for any size ------------------------------------------------------------------


def evaluation(layers: int, width: int) -> int:
    """Operations of one evaluation, with as many inputs as units."""
    return layers * width * (2 * width + 1) + 2 * width + 3


def backward(layers: int, width: int) -> int:
    """Operations of the pass back: the first layer needs no sensitivities of its inputs."""
    deeper = (layers - 1) * (2 * width**2 + width * (width - 1))
    return deeper + layers * 3 * width + width**2 + 2 * width + 4


def naive(layers: int, width: int) -> int:
    """Operations of n + 1 evaluations; each parameter is also moved, subtracted and divided."""
    n = parameters(width, layers, width)
    return (n + 1) * evaluation(layers, width) + 3 * n


def careful(layers: int, width: int) -> int:
    """The same, but each run computes only what the moved parameter changes.

    It moves the sum of one unit (two operations, a bias one), its tanh, and by their difference
    the sums of all units above; further layers are computed anew, at last the error and the
    quotient.
    """
    total = evaluation(layers, width) + (2 * width + 1) + 5 * (width + 1)  # those of the answer
    for above in range(layers):  # hidden layers above that of the parameter
        tail = 3 + 2 * (width if above else 1) + 2  # answer, error and quotient
        if above:
            tail += 3 * width + (above - 1) * width * (2 * width + 1)
        total += width * (2 * width + 1) + width * (width + 1) * (2 + tail)
    return total


def runs(layers: int, width: int) -> float:
    """Evaluations that one evaluation and its pass back are worth.

    >>> f"{runs(2, 2):.2f} {runs(1, 3162):.2f} {runs(10, 1000):.2f} {runs(1000, 1000):.2f}"
    '2.26 1.50 2.40 2.50'
    """
    return 1 + backward(layers, width) / evaluation(layers, width)


def batch_runs(layers: int, width: int) -> float:
    """The same with every derivative added to a sum over examples."""
    return runs(layers, width) + parameters(width, layers, width) / evaluation(layers, width)


def gain(layers: int, width: int, way: Callable[[int, int], int] = naive) -> float:
    """Operations of difference quotients over those of backpropagation."""
    return way(layers, width) / (evaluation(layers, width) + backward(layers, width))


def width_for(layers: int) -> int:
    """Units in each layer that give about ten million parameters."""
    return round(sqrt(target / layers))


def paths(layers: int, width: int) -> int:
    """Ways from a unit of the first hidden layer to the answer.

    >>> paths(2, 2), paths(10, 1000) == 10**27
    (2, True)
    """
    return width ** (layers - 1)


# -- Memory, and guessing a direction -----------------------------------------------------


def layer_megabytes(width: int = 1000) -> float:
    """Values of one layer's units for all examples of a training step, in MB (10**6 bytes)."""
    return width * examples * number_bytes / 1e6


def kept(layers: int, segment: int) -> int:
    """Layers in memory when only every *segment*-th is kept, and one segment computed again.

    >>> kept(100, 1), kept(100, 10), kept(100, 100)
    (101, 20, 101)
    """
    return -(-layers // segment) + segment


def shorter(bends: Sequence[float], along: int = 0) -> float:
    """By what factor a step along one random direction must be shorter than a gradient step.

    *bends* are the second derivatives of the error in directions at right angles, one of which,
    *along*, is the gradient's. For z of independent normal numbers and a gradient g, the step
    (g z) z has the mean g; the bend it meets averages g^2 (sum of bends + 2 bend along g), that
    of the gradient g^2 (bend along g). The best step is shorter by the ratio.

    >>> shorter([1.0] * 15), shorter([1.0] + [0.0] * 14)
    (17.0, 3.0)
    """
    return sum(bends) / bends[along] + 2


# -- Words and pictures -------------------------------------------------------------------


def signed(value: float) -> str:
    """Three decimals, with a true minus sign.

    >>> signed(-0.25)
    '\N{MINUS SIGN}0.250'
    """
    return f"{value:.3f}".replace("-", "\N{MINUS SIGN}")


def about(value: float) -> str:
    """Two significant figures in words that a sentence can take.

    >>> about(3.674), about(1431.7), about(371_234), about(4_168_000)
    ('3.7', '1,400', '370,000', '4.2 million')
    """
    if value >= 1e6:
        return f"{about(value / 1e6)} million"
    return f"{float(f'{value:.2g}'):,.{0 if value >= 10 else 1}f}"


def hidden(layers: int) -> str:
    """So many hidden layers, in words.

    >>> hidden(1), hidden(10)
    ('1 hidden layer', '10 hidden layers')
    """
    return f"{layers} hidden layer{'s' if layers > 1 else ''}"


def unit(layer: int, number: int) -> int:
    """Place of a hidden unit among the steps, both counted from 0."""
    return [k for k, step in enumerate(example) if step.operation == "tanh"][2 * layer + number]


def sum_sensitivity(layer: int, number: int) -> float:
    """Sensitivity of the sum that a hidden unit takes the tanh of."""
    return sensitivities[example[unit(layer, number)].i]


def graph() -> str:
    """Draw the network: values in the circles, sensitivities below them."""
    drawing = Drawing(100, 52, note="in circles: values; below: sensitivities")
    columns = [[(8, 11), (8, 36)], [(35, 11), (35, 36)], [(62, 11), (62, 36)], [(90, 23.5)]]
    r = 7
    for left, right in pairwise(columns):
        for a, b in left:
            for u, v in right:
                length = hypot(u - a, v - b)
                p, q = r * (u - a) / length, r * (v - b) / length
                drawing.line((a + p, b + q), (u - p, v - q), arrow="end", color="muted")
    for place, value in zip(columns[0], x, strict=True):
        drawing.circle(*place, r, f"{value:g}", fill=0)
    for layer in range(2):
        for number, place in enumerate(columns[layer + 1]):
            k = unit(layer, number)
            drawing.circle(*place, r, signed(values[k]), color=1)
            drawing.text(place[0], place[1] + r + 3.5, signed(sensitivities[k]), color=2)
    (end,) = columns[3]
    drawing.circle(*end, r, signed(answer()), color=1)
    drawing.text(end[0], end[1] + r + 3.5, signed(answer() - d), color=2)
    return drawing.svg()


def error_against_step() -> str:
    """Draw how far difference quotients are from the gradient, by the step."""
    chart = Chart("step", "relative disagreement", True, True, (1e-15, 1), y_range=(1e-12, 1))
    chart.x_format = chart.y_format = power_of_ten
    steps = [10 ** (k / 4) for k in range(-56, -3)]
    for label, central in (("one-sided", False), ("two-sided", True)):
        chart.line(steps, [disagreement(h, central) for h in steps], label)
    return chart.svg()


def gains() -> str:
    """Draw both ratios by the number of hidden layers, and the title's."""
    chart = Chart(
        "hidden layers", "operations, over those of backpropagation", y_log=True, height=320
    )
    chart.x_range, chart.y_range = (0, most_layers + 1), (1, 1e8)
    chart.y_format = power_of_ten
    counts = range(1, most_layers + 1)
    for color, way in ((1, naive), (2, careful)):
        factors = [gain(k, width_for(k), way) for k in counts]
        chart.line(counts, factors, "" if color == 2 else "full", color=color)
        chart.scatter(counts, factors, color=color)
        chart.point(layers, factors[layers - 1], about(factors[layers - 1]))
    chart.note(11, 4e4, "careful: only what changes")
    chart.hline(1e7, "the title")
    return chart.svg()
