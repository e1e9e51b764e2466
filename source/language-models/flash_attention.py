"""Attention computed twice, ordinarily and in tiles, with the bytes that cross to main memory.

Symbols and units
-----------------
N   tokens                    length of one sequence
d   width                     numbers in one query, key or value
    heads                     attention heads times sequences: independent pieces of work
B   columns                   keys (and values) in one block
T   passes = ceil(N / B)      times that all queries pass by a block

A number of a matrix takes 2 bytes, a statistic of a row (m, l) 4 bytes. GB are 10**9 bytes,
MiB 2**20, GFLOP 10**9 additions and multiplications. The factor 1/sqrt(d) is taken to be in Q.
"HBM" is the main memory; whatever is not read from it or written to it costs nothing here.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, log10

import numpy as np
from numpy.typing import NDArray

from sphinx_computed.svg import Chart

Matrix = NDArray[np.floating]

# The running example: one attention layer of GPT-2 medium, 64 sequences (Dao et al. 2022, Fig. 2).
example_tokens = 1024
width = 64
heads = 16 * 64

# What the reader chooses, at first the running example.
tokens = 1024
columns = 256

# The A100 (Dao et al. 2022, section 2.1; Dao 2023, section 3.1) and the H100 (Shah et al. 2024).
bandwidth = 1.5e12  # bytes a second to and from HBM
peak = 312e12  # operations a second in 16-bit matrix products
sram = 192 * 1024  # bytes beside each processor
h100_products, h100_exponentials = 989e12, 3.9e12  # a second

# As printed for the running example: ordinary, then FlashAttention.
printed_gigabytes = (40.3, 4.4)
printed_gflop = (66.6, 75.2)
printed_milliseconds = (41.7, 7.3)
# Table 11 of the same paper: mask and dropout too, but 16 sequences and 8 heads.
appendix_milliseconds = (8.29, 2.55)

# Tables 20 and 21 of the same paper: 8 heads, 16 sequences, no mask, no dropout.
table_heads = 8 * 16
lengths = [2**i for i in range(7, 17)]
milliseconds = {
    "PyTorch": [0.67, 0.70, 1.18, 3.67, 13.22, 50.44],
    "FlashAttention": [0.31, 0.31, 0.73, 2.29, 7.64, 30.09, 118.50, 470.51, 1876.08, 7492.85],
    "Linformer": [1.31, 1.25, 1.30, 1.29, 3.20, 6.10, 11.93, 23.39, 46.72, 100.52],
}
mebibytes = {
    "PyTorch": [36, 104, 336, 1184, 4416, 17024],
    "FlashAttention": [22, 44, 104, 209, 418, 836, 1672, 3344, 6688, 13376],
}


# -- The two programs ------------------------------------------------------------------------


class Hbm:
    """Main memory: holds named arrays, counts the bytes read and written."""

    def __init__(self, **arrays: Matrix) -> None:
        self.arrays = arrays
        self.moved = 0

    def read(self, name: str, rows: slice = slice(None)) -> Matrix:
        block = self.arrays[name][rows]
        self.moved += size(block)
        return block

    def write(self, name: str, block: Matrix, rows: slice = slice(None)) -> None:
        if rows == slice(None):
            self.arrays[name] = block
        else:
            self.arrays[name][rows] = block
        self.moved += size(block)


def size(block: Matrix) -> int:
    """Bytes that it takes: 2 for a number of a matrix, 4 for a statistic of a row."""
    return block.size * (2 if block.ndim == 2 else 4)


def start(n: int = example_tokens, d: int = width, seed: int = 4, dtype: type = np.float32) -> Hbm:
    """Random inputs in main memory: queries, keys, values and the gradient of the output."""
    random = np.random.default_rng(seed)
    q, k, v, do = (random.standard_normal((n, d)).astype(dtype) for _ in range(4))
    return Hbm(Q=q / np.sqrt(d).astype(dtype), K=k, V=v, dO=do)


def ordinary(hbm: Hbm) -> None:
    """Each step alone, its result written out (Dao et al. 2022, Algorithms 0 and 3)."""
    hbm.write("S", hbm.read("Q") @ hbm.read("K").T)
    hbm.write("P", softmax(hbm.read("S")))
    hbm.write("O", hbm.read("P") @ hbm.read("V"))
    # Backwards: how the loss changes with V, P, S, Q and K.
    hbm.write("dV", hbm.read("P").T @ hbm.read("dO"))
    hbm.write("dP", hbm.read("dO") @ hbm.read("V").T)
    p, dp = hbm.read("P"), hbm.read("dP")
    hbm.write("dS", p * (dp - (p * dp).sum(axis=1, keepdims=True)))
    hbm.write("dQ", hbm.read("dS") @ hbm.read("K"))
    hbm.write("dK", hbm.read("dS").T @ hbm.read("Q"))


def softmax(s: Matrix) -> Matrix:
    """Each row made positive with sum 1; the largest score is taken off first."""
    weights = np.exp(s - s.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def tiled(hbm: Hbm, columns: int, rows: int = 64) -> None:
    """No score leaves the tile that it is computed in (the same paper, Algorithms 1 and 4)."""
    n, d = hbm.arrays["Q"].shape
    dtype = hbm.arrays["Q"].dtype
    hbm.arrays |= {name: np.zeros((n, d), dtype) for name in ("O", "dQ", "dK", "dV")}
    hbm.arrays |= {"l": np.zeros(n, dtype), "m": np.full(n, -np.inf, dtype)}
    for block in blocks(n, columns):
        k, v = hbm.read("K", block), hbm.read("V", block)
        for tile in blocks(n, rows):
            state = absorb(*(hbm.read(name, tile) for name in ("Q", "O", "l", "m")), k, v)
            for name, value in zip(("O", "l", "m"), state, strict=True):
                hbm.write(name, value, tile)
    for block in blocks(n, columns):
        k, v = hbm.read("K", block), hbm.read("V", block)
        dk, dv = np.zeros_like(k), np.zeros_like(v)
        for tile in blocks(n, rows):
            names = ("Q", "O", "dO", "dQ", "l", "m")
            q, o, do, dq, total, m = (hbm.read(name, tile) for name in names)
            p = np.exp(q @ k.T - m[:, None]) / total[:, None]  # computed again, not read
            ds = p * (do @ v.T - (do * o).sum(axis=1, keepdims=True))
            dk, dv = dk + ds.T @ q, dv + p.T @ do
            hbm.write("dQ", dq + ds @ k, tile)
        hbm.write("dK", dk, block)
        hbm.write("dV", dv, block)


def blocks(n: int, length: int) -> Iterator[slice]:
    """Consecutive rows, so many at a time."""
    return (slice(i, min(i + length, n)) for i in range(0, n, length))


def absorb(
    q: Matrix, o: Matrix, total: Matrix, m: Matrix, k: Matrix, v: Matrix
) -> tuple[Matrix, Matrix, Matrix]:
    """Output, sum l and largest score m of some rows after one more block of keys and values."""
    s = q @ k.T
    largest = np.maximum(m, s.max(axis=1))
    weights = np.exp(s - largest[:, None])
    kept = total * np.exp(m - largest)
    total = kept + weights.sum(axis=1)
    return (kept[:, None] * o + weights @ v) / total[:, None], total, largest


def disagreement(n: int, columns: int, name: str = "O", dtype: type = np.float32) -> float:
    """Largest difference between the two programs' results, over the largest result."""
    one, other = start(n, dtype=dtype), start(n, dtype=dtype)
    ordinary(one)
    tiled(other, columns)
    difference = np.abs(one.arrays[name] - other.arrays[name]).max()
    return float(difference / np.abs(one.arrays[name]).max())


