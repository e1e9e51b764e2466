"""The model of the article on low-rank adaptation, and the numbers typed in its text."""

import doctest

import numpy as np
import pytest


@pytest.fixture(scope="module")
def lora(model):
    return model("lora")


def test_published_values(lora):
    assert doctest.testmod(lora, optionflags=doctest.FAIL_FAST).failed == 0
    assert doctest.DocTestFinder().find(lora)


def test_headline_count_by_laying_the_matrices_out(lora):
    one_layer = sum(
        B.size + A.size for B, A in (lora.start(lora.rank, lora.width) for _ in ("query", "value"))
    )
    assert 96 * one_layer == lora.trained(lora.rank) == 18_874_368
    assert lora.pairs(4, 192 * [(12288, 12288)]) == lora.trained(4)


def test_full_rank_adapter_is_larger_than_the_matrix(lora):
    assert lora.trained(lora.width, matrices=1) == 2 * lora.width**2


def test_first_step_starts_from_the_unchanged_layer(lora):
    W, x = lora.change(lora.equal(8)), np.arange(8.0)
    B, A = lora.start(2, 8)
    assert np.array_equal(lora.forward(x, W, B, A, 1.0), W @ x)


def test_two_zero_matrices_never_move(lora):
    zero = np.zeros((8, 2)), np.zeros((2, 8))
    assert not any(g.any() for g in lora.gradients(*zero, lora.change(lora.falling(8))))


@pytest.mark.parametrize("which", [0, 1])
def test_gradient_against_finite_differences(lora, which):
    wanted = lora.change(lora.falling(6))
    pair = [np.random.default_rng(5).normal(size=shape) for shape in ((6, 2), (2, 6))]

    def loss() -> float:
        return 0.5 * float(((pair[0] @ pair[1] - wanted) ** 2).sum())

    analytic, h = lora.gradients(*pair, wanted)[which], 1e-6
    for place in np.ndindex(pair[which].shape):
        pair[which][place] += h
        above = loss()
        pair[which][place] -= 2 * h
        below = loss()
        pair[which][place] += h
        assert (above - below) / (2 * h) == pytest.approx(analytic[place], abs=1e-7)


@pytest.mark.parametrize("strengths", ["falling", "equal"])
@pytest.mark.parametrize("r", [0, 1, 4, 31, 32, 40])
def test_best_error_is_that_of_the_truncated_decomposition(lora, strengths, r):
    values = getattr(lora, strengths)(lora.small)
    wanted = lora.change(values)
    best = lora.truncated(wanted, r)
    assert np.linalg.matrix_rank(best) == min(r, lora.small)
    assert lora.distance(best, wanted) == pytest.approx(lora.missing(r, values), abs=1e-12)


@pytest.mark.parametrize("strengths", ["falling", "equal"])
@pytest.mark.parametrize("r", [1, 4, 16, 32])
def test_training_never_beats_the_best_of_its_rank(lora, strengths, r):
    values = getattr(lora, strengths)(lora.small)
    assert lora.reached(r, values) >= lora.missing(r, values) - 1e-9


def test_a_rotation_is_out_of_reach_for_any_training(lora):
    values = lora.equal(lora.small)
    assert lora.reached(4, values) == pytest.approx(np.sqrt(1 - 4 / 32), rel=1e-6)


def test_merged_layer_answers_as_the_separate_one(lora):
    draw = np.random.default_rng(3)
    W, x = draw.normal(size=(16, 16)), draw.normal(size=16)
    B, A = draw.normal(size=(16, 3)), draw.normal(size=(3, 16))
    together = lora.merged(W, B, A, 0.5) @ x
    assert np.allclose(together, lora.forward(x, W, B, A, 0.5), rtol=0, atol=1e-12)
    assert np.allclose(lora.merged(W, B, A, 0.5) - 0.5 * (B @ A), W, rtol=0, atol=1e-12)


def first_drops(lora, scale, adam, ranks=(4, 64)):
    """Mean first drop at both ranks over many starts, for a fixed gradient of width 64."""
    G = lora.change(lora.falling(64))
    starts = [[lora.start(r, 64, seed)[1] for seed in range(200)] for r in ranks]
    return [
        np.mean([lora.first_drop(G, A, scale(r), adam) for A in drawn])
        for r, drawn in zip(ranks, starts, strict=True)
    ]


