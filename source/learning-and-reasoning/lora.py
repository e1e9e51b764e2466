"""Low-rank adaptation of GPT-3 175B: what an adapter counts, costs and can represent.

Symbols, pure numbers unless a unit is given:

layers, width   blocks of GPT-3 175B; d, the rows and the columns of one attention matrix
base            all parameters of GPT-3 175B
rank, alpha     r, and the numerator of the scaling factor alpha / r
adapted         matrices adapted in each layer: query and value
B, A            the trained pair, d by r and r by d; the change of a weight is scale * B @ A
strengths       singular values of a wanted change, the largest first
small           width of the matrices that are decomposed and trained here
answers         what DeepSeek-R1-Zero was graded on: 10,400 steps, 32 questions, 16 answers each

Sizes are in decimal megabytes (10**6 bytes) at 16 bits a number, unless named otherwise.
"""

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sphinx_computed.svg import Chart

Matrix = NDArray[np.floating]

rank = 4  # a reader may turn it; numbers of a cited study name their own rank
alpha = 4
layers = 96
width = 12288
adapted = 2
base = 175_255_800_000
bytes_per_number = 2
small = 32
steps = 150
starts = 100
learning_rate = 0.6
answers = 10_400 * 32 * 16

# -- What is counted ----------------------------------------------------------------------


def trained(r: int, matrices: int = layers * adapted, d: int = width) -> int:
    """Numbers in the adapters of square matrices: ``2 L d r`` (Hu et al. 2021, section 5.1).

    GPT-3 at rank 4, 1 and 8 on query and value, then RoBERTa base and large at rank 8
    (their tables 5, 4 and 2: 18M, 4.7M, 37.7M, 0.3M, 0.8M):

    >>> trained(4), trained(1), trained(8)
    (18874368, 4718592, 37748736)
    >>> trained(8, matrices=24, d=768), trained(8, matrices=48, d=1024)
    (294912, 786432)
    """
    return 2 * matrices * d * r


def pairs(r: int, shapes: list[tuple[int, int]]) -> int:
    """Numbers in the adapters of matrices of any shapes: ``r`` times rows plus columns.

    Llama-3.1-8B with its output matrix, in billions (Schulman et al. 2025: 0.25 for
    attention at rank 256, 0.49 and 0.24 for the feed-forward part at 256 and 128, 0.70 for all):

    >>> attention = 32 * (2 * [(4096, 4096)] + 2 * [(4096, 1024)])
    >>> forward, output = 32 * 3 * [(4096, 14336)], [(4096, 128256)]
    >>> [round(pairs(r, shapes + output) / 1e9, 2) for r, shapes in
    ...  ((256, attention), (256, forward), (128, forward), (256, attention + forward))]
    [0.25, 0.49, 0.24, 0.7]
    """
    return r * sum(rows + columns for rows, columns in shapes)


def llama(r: int) -> int:
    """Numbers in adapters of all seven matrices of each Llama-2-7B layer.

    >>> llama(64), llama(256)
    (159907840, 639631360)
    """
    return pairs(r, 32 * (4 * [(4096, 4096)] + 3 * [(4096, 11008)]))


def share_of_llama(r: int) -> float:
    """Adapters of five matrices of each LLaMA-7B layer, in percent of base and adapter together.

    Query, key, value and two of the feed-forward part (Liu et al. 2024, tables 8 and 15; for
    rank 16 they print 0.42, where this gives 0.415):

    >>> [round(share_of_llama(r), 2) for r in (4, 8, 32, 64)]
    [0.1, 0.21, 0.83, 1.64]
    """
    count = pairs(r, 32 * (3 * [(4096, 4096)] + 2 * [(4096, 11008)]))
    return 100 * count / (6_738_415_616 + count)


def everywhere(r: int) -> int:
    """Numbers in adapters of all six matrices of each GPT-3 layer: four d by d, two d by 4d.

    >>> everywhere(4) / trained(4)
    4.5
    """
    return pairs(r, layers * (4 * [(width, width)] + 2 * [(width, 4 * width)]))


def percent(count: float) -> float:
    """Share of GPT-3's parameters, in percent.

    >>> f"{percent(trained(4)):.3f}"
    '0.011'
    """
    return 100 * count / base


def megabytes(count: float) -> float:
    """Storage at 16 bits a number, in MB; the 35MB of Hu et al. (section 4.2) are nearer in MiB.

    That they are MiB cut off is a guess.

    >>> f"{megabytes(trained(4)):.1f} MB, {mebibytes(trained(4)):.1f} MiB"
    '37.7 MB, 36.0 MiB'
    """
    return count * bytes_per_number / 1e6


def mebibytes(count: float) -> float:
    """Storage at 16 bits a number, in units of 2**20 bytes."""
    return count * bytes_per_number / 2**20


def base_gigabytes(bits: float) -> float:
    """Storage of the frozen model, in GB, without the constants that undo rounding.

    >>> [f"{base_gigabytes(bits):.1f}" for bits in (16, 4)]
    ['350.5', '87.6']
    """
    return base * bits / 8 / 1e9


