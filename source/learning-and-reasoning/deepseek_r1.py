"""GRPO on one question: rewards, advantages, clip, penalty, and a toy policy that learns.

Symbols (pure numbers unless a unit is given):

    r     reward of one answer: 1 right, 0 wrong
    A     advantage of one answer: its reward compared with its group's
    rho   probability of an answer under the policy in training, over that under the old policy
    d     natural logarithm of the answer's probability under the reference policy, over that
          under the policy in training
    p     chance that one sampled answer is right
    z     logits of the toy policy, one for each answer that it can give

The formulas are equations 1 to 3 of Guo et al., Nature 645:633 (2025), Methods. The paper does
not say which standard deviation it takes; here it is the population's (divided by the group size).
"""

import math

import numpy as np
from numpy.typing import NDArray

from sphinx_computed.svg import Chart

Array = NDArray[np.float64]

# One question and its group
group = 16  # answers sampled for each question
right = 1  # of them right; a reader may turn it
clip_range = 10.0  # epsilon, first reinforcement stage of R1
kl_weight = 0.001  # beta

# R1-Zero's run: Guo et al., Methods; arXiv:2501.12948v2, B.4.4 and Table 7
steps = 10_400  # updates
questions = 32  # questions in each update
gpus = 64 * 8  # H800
hours = 198.0  # h, "approximately"
rent = 2.0  # USD per GPU-hour, assumed there
r1_cost = 294_000.0  # USD, R1-Zero, fine-tuning data and R1 together
v3_cost = 5_576_000.0  # USD, final run of V3: arXiv:2412.19437, Table 1


def mean(values: list[float]) -> float:
    """The arithmetic mean."""
    return math.fsum(values) / len(values)


def deviation(values: list[float]) -> float:
    """The population standard deviation.

    >>> deviation([1.0, 0.0])
    0.5
    """
    centre = mean(values)
    return math.sqrt(mean([(value - centre) ** 2 for value in values]))


def rewards(right: int, group: int = group) -> list[float]:
    """Rewards of a group with *right* right answers, the right ones first.

    >>> rewards(1, 4)
    [1.0, 0.0, 0.0, 0.0]
    """
    return [1.0] * right + [0.0] * (group - right)


def advantages(rewards: list[float], divide: bool = True) -> list[float]:
    """Each reward less the group's mean, divided by the group's deviation (equation 3).

    Where all rewards are equal the quotient is 0/0; there is nothing to compare, so it is zero.
    Without *divide* it is the advantage of Liu et al., arXiv:2503.20783.

    >>> advantages([1.0, 0.0])
    [1.0, -1.0]
    >>> advantages([1.0, 1.0])
    [0.0, 0.0]
    """
    centre, spread = mean(rewards), deviation(rewards) if divide else 1.0
    return [(reward - centre) / spread if spread else 0.0 for reward in rewards]


def advantage(right: int, reward: float, divide: bool = True) -> float:
    """Advantage of an answer with that *reward* in a group with *right* right ones.

    >>> round(advantage(4, 1.0) ** 2, 9)
    3.0
    """
    values = rewards(right)
    return advantages(values, divide)[values.index(reward)]


def signed(value: float) -> str:
    """Two decimals and the sign, a true minus.

    >>> signed(0.5), signed(-0.5) == "\N{MINUS SIGN}0.50"
    ('+0.50', True)
    """
    return f"{value:+.2f}".replace("-", "\N{MINUS SIGN}")


def clipped(rho: float, advantage: float, epsilon: float = clip_range) -> float:
    """One answer's term of the objective: the smaller of the plain and the clipped product.

    >>> clipped(1.5, 1.0, 0.2), clipped(0.5, -1.0, 0.2)
    (1.2, -0.8)
    """
    held = min(max(rho, 1 - epsilon), 1 + epsilon)
    return min(rho * advantage, held * advantage)


def penalty(d: float) -> float:
    """Estimate of the divergence from the reference, from one answer (equation 2).

    >>> penalty(0.0)
    0.0
    """
    return math.expm1(d) - d  # exp(d) - 1 - d, without its rounding near zero


def objective(
    log_new: list[float],
    log_old: list[float],
    log_reference: list[float],
    advantages: list[float],
    epsilon: float = clip_range,
    beta: float = kl_weight,
) -> float:
    """What one group adds to the objective (equation 1); the logarithms are of probabilities.

    >>> objective([0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, -1.0])
    0.0
    """
    return mean(
        [
            clipped(math.exp(new - old), value, epsilon) - beta * penalty(reference - new)
            for new, old, reference, value in zip(
                log_new, log_old, log_reference, advantages, strict=True
            )
        ]
    )


def pull(right: int, divide: bool = True) -> float:
    """How hard a group pulls at the policy: the mean size of its advantages.

    >>> pull(8), pull(8, divide=False), pull(0)
    (1.0, 0.5, 0.0)
    """
    return mean([abs(value) for value in advantages(rewards(right), divide)])


