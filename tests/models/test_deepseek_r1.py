"""The model of the article on DeepSeek-R1: the algorithm's properties, the article's numbers."""

import doctest
import math
import random
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

SLUG = "deepseek-r1"


@pytest.fixture(scope="module")
def r1(model):
    return model(SLUG)


rewards = st.lists(st.integers(-10, 10).map(float), min_size=2, max_size=32)
logarithms = st.floats(-20, 20)


def test_doctests_hold(r1):
    result = doctest.testmod(r1)
    assert result.attempted >= 16
    assert result.failed == 0


# -- Advantages --------------------------------------------------------------------------


@given(rewards)
def test_advantages_of_a_group_sum_to_zero(r1, values):
    assert math.fsum(r1.advantages(values)) == pytest.approx(0, abs=1e-9)
    assert math.fsum(r1.advantages(values, divide=False)) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("right", range(1, 16))
def test_divided_advantages_have_deviation_one(r1, right):
    assert r1.deviation(r1.advantages(r1.rewards(right))) == pytest.approx(1)


@pytest.mark.parametrize("right", [0, 16])
def test_a_unanimous_group_teaches_nothing(r1, right):
    assert r1.advantages(r1.rewards(right)) == [0.0] * 16
    assert r1.pull(right) == r1.pull(right, divide=False) == 0


def test_a_reward_that_every_answer_earns_drops_out(r1):
    """So the format reward may be left out where all answers keep to the format."""
    values = r1.rewards(3)
    assert r1.advantages([value + 1 for value in values]) == pytest.approx(r1.advantages(values))


@pytest.mark.parametrize("right", range(17))
def test_pull_is_twice_the_deviation_or_twice_its_square(r1, right):
    spread = math.sqrt(right * (16 - right)) / 16
    assert r1.pull(right) == pytest.approx(2 * spread)
    assert r1.pull(right, divide=False) == pytest.approx(2 * spread**2)


@pytest.mark.parametrize("right", range(1, 16))
def test_division_raises_every_uneven_group_against_an_even_one(r1, right):
    gained = r1.share(right) / r1.share(right, divide=False)
    assert gained == pytest.approx(1 if right == 8 else 0.5 / r1.deviation(r1.rewards(right)))
    assert gained >= 1


# -- Clip and penalty --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rho", "advantage", "term"),
    [
        (1.1, 2.0, 2.2),  # inside the bounds: the plain product
        (1.5, 2.0, 2.4),  # a right answer gains no more above the upper bound
        (0.5, 2.0, 1.0),  # but loses in full
        (0.5, -2.0, -1.6),  # a wrong answer gains no more below the lower bound
        (1.5, -2.0, -3.0),  # but loses in full
    ],
)
def test_clip_stops_gains_and_never_losses(r1, rho, advantage, term):
    assert r1.clipped(rho, advantage, 0.2) == pytest.approx(term)


@given(st.floats(0, 1000), st.floats(0, 10))
def test_with_epsilon_ten_only_right_answers_are_clipped(r1, rho, size):
    assert r1.clipped(rho, -size) == rho * -size
    assert r1.clipped(rho, size) == pytest.approx(min(rho, 11.0) * size)


@given(logarithms)
@example(9.1728143868357e-15)  # a plain exp(d) - d - 1 rounds to less than zero
def test_penalty_is_never_negative(r1, d):
    assert r1.penalty(d) >= 0


def test_penalty_averages_to_the_divergence(r1):
    """Weighted with the policy's own probabilities it is Kullback and Leibler's sum."""
    new, reference = [0.5, 0.3, 0.2], [0.2, 0.2, 0.6]
    pairs = list(zip(new, reference, strict=True))
    average = sum(p * r1.penalty(math.log(q / p)) for p, q in pairs)
    assert average == pytest.approx(sum(p * math.log(p / q) for p, q in pairs))


# -- The toy policy ----------------------------------------------------------------------


@given(st.integers(0, 2**32), st.floats(0.01, 3), st.booleans())
def test_gradient_agrees_with_finite_differences_of_the_objective(r1, seed, spread, divide):
    """The objective by its scalar equations, answer by answer, where the toy has counts."""
    draw = np.random.default_rng(seed)
    z, elsewhere = draw.normal(0, spread, (2, r1.choices))
    sample = draw.integers(r1.choices, size=r1.group)
    values = r1.advantages([float(answer == 0) for answer in sample], divide)
    reference, old = r1.log_softmax(elsewhere), r1.log_softmax(z)

    def objective(z):
        columns = [logs[sample].tolist() for logs in (r1.log_softmax(z), old, reference)]
        return r1.objective(*columns, values)

    counts = np.bincount(sample, minlength=r1.choices)
    first, others = r1.by_right(divide)[counts[0]]
    rows = (old, reference, counts, first, others)
    slope = r1.gradient(*(np.array([row]) for row in rows))[0]
    scale = max(1.0, np.exp(reference - old).max())
    for place, step in enumerate(1e-6 * np.eye(r1.choices)):
        difference = (objective(z + step) - objective(z - step)) / 2e-6
        assert difference == pytest.approx(slope[place], abs=1e-6 * scale)