def lengths() -> int:
    """Extra numbers that DoRA trains: one length for each column of each adapted matrix."""
    return layers * adapted * width


def moments(count: int) -> int:
    """Running averages that Adam keeps: a mean and a mean square for each trained number.

    >>> moments(trained(4))
    37748736
    """
    return 2 * count


def arithmetic(r: int, d: int = width) -> float:
    """Multiply-adds of a training step on one matrix, relative to full fine-tuning.

    Forward pass, gradient for the input, and two thin matrices at ``3 d r`` each, against
    three full products (Schulman et al. 2025).

    >>> round(arithmetic(4), 4), round(arithmetic(0), 4)
    (0.6673, 0.6667)
    """
    return (2 * d**2 + 6 * d * r) / (3 * d**2)


# -- What rank r can represent ------------------------------------------------------------


def falling(d: int) -> Matrix:
    """Strengths 1, 1/2, 1/3, ..., 1/d: a few directions matter."""
    return 1 / np.arange(1, d + 1)


def equal(d: int) -> Matrix:
    """Strengths that are all 1, those of a rotation: every direction matters."""
    return np.ones(d)


def missing(r: int, strengths: Matrix) -> float:
    """Relative error of the best approximation of rank r (Frobenius norm, 0 to 1).

    >>> round(missing(4, falling(12288)), 3), round(missing(4, equal(12288)), 5)
    (0.367, 0.99984)
    """
    squares = strengths**2
    return math.sqrt(squares[r:].sum() / squares.sum())


def needed(variance: float, strengths: Matrix) -> int:
    """Least rank that explains this share of the squared strengths.

    >>> needed(0.9, falling(12288)), needed(0.9, equal(12288))
    (6, 11060)
    """
    explained = np.cumsum(strengths**2) / np.sum(strengths**2)
    return int(np.searchsorted(explained, variance - 1e-12)) + 1


def change(strengths: Matrix, seed: int = 1) -> Matrix:
    """Return a square matrix with these singular values and random directions."""
    draw = np.random.default_rng(seed)
    d = len(strengths)
    left, right = (np.linalg.qr(draw.normal(size=(d, d)))[0] for _ in range(2))
    return left * strengths @ right.T


def truncated(wanted: Matrix, r: int) -> Matrix:
    """Keep the r strongest pieces of the singular value decomposition of *wanted*."""
    left, strengths, right = np.linalg.svd(wanted)
    return left[:, :r] * strengths[:r] @ right[:r]


# -- A trained pair -----------------------------------------------------------------------


def start(r: int, d: int, seed: int = 2) -> tuple[Matrix, Matrix]:
    """Return B = 0 and a random A, entries of variance 1/d: the layer is unchanged."""
    draw = np.random.default_rng(seed)
    return np.zeros((d, r)), draw.normal(scale=d**-0.5, size=(r, d))


def gradients(B: Matrix, A: Matrix, wanted: Matrix) -> tuple[Matrix, Matrix]:
    """Gradients for B and A of half the squared distance between B @ A and *wanted*."""
    G = B @ A - wanted
    return G @ A.T, B.T @ G


def train(wanted: Matrix, B: Matrix, A: Matrix) -> tuple[Matrix, Matrix]:
    """Fit a pair to *wanted* by plain gradient descent, *steps* steps."""
    for _ in range(steps):
        for_B, for_A = gradients(B, A, wanted)
        B, A = B - learning_rate * for_B, A - learning_rate * for_A
    return B, A


def distance(product: Matrix, wanted: Matrix) -> float:
    """Relative error of *product* (Frobenius norm)."""
    return float(np.linalg.norm(product - wanted) / np.linalg.norm(wanted))


def train_many(strengths: Matrix, r: int) -> Matrix:
    """Return the relative errors at which *starts* pairs of rank r arrive, as :func:`train` does.

    The wanted change is diagonal: turning it would turn A alike, whose entries have no direction.
    With the r by r products first a step costs ``d r**2``, not ``d**2 r``; single precision
    moves no error by more than 0.00002.
    """
    d, D = len(strengths), strengths.astype(np.float32)
    A = np.stack([start(r, d, seed)[1] for seed in range(starts)]).astype(np.float32)
    B = np.zeros((starts, d, r), np.float32)
    for _ in range(steps):
        At, Bt = A.swapaxes(1, 2), B.swapaxes(1, 2)
        for_B, for_A = B @ (A @ At) - D[:, None] * At, (Bt @ B) @ A - Bt * D
        B, A = B - learning_rate * for_B, A - learning_rate * for_A
    return np.linalg.norm(B @ A - np.diag(D), axis=(1, 2)) / np.linalg.norm(D)