def share(right: int, divide: bool = True) -> float:
    """That pull as a share of an evenly split group's.

    >>> share(8), share(16)
    (1.0, 0.0)
    """
    return pull(right, divide) / pull(group // 2, divide)


def silent(p: float) -> float:
    """Chance that all answers of a group are right, or all wrong.

    >>> silent(0.0), silent(0.5) * 2**15
    (1.0, 1.0)
    """
    return p**group + (1 - p) ** group


def answers() -> int:
    """Answers sampled over R1-Zero's run.

    >>> answers() == 512 * 10_400
    True
    """
    return steps * questions * group


def answer_cost() -> float:
    """GPU rent for one answer, sampling and training together, averaged over the run (USD)."""
    return gpus * hours * rent / answers()


# A toy policy: one question, eight possible answers, of which the first is right. As in R1-Zero's
# run each group is used once; here at once, so that rho is 1 and nothing is clipped.
choices = 8
rate = 0.5  # step of the gradient ascent
runs = 21  # repetitions
rare = 1 / 1000  # chance of a right answer to a hard question
soon = 60  # updates after which the toy is looked at, and again:
late = 800


def log_softmax(z: Array) -> Array:
    """Logarithms of the probabilities of all answers, along the last axis."""
    top = z - z.max(axis=-1, keepdims=True)
    return top - np.log(np.exp(top).sum(axis=-1, keepdims=True))


def start(p: float) -> Array:
    """Logits that give the right answer the chance *p* and share the rest evenly.

    >>> round(float(np.exp(log_softmax(start(0.25)))[0]), 9)
    0.25
    """
    return np.log([p] + [(1 - p) / (choices - 1)] * (choices - 1))


def by_right(divide: bool = True) -> Array:
    """Advantages of the first answer and of all others, for each number of right ones.

    >>> by_right()[[0, group // 2]].tolist()
    [[0.0, 0.0], [1.0, -1.0]]
    """
    ends = [advantages(rewards(count), divide) for count in range(group + 1)]
    return np.array([[values[0], values[-1]] for values in ends])


def gradient(new: Array, reference: Array, counts: Array, first: Array, others: Array) -> Array:
    """Derivative of `objective` by each logit, at the policy that gave the answers.

    *new* and *reference* are logarithms of probabilities, *counts* how often each answer came,
    *first* and *others* the advantages of the right one and of the rest: a row for each run.
    Each answer pulls its own log-probability up by its slope, and with it all logits, as the
    softmax does.
    """
    values = np.repeat(others[:, None], choices, axis=1)
    values[:, 0] = first
    slopes = counts * (values - kl_weight * (1 - np.exp(reference - new)))
    return (slopes - slopes.sum(axis=1, keepdims=True) * np.exp(new)) / group


def tally(new: Array, draws: Array) -> Array:
    """How often each answer comes, by uniform *draws*: a row for each run.

    >>> tally(log_softmax(np.zeros((1, choices))), np.array([[0.1, 0.2, 0.99]])).tolist()
    [[1, 1, 0, 0, 0, 0, 0, 1]]
    """
    upper = np.exp(new).cumsum(axis=1)
    upper[:, -1] = 1.0  # whatever the rounding
    return np.diff((draws[:, :, None] < upper[:, None]).sum(axis=1), axis=1, prepend=0)


def learn(p: float, updates: int, divide: bool = True, seed: int = 1) -> Array:
    """Chance of the right answer before training and after each of the *updates*, in all runs.

    >>> learn(0.5, 3).shape == (4, runs)
    True
    """
    z, advantage_of = np.tile(start(p), (runs, 1)), by_right(divide)
    new = reference = log_softmax(z)
    chances = [np.exp(new[:, 0])]
    for draws in np.random.default_rng(seed).random((updates, runs, group)):
        counts = tally(new, draws)
        z = z + rate * gradient(new, reference, counts, *advantage_of[counts[:, 0]].T)
        new = log_softmax(z)
        chances.append(np.exp(new[:, 0]))
    return np.array(chances)


def typical(p: float, updates: int, divide: bool = True) -> float:
    """Median of the chance of the right answer over all runs, after the *updates*.

    >>> round(typical(0.25, 0), 9)
    0.25
    """
    return float(np.median(learn(p, updates, divide)[-1]))


def pulls() -> str:
    """Draw the pull of a group by its number of right answers, divided by the deviation and not."""
    chart = Chart(x=f"right answers of {group}", y="pull, % of an even split")
    chart.x_range, chart.y_range = (0, group), (0, 115)  # room for a label above the arch
    counts = range(group + 1)
    for color, label, divide in ((2, "undivided", False), (1, "divided by σ", True)):
        shares = [100 * share(count, divide) for count in counts]
        chart.line(counts, shares, label, color=color)
        chart.scatter(counts, shares, color=color)
    for value in sorted({share(right), share(right, divide=False)}, reverse=True):
        chart.point(right, 100 * value, f"{100 * value:.0f}")
    return chart.svg()
