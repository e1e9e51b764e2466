"""The model of the article on backpropagation, and the numbers typed in its text."""

import cmath
import doctest
import re
from math import hypot, log10, tanh

import numpy as np
import pytest

SLUG = "backpropagation"
SIZES = [(1, 1, 1), (1, 1, 4), (1, 3, 3), (2, 2, 2), (3, 1, 3), (4, 3, 3), (5, 4, 4)]


@pytest.fixture(scope="module")
def bp(model):
    return model(SLUG)


def test_the_examples_in_the_model_are_right(bp):
    result = doctest.testmod(bp)
    assert result.attempted >= 12
    assert result.failed == 0


# -- The gradient ---------------------------------------------------------------------------


def layered(parameters, x, layers, tanh=tanh):
    """The network's answer from nested lists, without a list of steps."""
    numbers = iter(parameters)

    def weighted_sum(values):
        return sum(next(numbers) * value for value in values) + next(numbers)

    units = list(x)
    for width in layers:
        sums = [weighted_sum(units) for _ in range(width)]
        units = [tanh(total) for total in sums]
    answer = weighted_sum(units)
    assert next(numbers, None) is None
    return answer


def test_the_list_of_steps_is_the_network(bp):
    answer = layered(bp.weights, bp.x, [2, 2])
    assert bp.answer() == pytest.approx(answer, rel=1e-15)
    assert bp.values[-1] == pytest.approx((answer - bp.d) ** 2 / 2, rel=1e-15)


def test_gradient_against_complex_steps(bp):
    """The imaginary part of E(p + ih) over h subtracts nothing, so h may be tiny."""
    for k, derivative in enumerate(bp.gradient):
        moved = list(bp.weights)
        moved[k] += 1e-30j
        error = (layered(moved, bp.x, [2, 2], cmath.tanh) - bp.d) ** 2 / 2
        assert derivative == pytest.approx(error.imag / 1e-30, rel=1e-13)


def any_network(bp, inputs, layers, width):
    """Steps, values and places of the parameters of a network with random numbers."""
    steps = bp.network(inputs, layers, width)
    free = [k for k, step in enumerate(steps) if step.operation == "parameter"]
    leaves = [*np.random.default_rng(56).normal(size=inputs + 1), 0.5]
    leaves += list(np.random.default_rng(57).normal(size=len(free)))
    assert len(free) == bp.parameters(inputs, layers, width)
    return steps, leaves, free


@pytest.mark.parametrize(("inputs", "layers", "width"), SIZES)
def test_both_modes_give_the_same_gradient(bp, inputs, layers, width):
    steps, leaves, free = any_network(bp, inputs, layers, width)
    v = bp.evaluate(steps, leaves)
    back, _ = bp.reverse(steps, v)
    measured = bp.differences(steps, leaves, 1e-6, central=True)
    for k, quotient in zip(free, measured, strict=True):
        assert back[k] == pytest.approx(bp.forward(steps, v, k)[0], rel=1e-11, abs=1e-14)
        assert back[k] == pytest.approx(quotient, rel=1e-5, abs=1e-8)


def test_a_layer_at_a_time_as_the_paper_of_1986_does(bp):
    """Equations 4 to 7 of Rumelhart, Hinton and Williams, with tanh for their logistic units."""
    W = np.array(bp.weights).reshape(5, 3)
    below = np.array(bp.x)
    first = np.tanh(W[:2, :2] @ below + W[:2, 2])
    second = np.tanh(W[2:4, :2] @ first + W[2:4, 2])
    at_answer = W[4, :2] @ second + W[4, 2] - bp.d
    at_second = at_answer * W[4, :2]
    sums = at_second * (1 - second**2)
    at_first = W[2:4, :2].T @ sums
    deepest = at_first * (1 - first**2)
    for number in (0, 1):
        assert bp.sensitivities[bp.unit(1, number)] == pytest.approx(at_second[number])
        assert bp.sensitivities[bp.unit(0, number)] == pytest.approx(at_first[number])
        assert bp.sum_sensitivity(1, number) == pytest.approx(sums[number])
    whole = [*np.outer(deepest, [*below, 1]).ravel(), *np.outer(sums, [*first, 1]).ravel()]
    assert bp.gradient == pytest.approx([*whole, *at_answer * np.array([*second, 1])])


