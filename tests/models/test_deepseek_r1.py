"""The model of the article on DeepSeek-R1: the algorithm's properties, the article's numbers."""

import doctest
import math
import random

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
    assert result.attempted >= 14
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


@given(st.integers(0, 2**32), st.floats(0.01, 3))
def test_gradient_agrees_with_finite_differences(r1, seed, spread):
    draw = random.Random(seed)
    z, old, reference = ([draw.gauss(0, spread) for _ in range(r1.choices)] for _ in range(3))
    old, reference = r1.log_softmax(old), r1.log_softmax(reference)
    sample = [draw.randrange(r1.choices) for _ in range(r1.group)]
    values = r1.advantages([float(answer == 0) for answer in sample])
    slope = r1.gradient(z, old, reference, sample, values)
    logs = r1.log_softmax(z)
    ratios = [math.exp(new - was) for new, was in zip(logs, old, strict=True)]
    if min(abs(rho - 11) for rho in ratios) < 1e-3:
        return  # the objective has a kink there, and no derivative
    scale = max(1.0, *ratios, *(math.exp(a - b) for a, b in zip(reference, logs, strict=True)))
    for place, exact in enumerate(slope):
        ends = []
        for shift in (1e-6, -1e-6):
            moved = [value + shift * (at == place) for at, value in enumerate(z)]
            ends.append(r1.toy_objective(moved, old, reference, sample, values))
        assert (ends[0] - ends[1]) / 2e-6 == pytest.approx(exact, abs=1e-6 * scale)


def test_gradient_of_the_first_step_is_the_advantage_alone(r1):
    """On the policy's own sample, ratios are one and the penalty is flat."""
    z = r1.start(1 / 16)
    logs = r1.log_softmax(z)
    sample = [0] + [1] * 15
    values = r1.advantages(r1.rewards(1))
    slope = r1.gradient(z, logs, logs, sample, values)
    assert slope[0] == pytest.approx(r1.pull(1) / 2)
    assert slope[1] == pytest.approx(-r1.pull(1) / 2)
    assert slope[2:] == pytest.approx([0] * 6)


def test_toy_policy_learns_what_it_sometimes_samples_and_nothing_else(r1):
    assert r1.learn(0.5, 30)[-1] > 0.95
    assert r1.learn(1.0 - 1e-12, 30)[-1] == pytest.approx(1)
    assert r1.learn(1e-12, 30)[-1] == pytest.approx(1e-12)


def test_toy_policy_learns_the_rare_answer_later_without_the_division(r1):
    assert r1.typical(1 / 16, 10, divide=False) < r1.typical(1 / 16, 10)


def test_toy_policy_is_the_same_on_every_run(r1):
    assert r1.learn(0.1, 20, seed=3) == r1.learn(0.1, 20, seed=3) != r1.learn(0.1, 20, seed=4)


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


def test_article_states_what_the_model_gives(r1, expect):
    alone = r1.rewards(r1.right)
    tick, cross = r1.advantage(r1.right, 1.0), r1.advantage(r1.right, 0.0)
    divided, plain = 100 * r1.share(r1.right), 100 * r1.share(r1.right, divide=False)
    cents = 100 * r1.answer_cost() * r1.group
    dollar = r1.v3_cost / (r1.v3_cost + r1.r1_cost)
    expect(
        SLUG,
        f"sixteen answers cost {cents:.0f} cents, at ${r1.rent:.0f} per",
        f"is {r1.mean(alone):.4f} and $\\sigma$ {r1.deviation(alone):.3f}:",
        f"gets {tick:+.2f}, each wrong one −{-cross:.2f}",
        f"samples, {r1.answers() / 1e6:.1f} million in R1-Zero's run",
        f"first stage used {r1.clip_range:.0f} ",
        f"bound becomes −{r1.clip_range - 1:.0f}, below any ratio",
        f"penalty, weighted {r1.kl_weight}, discourages",
        f"from {plain:.0f} to {divided:.0f} % of an",
        f"that blank {100 * r1.silent(1 / 1000):.1f} % of the time",
        f"from {100 / 16:.2f} to {100 * r1.typical(1 / 16, 30):.0f} % right",
        f"(median of {r1.runs} runs)",
        f"started at {100 * r1.typical(1 / 1000, 30):.1f} %, it stays there",
        f"listed at ${r1.r1_cost:,.0f} ",
        f"at ${r1.v3_cost / 1e6} million",
    )
    assert r1.group == 16  # "sixteen", "fifteen"
    assert 1 + r1.clip_range == 11  # "elevenfold"
    assert round(20 * dollar, 1) == 19.0  # "Of every twenty dollars, nineteen"