def agreement(n: int = 128, columns: int = 32) -> int:
    """The two outputs differ by less than one part in this power of ten, in 32-bit numbers."""
    return int(10 ** floor(-log10(disagreement(n, columns))))


# -- One row small enough to print -----------------------------------------------------------

toy_scores, toy_values = (1, 3, 5, 2), (8, 4, 2, 1)


def seen(scores: Sequence[int], values: Sequence[int]) -> tuple[int, Fraction, Fraction]:
    """Largest score m, sum of 2**(s - m), and sum of 2**(s - m) v.

    >>> [str(number) for number in seen((1, 3), (8, 4))]
    ['3', '5/4', '6']
    """
    m = max(scores)
    weights = [Fraction(2) ** (s - m) for s in scores]
    return m, sum(weights, Fraction()), sum(map(Fraction.__mul__, weights, map(Fraction, values)))


def corrected(state: tuple[int, Fraction, Fraction], m: int) -> tuple[int, Fraction, Fraction]:
    """The same scores, referred to a larger m."""
    factor = Fraction(2) ** (state[0] - m)
    return m, state[1] * factor, state[2] * factor


def merged(
    one: tuple[int, Fraction, Fraction], other: tuple[int, Fraction, Fraction]
) -> tuple[int, Fraction, Fraction]:
    """What is known of two blocks together.

    >>> merged(seen((1, 3), (8, 4)), seen((5, 2), (2, 1))) == seen((1, 3, 5, 2), (8, 4, 2, 1))
    True
    """
    m = max(one[0], other[0])
    (_, a, b), (_, c, d) = corrected(one, m), corrected(other, m)
    return m, a + c, b + d