def test_quotients_are_best_at_a_middling_step(bp):
    """Bend of E over h, against rounding of E over h: the best h are near 1e-8 and 1e-16^(1/3)."""
    one = {k: bp.disagreement(10.0**-k) for k in range(1, 15)}
    two = {k: bp.disagreement(10.0**-k, central=True) for k in range(1, 15)}
    assert min(one, key=one.get) == 8
    assert min(two, key=two.get) in {5, 6}
    assert one[3] / one[4] == pytest.approx(10, rel=0.01)  # the bend falls with h
    assert two[2] / two[3] == pytest.approx(100, rel=0.01)  # with its square
    assert min(two.values()) < 1e-2 * min(one.values())
    assert max(one[12], one[4]) < 2 * min(one[12], one[4])  # "about as bad as"


def test_against_the_gradient_the_error_falls(bp):
    length = hypot(*bp.gradient)
    moved = [w - 1e-4 * g for w, g in zip(bp.weights, bp.gradient, strict=True)]
    fall = bp.values[-1] - bp.evaluate(bp.example, [*bp.start[:4], *moved])[-1]
    assert fall == pytest.approx(1e-4 * length**2, rel=1e-3)


# -- Counts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("layers", "width"), [(1, 1), (1, 3), (2, 2), (3, 3), (4, 2), (5, 4)])
def test_counts_for_any_size_are_those_of_the_steps(bp, layers, width):
    steps, leaves, _ = any_network(bp, width, layers, width)
    assert bp.operations(steps) == bp.evaluation(layers, width)
    assert bp.reverse(steps, bp.evaluate(steps, leaves))[1] == bp.backward(layers, width)


def rerun(weights, layers, width, leaves, d):
    """Move every parameter, compute only what changes, count: (quotients, operations)."""
    shape = [(width, width)] * layers + [(1, width)]
    split = np.cumsum([0, *(rows * (columns + 1) for rows, columns in shape)])
    sums, units, count, h = [], [np.array(leaves)], 0, 1e-6
    pairs = [
        (block[:, :-1], block[:, -1])
        for block in (
            weights[a:b].reshape(rows, columns + 1)
            for a, b, (rows, columns) in zip(split, split[1:], shape, strict=False)
        )
    ]
    for W, bias in pairs:
        sums.append(W @ units[-1] + bias)
        count += 2 * W.size
        units.append(np.tanh(sums[-1]))
        count += len(bias)
    count += 3 - 1  # the error; the answer has no tanh
    base = (sums[-1][0] - d) ** 2 / 2
    quotients = []
    for layer, (W, _) in enumerate(pairs):
        for row in range(len(W)):
            for column in range(width + 1):
                weight = column < width
                total = sums[layer][row] + h * (units[layer][column] if weight else 1)
                count += 1 + weight
                above = layer + 1
                if above < len(pairs):
                    change = np.tanh(total) - units[above][row]
                    changed = sums[above] + pairs[above][0][:, row] * change
                    count += 2 + 2 * len(changed)
                    for V, bias in pairs[above + 1 :]:
                        changed = V @ np.tanh(changed) + bias
                        count += V.shape[1] + 2 * V.size
                    total = changed[0]
                quotients.append(((total - d) ** 2 / 2 - base) / h)
                count += 3 + 2
    return quotients, count


@pytest.mark.parametrize(("layers", "width"), [(1, 1), (1, 4), (2, 2), (2, 3), (3, 2), (5, 4)])
def test_careful_reruns_by_doing_them(bp, layers, width):
    steps, leaves, free = any_network(bp, width, layers, width)
    weights = np.array([leaves[k] for k in free])
    quotients, count = rerun(weights, layers, width, leaves[:width], leaves[width])
    assert count == bp.careful(layers, width)
    back, _ = bp.reverse(steps, bp.evaluate(steps, leaves))
    assert quotients == pytest.approx([back[k] for k in free], abs=1e-4)


def test_the_constant_of_a_deep_network(bp):
    assert bp.runs(1, 10**5) == pytest.approx(1.5, abs=1e-4)
    assert bp.runs(10**4, 10**4) == pytest.approx(2.5, abs=1e-3)
    assert bp.batch_runs(10**4, 10**4) == pytest.approx(3, abs=1e-3)  # Kaplan: 6 N to 2 N
    for layers in range(1, 30):
        assert 1.5 <= bp.runs(layers, bp.width_for(layers)) < 2.5  # of the second paragraph
        assert bp.batch_runs(layers, bp.width_for(layers)) < 3
        assert bp.runs(layers, 3) < 6  # the general bound