@cache
def reached(r: int) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of :func:`train_many` for falling strengths."""
    low, middle, high = np.percentile(train_many(falling(small), r), [25, 50, 75])
    return float(low), float(middle), float(high)


def excess(r: int) -> float:
    """Median error above the best of its rank, in percent of that best."""
    return 100 * (reached(r)[1] / missing(r, falling(small)) - 1)


def forward(x: Matrix, W: Matrix, B: Matrix, A: Matrix, scale: float) -> Matrix:
    """Apply the frozen matrix and, beside it, the adapter."""
    return W @ x + scale * (B @ (A @ x))


def merged(W: Matrix, B: Matrix, A: Matrix, scale: float) -> Matrix:
    """Add the adapter into the weight once, for inference."""
    return W + scale * (B @ A)


# -- The first step, and the scaling factor -----------------------------------------------


def first_drop(G: Matrix, A: Matrix, scale: float, adam: bool = False) -> float:
    """Fall of the loss in the first step, to first order, per unit of learning rate.

    With B = 0 only B moves, against its gradient ``scale * G @ A.T``; Adam's first step
    takes the signs alone (its correction for the start included, epsilon 0).
    """
    gradient = scale * G @ A.T
    return float(np.abs(gradient).sum() if adam else (gradient**2).sum())


def first_share(r: int, scale: float, d: int = width) -> float:
    """Mean of ``first_drop / ||G||**2`` under gradient descent: ``scale**2 r / d``.

    Full fine-tuning gives 1, and so does the limit of full rank and scale 1. With alpha / r
    rank 64 starts 16 times slower than rank 4:

    >>> first_share(width, 1), first_share(4, alpha / 4) / first_share(64, alpha / 64)
    (1.0, 16.0)
    """
    return scale**2 * r / d


def first_sum(r: int, scale: float) -> float:
    """Mean of Adam's ``first_drop`` over its value at rank 1 and scale 1: ``scale * r``.

    With alpha / r every rank starts alike, with alpha / sqrt(r) rank 64 four times as fast as 4:

    >>> first_sum(64, alpha / 64) / first_sum(4, alpha / 4)
    1.0
    >>> first_sum(64, alpha / 8) / first_sum(4, alpha / 2)
    4.0
    """
    return scale * r


# -- Capacity -----------------------------------------------------------------------------


def capacity(count: float) -> float:
    """Bits that trained numbers hold, at two each (Allen-Zhu & Li, as quoted by Schulman et al.).

    >>> f"{capacity(trained(4)):.2g} {capacity(llama(64)):.2g} {capacity(llama(256)):.2g}"
    '3.8e+07 3.2e+08 1.3e+09'
    """
    return 2 * count


# -- What rank bought in one study --------------------------------------------------------

# Llama-2-7B after 20 billion tokens, at ranks 16, 64, 256 and fully tuned (Biderman et al. 2024,
# tables S1-S4): percent of new tasks solved (HumanEval, GSM8K), and mean of three general tests.
code = {"new": (16.2, 19.6, 22.4, 26.3), "general": (63.5, 62.6, 61.7, 54.5)}
mathematics = {"new": (15.8, 16.3, 20.2, 29.3), "general": (63.7, 62.7, 61.6, 61.8)}


def lead(points: tuple[float, ...]) -> float:
    """Full tuning minus rank 256, in points.

    >>> round(lead(code["new"]), 1), round(lead(code["general"]), 1)
    (3.9, -7.2)
    >>> round(lead(mathematics["new"]), 1), round(lead(mathematics["general"]), 1)
    (9.1, 0.2)
    """
    return points[3] - points[2]


# -- Charts -------------------------------------------------------------------------------


def spaced(last: int) -> list[int]:
    """Whole ranks from 1 to *last*, evenly spaced on a logarithmic axis."""
    return sorted({round(last ** (k / 60)) for k in range(61)})


def least_errors() -> str:
    """Draw the bound by rank for both kinds of strengths, the chosen rank, and trained pairs."""
    chart = Chart(x="rank", y="relative error, %", x_log=True, y_log=True, height=300)
    chart.x_range, chart.y_range = (0.8, 320), (2, 100)
    for label, strengths, last in (
        ("all equal", equal(width), 256),
        ("falling", falling(width), 256),
        (f"falling,\n{small} wide", falling(small), small - 1),
    ):
        ranks = spaced(last)
        chart.line(ranks, [100 * missing(r, strengths) for r in ranks], label)
    ranks = [2, 4, 8, 16]
    chart.scatter(ranks, [100 * reached(r)[1] for r in ranks], f"trained, {small} wide", color=3)
    least = 100 * missing(rank, falling(width))
    chart.vline(rank)
    chart.point(rank, 100 * missing(rank, equal(width)))
    chart.point(rank, least, f"rank {rank}: {least:.2g} %")
    return chart.svg()


def trade() -> str:
    """Draw new skill against what is left of the old, by rank, for code and mathematics."""
    chart = Chart(x="general tests, % (left: more forgotten)", y="new tasks solved, %", height=280)
    chart.x_range, chart.y_range = (54, 65), (14, 30)
    names = ("16", "64", "rank 256", "full tuning")
    for label, points in (("code", code), ("mathematics", mathematics)):
        chart.line(points["general"], points["new"], label)
        for name, x, y in zip(names, points["general"], points["new"], strict=True):
            chart.point(x, y, name)
    return chart.svg()
