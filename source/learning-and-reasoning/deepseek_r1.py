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
import random
import statistics

# One question and its group
group = 16  # answers sampled for each question
right = 1  # of them right, in the running example
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


# A toy policy: one question, eight possible answers, of which the first is right
choices = 8
rate = 0.5  # step of the gradient ascent
inner = 2  # gradient steps on each group; at the second, the policy is no longer the old one
runs = 21  # repetitions, with seeds 1, 2, …


def log_softmax(z: list[float]) -> list[float]:
    """Logarithms of the probabilities of all answers."""
    top = max(z)
    total = math.log(math.fsum(math.exp(value - top) for value in z))
    return [value - top - total for value in z]


def start(p: float) -> list[float]:
    """Logits that give the right answer the chance *p* and share the rest evenly.

    >>> round(math.exp(log_softmax(start(0.25))[0]), 9)
    0.25
    """
    return [math.log(p)] + [math.log((1 - p) / (choices - 1))] * (choices - 1)


def toy_objective(
    z: list[float], old: list[float], reference: list[float], sample: list[int], values: list[float]
) -> float:
    """The objective of one group for logits *z*; *sample* are the answers, *values* their A."""
    new = log_softmax(z)
    columns = [[logs[answer] for answer in sample] for logs in (new, old, reference)]
    return objective(*columns, values)


def gradient(
    z: list[float], old: list[float], reference: list[float], sample: list[int], values: list[float]
) -> list[float]:
    """Derivative of `toy_objective` by each logit.

    Each answer pulls its own log-probability up by its slope, and with it all logits, as the
    softmax does. A clipped answer has no slope but that of the penalty.
    """
    new = log_softmax(z)
    slopes = [0.0] * len(z)
    for answer, value in zip(sample, values, strict=True):
        rho = math.exp(new[answer] - old[answer])
        active = clipped(rho, value) == rho * value
        slopes[answer] += rho * value if active else 0.0
        slopes[answer] -= kl_weight * (1 - math.exp(reference[answer] - new[answer]))
    total = math.fsum(slopes)
    return [
        (slope - total * math.exp(log)) / len(sample)
        for slope, log in zip(slopes, new, strict=True)
    ]


def learn(p: float, updates: int, divide: bool = True, seed: int = 1) -> list[float]:
    """Chance of the right answer before training and after each of the *updates*.

    >>> learn(0.5, 0)
    [0.5]
    """
    draw, z = random.Random(seed), start(p)
    reference, chances = log_softmax(z), [p]
    for _ in range(updates):
        old = log_softmax(z)
        sample = draw.choices(range(choices), [math.exp(log) for log in old], k=group)
        values = advantages([float(answer == 0) for answer in sample], divide)
        for _ in range(inner):
            slope = gradient(z, old, reference, sample, values)
            z = [value + rate * step for value, step in zip(z, slope, strict=True)]
        chances.append(math.exp(log_softmax(z)[0]))
    return chances


def typical(p: float, updates: int, divide: bool = True) -> float:
    """Median of the chance of the right answer over all runs, after the *updates*.

    >>> typical(0.5, 0)
    0.5
    """
    return statistics.median(learn(p, updates, divide, seed)[-1] for seed in range(1, runs + 1))