def test_both_ways_by_hand_for_wide_networks(bp):
    """Leading terms: n runs over the constant; for careful ones the share of layers above."""
    for layers in (5, 10, 20):
        w = bp.width_for(layers)
        n = layers * w**2
        assert bp.gain(layers, w) == pytest.approx(n / bp.runs(layers, w), rel=0.01)
        share = (layers - 1) * (layers - 2) / 2 / layers**2
        both = bp.careful(layers, w) / bp.naive(layers, w)
        assert both == pytest.approx(share, rel=0.02)


def test_one_hidden_layer_costs_the_same_factor_at_any_size(bp):
    """Eleven operations for each weight, and the run's two, against three."""
    for width in (300, 3162, 30_000):
        assert bp.gain(1, width, bp.careful) == pytest.approx(13 / 3, rel=0.01)


@pytest.mark.parametrize(("inputs", "layers", "width"), SIZES)
def test_paths_by_walking_them(bp, inputs, layers, width):
    steps = bp.network(inputs, layers, width)
    first = next(k for k, step in enumerate(steps) if step.operation == "tanh")
    ways = [0] * len(steps)
    ways[first] = 1
    for k, step in enumerate(steps[:-3]):
        if step.operation != "parameter" and step.operation != "data":
            ways[k] += ways[step.i] + (ways[step.j] if step.operation != "tanh" else 0)
    assert ways[len(steps) - 4] == bp.paths(layers, width)


def test_forward_mode_by_hand(bp):
    """A pass: 4 products with data, 6 of two free factors, 10 sums, 4 tanh, square and half."""
    one_pass = 4 * 1 + 6 * (2 + 1) + 10 * 1 + 4 * 3 + (2 + 1) + 1
    assert bp.forward_count() == 27 + 15 * one_pass


def test_forward_mode_without_zeros_by_hand(bp):
    """From a sum to the error: 4; through tanh and a product 4 more; below that, two such paths."""
    answer = 2 + 1 + 1
    second = 3 + 1 + answer
    first = 3 + 2 * (1 + 3 + 1) + 1 + answer
    units = [(1, answer), (2, second), (2, first)]
    assert bp.forward_count(skip=True) == 27 + sum(n * (2 * 1 + 3 * way) for n, way in units)
    for k, derivative in enumerate(bp.gradient, start=4):
        assert bp.forward(bp.example, bp.values, k, skip=True)[0] == pytest.approx(derivative)


def test_the_bill_adds_up(bp):
    bill = bp.bill()
    assert sum(steps for steps, _ in bill.values()) == bp.operations(bp.example) == 27
    assert sum(back for _, back in bill.values()) == bp.backward_count == 34
    assert (bill["on data"], bill["on units"]) == ((4, 4), (6, 12))
    assert (bill["+"], bill["error"], bill["merging"]) == ((10, 0), (3, 4), (0, 2))


# -- Memory and random directions --------------------------------------------------------------


def test_the_best_segment_is_the_root(bp):
    for layers in (16, 100, 400):
        best = min(range(1, layers), key=lambda segment: bp.kept(layers, segment))
        assert bp.kept(layers, best) == bp.kept(layers, round(layers**0.5))
        assert bp.kept(layers, best) == 2 * round(layers**0.5)


def test_random_steps_by_drawing_them(bp):
    """Mean of the step, and of the bend it meets, for random bends and a gradient along one."""
    random = np.random.default_rng(58)
    n = 6
    bends, g = random.uniform(0.5, 2, n), 1.7
    z = random.normal(size=(400_000, n))
    steps = g * z[:, :1] * z
    assert steps.mean(axis=0) == pytest.approx([g, *[0] * (n - 1)], abs=0.03)
    met = (steps**2 @ bends).mean() / (g**2 * bends[0])
    assert met == pytest.approx(bp.shorter(bends), rel=0.02)
    assert (steps**2).sum(axis=1).mean() / g**2 == pytest.approx(n + 2, rel=0.02)