def toy(step: int) -> tuple[float, ...]:
    """The printed row: after the first block, the same corrected, and after the second."""
    first, second = (seen(toy_scores[i : i + 2], toy_values[i : i + 2]) for i in (0, 2))
    states = first, corrected(first, second[0]), merged(first, second)
    return tuple(map(float, states[step]))


# -- Bytes -----------------------------------------------------------------------------------

# Score matrices moved by each step, forwards and backwards; dropout also keeps a byte a score.
crossings = {
    "bare": 4 + 7,
    "added mask": 2 + 0,
    "filled mask": 2 + 2,
    "dropout": 2.5 + 2.5,
}


def scores_gigabytes(n: int = example_tokens) -> float:
    """One score matrix of every head, in GB."""
    return heads * 2 * n**2 / 1e9


def moved(*extra: str) -> float:
    """Score matrices that ordinary attention moves, with some steps more.

    >>> moved(), moved("added mask", "dropout")
    (11, 18.0)
    """
    return crossings["bare"] + sum(crossings[step] for step in extra)


def ordinary_gigabytes(n: int = example_tokens, score_matrices: float = 11) -> float:
    """Traffic of ordinary attention: score matrices, and twelve matrices of N by d.

    >>> f"{ordinary_gigabytes(1024, 18):.1f}"  # as printed in Fig. 2
    '40.3'
    """
    return heads * 2 * (score_matrices * n**2 + 12 * n * width) / 1e9


def passes(n: int = example_tokens, columns: int = 256) -> int:
    """Blocks of keys, each of which all queries pass by."""
    return ceil(n / columns)


def tiled_gigabytes(n: int = example_tokens, columns: int = 256) -> float:
    """Traffic of tiled attention: 6 + 8 T matrices of N by d, 6 T statistics for each row.

    The zeros written at the start (two matrices, two statistics) are left out: the first pass
    need not read them. They would add 0.28 GB to the running example.
    """
    t = passes(n, columns)
    return heads * n * (2 * width * (6 + 8 * t) + 4 * 6 * t) / 1e9


def code_gigabytes() -> float:
    """The same as the code of June 2022 does it: 256 columns, 32-bit unfinished results.

    Forwards K, V; 4 times Q; 3 times unfinished O out and in (each 2 units); O. Backwards K, V,
    dK, dV; 4 times Q, dO; O; 3 times unfinished dQ out and in; dQ. Statistics are left out.
    """
    units = (2 + 4 + 3 * 4 + 1) + (4 + 8 + 1 + 3 * 4 + 1)
    return heads * 2 * example_tokens * width * units / 1e9


def rule_columns() -> int:
    """Columns that Algorithm 1 prescribes for this SRAM: M / 4d, M counted in numbers."""
    return ceil(sram / 2 / (4 * width))


def block_kibibytes(columns: int) -> float:
    """SRAM that such blocks take by that rule, in KiB."""
    return columns * 4 * width * 2 / 1024


def fits(columns: int) -> str:
    """Whether they fit, for a sentence."""
    return "fits" if block_kibibytes(columns) * 1024 <= sram else "does not fit"


def break_even() -> float:
    """Columns below which tiles of a long sequence move more than eleven score matrices."""
    return (8 * width + 4 * 6 / 2) / crossings["bare"]


def in_scores(columns: int) -> float:
    """Traffic of tiles on a long sequence, in score matrices."""
    return (8 * width + 4 * 6 / 2) / columns


def statistics_megabytes() -> float:
    """What replaces the stored weights: two numbers for each row."""
    return heads * example_tokens * 8 / 1e6


def saved_in_generation() -> float:
    """Share of the traffic that tiles save for one query: four passes over N scores."""
    return 4 / (4 + 2 * width)


# -- Arithmetic and time ---------------------------------------------------------------------


