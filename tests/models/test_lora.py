"""The model of the article on low-rank adaptation, and what its text claims."""

import doctest
import re

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


def trained_once(lora, strengths, r, seed=2):
    """Relative error of one pair, trained in double precision on a change that is not diagonal."""
    wanted = lora.change(strengths)
    B, A = lora.train(wanted, *lora.start(r, len(strengths), seed))
    return lora.distance(B @ A, wanted)


@pytest.mark.parametrize("strengths", ["falling", "equal"])
@pytest.mark.parametrize("r", [1, 4, 16, 32])
def test_training_never_beats_the_best_of_its_rank(lora, strengths, r):
    values = getattr(lora, strengths)(lora.small)
    assert trained_once(lora, values, r) >= lora.missing(r, values) - 1e-9
    assert lora.train_many(values, r).min() >= lora.missing(r, values) - 1e-6


def test_a_rotation_is_out_of_reach_for_any_training(lora):
    values = lora.equal(lora.small)
    assert trained_once(lora, values, 4) == pytest.approx(np.sqrt(1 - 4 / 32), rel=1e-6)


@pytest.mark.parametrize("r", [2, 8, 16])
def test_many_trained_at_once_are_each_as_one_trained_alone(lora, r):
    values = lora.falling(lora.small)
    wanted = np.diag(values)
    together = lora.train_many(values, r)
    assert together.shape == (lora.starts,)
    for seed in (0, 7):
        B, A = lora.train(wanted, *lora.start(r, lora.small, seed))
        assert together[seed] == pytest.approx(lora.distance(B @ A, wanted), abs=2e-5)


@pytest.mark.parametrize("r", [4, 16])
def test_a_turned_change_is_learned_as_a_diagonal_one(lora, r):
    values = lora.falling(lora.small)
    low, middle, high = lora.reached(r)
    turned = np.median([trained_once(lora, values, r, seed) for seed in range(100, 140)])
    assert low <= turned <= high
    assert middle == pytest.approx(turned, rel=0.02)


def test_half_the_rate_for_twice_the_steps_ends_alike(lora, monkeypatch):
    before = {r: lora.train_many(lora.falling(lora.small), r) for r in (4, 16)}
    monkeypatch.setattr(lora, "steps", 2 * lora.steps)
    monkeypatch.setattr(lora, "learning_rate", lora.learning_rate / 2)
    for r, errors in before.items():
        after = lora.train_many(lora.falling(lora.small), r)
        assert np.median(after) == pytest.approx(np.median(errors), rel=0.005)


def test_a_hundred_times_the_steps_close_the_gap(lora, monkeypatch):
    values = lora.falling(lora.small)
    monkeypatch.setattr(lora, "steps", 100 * lora.steps)
    monkeypatch.setattr(lora, "starts", 10)
    for r in (4, 16):
        above = lora.train_many(values, r) / lora.missing(r, values) - 1
        assert np.median(above) < 1e-4
        assert above.max() < 1e-2


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


def test_adams_first_step_grows_as_scale_times_rank(lora):
    low, high = first_drops(lora, lambda r: 3 / r**0.5, adam=True)
    ratio = lora.first_sum(64, 3 / 8) / lora.first_sum(4, 3 / 2)
    assert high / low == pytest.approx(ratio, rel=0.1)


def test_rank_one_holds_what_reinforcement_learning_brings(lora):
    # Schulman et al.: 10,000 problems, 32 answers each, one bit an answer; 3M numbers in all
    attention = 2 * [(4096, 4096)] + 2 * [(4096, 1024)]
    numbers = lora.pairs(1, 32 * (attention + 3 * [(4096, 14336)]) + [(4096, 128256)])
    assert round(numbers / 1e6) == 3
    assert 32 * 10_000 < numbers / 8 < lora.capacity(numbers)


def test_headline_numbers(lora):
    count, all_six = lora.trained(4), lora.everywhere(4)
    assert f"{lora.megabytes(count):.1f} {lora.mebibytes(count):.1f}" == "37.7 36.0"
    assert f"{lora.percent(count):.3f} {lora.base_gigabytes(16):.1f}" == "0.011 350.5"
    assert (lora.lengths(), all_six) == (2_359_296, 84_934_656)
    assert 9_000 < lora.base / count < 10_000  # the title of the second section
    assert lora.answers == pytest.approx(5.3e6, rel=0.01)
    assert f"{100 * lora.answers / lora.capacity(count):.0f}" == "14"


def test_the_bill_at_the_end(lora):
    count = lora.everywhere(256)
    assert count == lora.trained(256) // 2 * 9
    bill = f"{count / 1e9:.2f} {lora.megabytes(count) / 1e3:.1f} {lora.percent(count):.1f}"
    assert bill == "5.44 10.9 3.1"


def test_needed_pieces_fall_just_short_without_the_last(lora):
    values = lora.falling(4096)
    count = lora.needed(0.9, values)
    assert lora.missing(count, values) ** 2 <= 0.1 < lora.missing(count - 1, values) ** 2


def test_statements_that_hold_at_every_rank_a_reader_can_choose(lora):
    wide = lora.equal(lora.width), lora.falling(lora.width)
    for r in 2 ** np.arange(9):
        all_equal, falling = (lora.missing(r, strengths) for strengths in wide)
        assert all_equal > 0.98  # "nearly all"
        assert falling < 0.64
        assert lora.base / lora.trained(r) > 100  # "storage falls", by much
        assert 66 < 100 * lora.arithmetic(r) < 71
        assert lora.answers < lora.capacity(lora.trained(r))  # a share below 100 %


def numbers(svg, shape):
    """What *shape*, a regular expression, finds among the texts of a chart."""
    return re.findall(rf">{shape}<", svg)


@pytest.mark.parametrize(("r", "label"), [(1, "63"), (4, "37"), (256, "4.8")])
def test_the_chart_marks_the_chosen_rank(lora, monkeypatch, r, label):
    monkeypatch.setattr(lora, "rank", r)
    assert numbers(lora.least_errors(), r"rank \d+: [\d.]+ %") == [f">rank {r}: {label} %<"]


def test_the_other_chart_names_each_rank_once_for_each_subject(lora):
    shown = numbers(lora.trade(), r"(?:16|64|rank 256|full tuning)")
    assert [shown.count(f">{name}<") for name in ("rank 256", "full tuning")] == [2, 2]
    assert [shown.count(f">{name}<") for name in ("16", "64")] == [3, 3]  # once on an axis


def test_what_is_said_of_the_charts_to_those_who_do_not_see_them(lora, expect):
    falling = lora.falling(lora.width)
    first, chosen, last = (100 * lora.missing(r, falling) for r in (1, 4, 256))
    expect(
        "lora",
        f"it stays at {100 * lora.missing(256, lora.equal(lora.width)):.0f} to 100 percent",
        f"sinks from {first:.0f} percent at rank 1 to {chosen:.0f} at rank 4 and {last:.0f} at",
    )
    assert round(lora.lead(lora.code["general"])) == -7  # "seven points"
    assert 0 < lora.lead(lora.mathematics["general"]) < 0.5  # "loses none"