# -- Charts and knob ---------------------------------------------------------------------------


def test_the_graph_shows_values_and_sensitivities(bp):
    svg = bp.graph()
    for layer in (0, 1):
        for number in (0, 1):
            k = bp.unit(layer, number)
            assert f">{bp.signed(bp.values[k])}<" in svg
            assert f">{bp.signed(bp.sensitivities[k])}<" in svg
    assert f">{bp.signed(bp.answer() - bp.d)}<" in svg


def test_the_chart_marks_the_chosen_depth(bp, monkeypatch):
    for layers in range(1, bp.most_layers + 1):
        monkeypatch.setattr(bp, "layers", layers)
        svg, width = bp.gains(), bp.width_for(layers)
        for way in (bp.naive, bp.careful):
            assert f">{bp.about(bp.gain(layers, width, way))}<" in svg
            assert 1 < bp.gain(layers, width, way) < 1e7
        assert bp.gain(layers, width) > bp.gain(layers, width, bp.careful)
        assert bp.parameters(width, layers, width) == pytest.approx(1e7, rel=3e-3)


def test_the_page_offers_every_depth_that_the_chart_has(bp, expect):
    expect(SLUG, f":label: Hidden layers :values: 1..{bp.most_layers}")


# -- The numbers typed in the article ----------------------------------------------------------


def test_opening(bp, expect):
    expect(SLUG, "description: Fifteen derivatives for the price of 2.3 runs")
    assert f"{bp.runs(2, 2):.1f}" == "2.3"
    expect(SLUG, "A network of fifteen adjustable numbers", "takes sixteen runs")
    assert len(bp.weights) == len(bp.gradient) == 15
    assert bp.runs(2, 2) == pytest.approx((27 + bp.backward_count) / 27)
    assert bp.batch_runs(10, 1000) < 3  # "fewer than three"


def test_headings_and_words(bp, expect):
    expect(SLUG, "## Twenty-seven operations forward", "## Fifteen questions, sixteen runs")
    assert bp.operations(bp.example) == 27
    expect(SLUG, "two inputs, 1 and 2, two hidden layers of two units", "five sums of three")
    assert bp.x == (1, 2)
    assert bp.naive(2, 2) == 16 * 27 + 3 * 15
    assert bp.forward_count() > bp.naive(2, 2)  # "more than the quotients"
    assert bp.forward_count(skip=True) < bp.naive(2, 2)
    assert bp.gradient[1] == pytest.approx(2 * bp.gradient[0])  # "twice that"
    assert bp.gradient[2] == pytest.approx(bp.gradient[0]) == bp.sum_sensitivity(0, 0)
    expect(SLUG, "ten hidden layers of a thousand units there are $10^{27}$")
    assert bp.paths(10, 1000) == 10**27
    assert max(bp.TOLL.values()) + 1 == 4  # "more than four operations"


def test_alternative_texts(bp, expect):
    upper = bp.sensitivities[bp.unit(0, 0)]
    expect(SLUG, f"those the answer {bp.answer():.3f}", f"minus {bp.d - bp.answer():.3f} at the")
    expect(SLUG, f"to {upper:.3f} at the upper first unit")
    assert 1.5e-8 < bp.disagreement(1e-8) < 3.5e-8  # "two parts in a hundred million"
    best = min(bp.disagreement(10 ** (k / 4), central=True) for k in range(-24, -18))
    assert 500 < bp.disagreement(1e-8) / best < 2000  # "about a thousand times closer"
    assert all(4e6 < bp.gain(k, bp.width_for(k)) < 7e6 for k in range(1, 21))
    careful = [bp.gain(k, bp.width_for(k), bp.careful) for k in range(1, 21)]
    assert [bp.about(factor) for factor in careful[:2]] == ["4.3", "1,400"]
    assert careful[3] < 1e6 < careful[4]
    assert careful == sorted(careful)


def test_curves_end_where_the_axes_do(bp):
    svg = bp.error_against_step()
    assert len(re.findall(">(?:one|two)-sided<", svg)) == 2
    steps = [10 ** (k / 4) for k in range(-56, -3)]
    for central in (False, True):
        drawn = [log10(bp.disagreement(h, central)) for h in steps]
        assert -12 < min(drawn) < max(drawn) < 0