def test_first_step_is_half_the_pull(r1):
    """At the start the penalty is flat; the right answer gains what the sampled wrong one loses."""
    logs = r1.log_softmax(r1.start(1 / 16))[None]
    counts = np.array([[1, 15, 0, 0, 0, 0, 0, 0]])
    values = [np.array([r1.advantage(1, reward)]) for reward in (1.0, 0.0)]
    slope = r1.gradient(logs, logs, counts, *values)[0]
    half = r1.pull(1) / 2
    assert slope == pytest.approx([half, -half, 0, 0, 0, 0, 0, 0])


def test_answers_come_as_often_as_they_are_likely(r1):
    logs = r1.log_softmax(np.array([[0.0, 1, 2, 3, -1, -2, 0, 1]]))
    counts = r1.tally(logs, np.random.default_rng(1).random((1, 100_000)))
    assert counts.sum() == 100_000
    assert counts[0] / 100_000 == pytest.approx(np.exp(logs[0]), abs=0.01)


def test_toy_policy_learns_what_it_sometimes_samples_and_nothing_else(r1):
    assert r1.learn(0.5, 60)[-1].min() > 0.95
    assert r1.learn(1.0 - 1e-12, 60)[-1] == pytest.approx(1)
    assert r1.learn(1e-12, 60)[-1] == pytest.approx(1e-12)


def test_toy_policy_learns_rare_answers_later_and_later_still_without_the_division(r1):
    assert r1.typical(1 / 1000, 60) < 0.002
    assert r1.typical(1 / 1000, 800) > 0.99
    assert r1.typical(1 / 16, 30, divide=False) < 0.5 < r1.typical(1 / 16, 30)


@pytest.mark.parametrize("seed", range(2, 6))
def test_toy_medians_in_the_article_hold_for_other_draws(r1, seed):
    def median(p, updates, divide=True):
        return float(np.median(r1.learn(p, updates, divide, seed)[-1]))

    assert median(1 / r1.group, r1.soon) == pytest.approx(0.99, abs=0.005)
    assert median(r1.rare, r1.late) == pytest.approx(0.998, abs=0.001)
    assert median(r1.rare, r1.late, divide=False) == pytest.approx(0.002, abs=0.0005)


def test_toy_policy_is_the_same_on_every_run(r1):
    again = r1.learn(0.1, 20, seed=3)
    assert (r1.learn(0.1, 20, seed=3) == again).all()
    assert (r1.learn(0.1, 20, seed=4) != again).any()


# -- The chart ---------------------------------------------------------------------------


@pytest.mark.parametrize("right", range(1, 16))
def test_chart_marks_both_pulls_of_every_group_a_reader_may_choose(model, monkeypatch, right):
    r1 = model(SLUG)
    monkeypatch.setattr(r1, "right", right)
    found = re.findall(r'<text[^>]* y="([^"]*)"[^>]*>([^<]*)</text>', r1.pulls())
    height = {text: float(y) for y, text in found}
    labels = [f"{100 * r1.share(right, divide):.0f}" for divide in (True, False)]
    assert height[labels[0]] < height[labels[1]] or right == 8
    assert height["divided by σ"] < height["undivided"]


# -- The article's numbers ---------------------------------------------------------------


def test_headline_advantages_by_a_second_route(r1):
    """In a group of G with one right, the advantages are sqrt(G - 1) and its negative inverse."""
    assert r1.advantage(1, 1.0) == pytest.approx(math.sqrt(15))
    assert r1.advantage(1, 0.0) == pytest.approx(-1 / math.sqrt(15))


def test_cost_of_an_answer_by_a_second_route(r1):
    """Table 7 rounds R1-Zero's 101,376 GPU-hours to 101K and its rent to $202K."""
    assert r1.answer_cost() == pytest.approx(202_000 / (512 * 10_400), rel=0.01)


def test_silent_groups_by_a_second_route(r1):
    draw = random.Random(1)
    groups = [sum(draw.random() < 0.05 for _ in range(16)) for _ in range(20_000)]
    counted = sum(right in (0, 16) for right in groups) / len(groups)
    assert r1.silent(0.05) == pytest.approx(counted, abs=0.01)


def test_headline_numbers(r1):
    """Rounded as the article prints them; its text asks the model itself."""
    assert f"{100 * r1.group * r1.answer_cost():.0f}" == "61"  # cents
    assert f"{r1.answers() / 1e6:.1f}" == "5.3"  # million; lora counts them too
    assert f"{100 * r1.silent(r1.rare):.1f}" == "98.4"
    assert r1.signed(r1.advantage(1, 0.0)) == "\N{MINUS SIGN}0.26"
    assert (r1.right, r1.gpus, r1.hours, r1.rent) == (1, 512, 198, 2)


def test_typed_numbers_are_those_of_the_model(r1, expect):
    divided, plain = 100 * r1.share(1), 100 * r1.share(1, divide=False)
    expect(
        SLUG,
        f"(divisor {r1.group})",
        f":label: Right answers of {r1.group}",
        f"both zero at 0 and {r1.group} and 100 percent at {r1.group // 2}. With 1 right answer "
        f"of {r1.group} the divided one stands at {divided:.0f} percent, the other at {plain:.0f}.",
    )
    assert r1.group == 16  # "sixteen", "fifteen"
    assert r1.choices == 8  # "eight-answer"
    assert r1.rare == 1 / 1000  # "once in a thousand"
    dollar = r1.v3_cost / (r1.v3_cost + r1.r1_cost)
    assert round(20 * dollar, 1) == 19.0  # "Of every twenty dollars, nineteen"