def gflop(products: int, n: int = example_tokens) -> float:
    """Matrix products of N by d with d by N, or as large: six ordinarily, seven in tiles."""
    return products * 2 * heads * n**2 * width / 1e9


def byte_milliseconds(gigabytes: float) -> float:
    """Time to move them at full bandwidth."""
    return gigabytes * 1e9 / bandwidth * 1e3


def flop_milliseconds(gflop: float) -> float:
    """Time for matrix products at the peak rate."""
    return gflop * 1e9 / peak * 1e3


def peak_share(milliseconds: float) -> float:
    """Share of the peak rate that seven products in this time make."""
    return flop_milliseconds(gflop(7)) / milliseconds


def exponential_share(d: int) -> float:
    """Time of the exponentials over that of the products, forward pass, H100.

    >>> f"{exponential_share(128):.0%}"  # "50%" in Shah et al. 2024, section 3.1
    '50%'
    """
    return h100_products / h100_exponentials / (4 * d)


def cubic_accuracy() -> int:
    """The cubic for 2**x, 0 <= x < 1, of Zadouri et al. 2026 is off by one part in this many."""
    x = np.linspace(0, 1, 4097)
    cubic = 1 + x * (0.6951 + x * (0.2276 + x * 0.0771))
    return int(round(1 / np.abs(cubic / 2**x - 1).max(), -2))


# -- Memory ----------------------------------------------------------------------------------


def ordinary_mebibytes(n: int) -> float:
    """Four score matrices and ten matrices of N by d.

    >>> ordinary_mebibytes(4096)
    17024.0
    """
    return table_heads * 2 * (4 * n**2 + 10 * n * width) / 2**20


def tiled_mebibytes(n: int) -> float:
    """Eleven matrices of N by d, two more if there are several blocks, two statistics a row.

    >>> tiled_mebibytes(65536)
    13376.0
    """
    return table_heads * n * (2 * width * (11 if n <= 256 else 13) + 8) / 2**20


# -- Charts ----------------------------------------------------------------------------------


def gigabytes(value: float) -> str:
    """A traffic for an axis or a label.

    >>> gigabytes(5.2), gigabytes(1234.5)
    ('5.2\xa0GB', '1,230\xa0GB')
    """
    return f"{float(f'{value:.3g}'):,g}\N{NO-BREAK SPACE}GB"


def traffic_against_columns() -> str:
    """Traffic for every width of block, at the chosen length."""
    low = min(tiled_gigabytes(tokens, 1024), ordinary_gigabytes(tokens)) / 1.6
    high = max(tiled_gigabytes(tokens, 16), ordinary_gigabytes(tokens, 18)) * 1.6
    name = f"to and from HBM, {tokens:,} tokens"
    chart = Chart("columns", name, True, True, (16, 1024), y_range=(low, high), y_format=gigabytes)
    widths = [2 ** (i / 16) for i in range(64, 161)]
    chart.step(widths, [tiled_gigabytes(tokens, w) for w in widths], "tiled")
    chart.hline(ordinary_gigabytes(tokens), "ordinary, bare")
    chart.hline(ordinary_gigabytes(tokens, 18), "with mask, dropout")
    chart.vline(rule_columns(), "SRAM full")
    here = tiled_gigabytes(tokens, columns)
    chart.point(columns, here, gigabytes(here))
    return chart.svg()


def memory_against_tokens() -> str:
    """Memory by the two formulas and as printed."""
    chart = Chart("tokens", "memory, MiB", True, True, (100, 90_000), y_range=(10, 200_000))
    rows = (("PyTorch", ordinary_mebibytes, 8192), ("FlashAttention", tiled_mebibytes, 65536))
    for color, (name, formula, top) in enumerate(rows, start=1):
        xs = [n for n in lengths if n <= top]
        chart.line(xs, [formula(n) for n in xs], name, color=color)
        chart.scatter(lengths[: len(mebibytes[name])], mebibytes[name], color=color)
    chart.hline(40e9 / 2**20, "40 GB")
    return chart.svg()


def runtime_against_tokens() -> str:
    """Runtime as printed."""
    chart = Chart("tokens", "runtime, ms", True, True, (100, 90_000), y_range=(0.2, 20_000))
    for name, values in milliseconds.items():
        chart.line(lengths[: len(values)], values, name if len(values) == len(lengths) else "")
    chart.note(1200, 16, "PyTorch")
    return chart.svg()