def test_scaling_by_the_rank_starves_gradient_descent_only(lora):
    by_rank, by_root = (lambda r: 4 / r), (lambda r: 4 / np.sqrt(r))
    for scale, adam, ratio in (
        (by_rank, False, 1 / 16),
        (by_root, False, 1),
        (by_rank, True, 1),
        (by_root, True, 4),
    ):
        low, high = first_drops(lora, scale, adam)
        assert high / low == pytest.approx(ratio, rel=0.1), (ratio, adam)


def test_mean_share_of_the_first_step(lora):
    G = lora.change(lora.falling(64))
    (drop,) = first_drops(lora, lambda r: 0.5, adam=False, ranks=(16,))
    assert drop / (G**2).sum() == pytest.approx(lora.first_share(16, 0.5, d=64), rel=0.05)


def test_rank_one_holds_what_reinforcement_learning_brings(lora):
    # Schulman et al.: 10,000 problems, 32 answers each, one bit an answer; 3M numbers in all
    attention = 2 * [(4096, 4096)] + 2 * [(4096, 1024)]
    numbers = lora.pairs(1, 32 * (attention + 3 * [(4096, 14336)]) + [(4096, 128256)])
    assert round(numbers / 1e6) == 3
    assert 32 * 10_000 < numbers / 8 < lora.capacity(numbers)


def test_counts_in_the_text(lora, expect):
    count, all_six = lora.trained(lora.rank), lora.everywhere(lora.rank)
    whole = f"{lora.base / 1e6:,.1f} million"
    expect(
        "lora",
        f"{lora.megabytes(count):.1f} MB in its place: {count:,} trained numbers, "
        f"added to {lora.base / 1e9:.0f} billion",
        f"the other {100 - lora.percent(count):.3f} % of the update",
        f"These are {lora.percent(count):.3f} % of the parameters",
        f"$d$ = {lora.width:,}",
        f"{lora.layers * lora.adapted} pairs of 2 × {lora.width:,} × {lora.rank} numbers, "
        f"the {count:,} above",
        f"{lora.megabytes(count):.1f} MB or {lora.mebibytes(count):.1f} MiB",
        f"| {lora.layers * lora.adapted} matrices |",
        f"| {whole} |",
        f"| 适配器 | {count:,} |",
        f"at rank {lora.rank}, {100 * lora.arithmetic(lora.rank):.1f} % remain",
        f"{lora.lengths():,} numbers, {100 * lora.lengths() / count:.1f} % more",
        f"{all_six:,} numbers, {all_six / count:.1f} times as many",
        f"{lora.base_gigabytes(4):.1f} GB instead of {lora.base_gigabytes(16):.1f}",
        f"the adapter of 2021 holds {lora.capacity(count) / 1e6:.0f} million",
        f"{lora.capacity(count) / 1e6:.0f} million tokens should fit",
        f"would fill {100 * 5.3e6 / lora.capacity(count):.0f} %",
        f"{lora.capacity(lora.llama(64)) / 1e6:.0f} million bits",
        f"({lora.capacity(lora.llama(256)) / 1e9:.1f} billion bits)",
    )
    assert 9_000 < lora.base / count < 10_000  # "almost ten thousandfold"
    assert f"{1200 / 350:.1f}" == "3.4"


def test_limits_in_the_text(lora, expect):
    falling, equal = lora.falling(lora.width), lora.equal(lora.width)
    above = {
        r: 100 * (lora.reached(r, lora.falling(32)) / lora.missing(r, lora.falling(32)) - 1)
        for r in (4, 16)
    }
    steps = lora.first_share(4, lora.alpha / 4) / lora.first_share(64, lora.alpha / 64)
    expect(
        "lora",
        f"the first {lora.rank} of {lora.width:,} pieces leave an error of "
        f"{100 * lora.missing(lora.rank, falling):.0f} %",
        f"they leave {100 * lora.missing(lora.rank, equal):.2f} %",
        f"{lora.small} wide with falling strengths, {lora.steps} steps of gradient descent "
        f"end {above[4]:.2f} % above the bound at rank 4, {above[16]:.0f} % at rank 16",
        f"would need {lora.needed(0.9, falling)}",
        f"starts {steps:.0f} times slower",
    )


def test_the_bill_at_the_end(lora, expect):
    count = lora.everywhere(256)
    expect(
        "lora",
        f"{count / 1e9:.2f} billion numbers: {lora.megabytes(count) / 1e3:.1f} GB a task, "
        f"{lora.percent(count):.1f} % of the model and {count // lora.trained(4)} times",
    )


def test_differences_of_quoted_scores(expect):
    expect("lora", f"{26.3 - 22.4:.1f} points of new skill for {61.7 - 54.5:.1f} points less")
