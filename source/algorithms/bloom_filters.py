"""A Bloom filter: how large it must be, how often it is wrong, and a real one to measure.

The running example is a sign-up form that asks whether a user name is taken.

Symbols and units
-----------------
n   items                            names stored in the filter
m   bits                             length of the bit array
c   bits_per_item = m / n            bits
k   hashes                           positions set, or looked at, for one name
p   rate                             probability that an absent name gets a yes

MB are 10**6 bytes, MiB are 2**20 bytes. The hash functions are taken to scatter names evenly.
"""

from functools import cache
from hashlib import blake2b
from math import comb, exp, expm1, log, log1p, log2, perm

import numpy as np

from sphinx_computed.svg import Chart

# The running example.
items = 100_000_000
name_bytes = 20  # length of one name; the filter's size does not depend on it
bits_per_item = 9.585
hashes = 7
target_rate = 0.01

# What the reader chooses, at first the running example.
chosen_bits = 9.585
chosen_hashes = 7
most_hashes = 12  # as many are offered

# The filter small enough to print: every name sets three of 16 bits.
toy_bits = 16
toy_hashes = 3
toy_names = ("ada", "grace", "edsger")

# The filter small enough to measure, in the same proportions as the running example.
sample_items = 10_000
sample_queries = 100_000


# -- Size and error -------------------------------------------------------------------------


def rate(bits_per_item: float = bits_per_item, hashes: float = hashes) -> float:
    """Chance of a wrong yes, (1 - e^(-k/c))^k: the usual approximation, for large filters.

    >>> f"{rate(9.585, 7):.3%}"
    '1.004%'
    """
    return (-expm1(-hashes / bits_per_item)) ** hashes


def exact_rate(items: int, bits: int, hashes: int) -> float:
    """Chance of a wrong yes without approximation, by inclusion and exclusion.

    The k positions asked fall on j different bits in S(k, j) m!/(m - j)! of m^k ways, and j given
    bits are all set with probability sum_i (-1)^i C(j, i) (1 - i/m)^(k n).

    >>> exact_rate(1, 1, 2)
    1.0
    >>> exact_rate(1, 2, 2)  # 2 of 4 settings fill one bit (yes: 1/4), 2 fill both (yes: 1)
    0.625
    """
    balls = hashes * items
    return sum(
        _partitions(hashes, j) * perm(bits, j) / bits**hashes * _all_set(j, balls, bits)
        for j in range(1, min(hashes, bits) + 1)
    )


def _partitions(k: int, j: int) -> int:
    """Stirling number of the second kind: ways to sort k positions into j groups.

    >>> [_partitions(4, j) for j in range(1, 5)]
    [1, 7, 6, 1]
    """
    return sum((-1) ** i * comb(j, i) * (j - i) ** k for i in range(j + 1)) // perm(j)


def _all_set(j: int, balls: int, bits: int) -> float:
    """Probability that j given bits are all hit by this many even throws."""
    terms = (
        (-1) ** i * comb(j, i) * (exp(balls * log1p(-i / bits)) if i < bits else 0.0**balls)
        for i in range(j + 1)
    )
    return float(sum(terms))


def excess() -> float:
    """By what share the exact rate of the running example exceeds the approximation."""
    return exact_rate(items, round(items * bits_per_item), hashes) / rate(bits_per_item, hashes) - 1


def best_bits_per_item(rate: float = target_rate) -> float:
    """Bits per item for this rate when k is ideal: ln(1/p) / (ln 2)^2.

    >>> f"{best_bits_per_item(0.01):.3f}"
    '9.585'
    """
    return -log(rate) / log(2) ** 2


def best_hashes(bits_per_item: float = bits_per_item) -> float:
    """The k with the lowest rate, c ln 2; a real filter rounds it.

    >>> f"{best_hashes(9.585):.2f}"
    '6.64'
    """
    return bits_per_item * log(2)


def bits_per_decade() -> float:
    """Further bits per item that divide the rate by ten, k being ideal."""
    return best_bits_per_item(0.1)


def megabytes(items: int = items, bits_per_item: float = bits_per_item) -> float:
    """Size of the filter in MB.

    >>> f"{megabytes(100_000_000, 9.585):.1f}"
    '119.8'
    """
    return items * bits_per_item / 8 / 1e6


def mebibytes(items: int = items, bits_per_item: float = bits_per_item) -> float:
    """Size of the filter in MiB.

    >>> f"{mebibytes(100_000_000, 9.585):.1f}"
    '114.3'
    """
    return megabytes(items, bits_per_item) * 1e6 / 2**20


def list_gigabytes() -> float:
    """Size of the bare list of names in GB (10**9 bytes)."""
    return items * name_bytes / 1e9


def ones(bits_per_item: float = bits_per_item, hashes: int = hashes) -> float:
    """Expected share of the bits that are set."""
    return -expm1(-hashes / bits_per_item)


def probes(bits_per_item: float = bits_per_item, hashes: int = hashes) -> float:
    """Mean number of bits read for an absent name when the first 0 ends the search."""
    return sum(ones(bits_per_item, hashes) ** i for i in range(hashes))


def overfilled(factor: float) -> float:
    """Rate when *factor* times the planned number of names has been added."""
    return rate(bits_per_item / factor, hashes)


def bound(rate: float = target_rate) -> float:
    """Fewest bits per item that any filter of this rate can do with: log2(1/p).

    >>> f"{bound(0.01):.2f}"
    '6.64'
    """
    return log2(1 / rate)


def overhead() -> float:
    """What a Bloom filter with ideal k takes beyond that bound, as a share: 1/ln 2 - 1.

    >>> f"{overhead():.1%}"
    '44.3%'
    """
    return best_bits_per_item(target_rate) / bound(target_rate) - 1


# -- Where the plain formula stops ----------------------------------------------------------


def blocked_rate(
    bits_per_item: float = bits_per_item, hashes: int = hashes, line: int = 512
) -> float:
    """Rate when the k bits of a name are different ones of a single cache line of *line* bits.

    A line receives a Poisson number of names, L/c on average, and a crowded line errs more than an
    empty one saves. By inclusion and exclusion over the k bits asked, i given bits are untouched by
    one name with probability C(L - i, k) / C(L, k). A comment in RocksDB's util/bloom_impl.h puts
    10 bits, 6 probes and 512-bit lines at 0.9535 %, from an estimate in place of this sum.

    >>> abs(blocked_rate(10, 6) / 0.009535 - 1) < 0.002
    True
    """
    names = line / bits_per_item
    return sum(
        (-1) ** i * comb(hashes, i) * exp(names * (comb(line - i, hashes) / comb(line, hashes) - 1))
        for i in range(hashes + 1)
    )


def blocked_hashes(bits_per_item: float = bits_per_item) -> int:
    """The whole k with the lowest rate when all bits share a line."""
    return min(range(1, 17), key=lambda k: blocked_rate(bits_per_item, k))


def blocked_extra_megabytes() -> float:
    """MB that a filter of 512-bit lines needs on top to reach the plain filter's rate again."""
    low, high = bits_per_item, 2 * bits_per_item + 2
    for _ in range(20):  # to a ten-thousandth of a bit
        middle = (low + high) / 2
        worse = blocked_rate(middle, blocked_hashes(middle)) > rate(bits_per_item, hashes)
        low, high = (middle, high) if worse else (low, middle)
    return megabytes(items, high) - megabytes(items, bits_per_item)


def folded_rate(items: int, bits: int, hashes: int, values: int) -> float:
    """Rate when positions are a hash of only this many values, reduced modulo the array's length.

    Apache Spark's filter before 4.1 had 2^31 values; a filter of it for 10^9 items at 1 % was
    measured to err at 76.025548 % (pull request 50933).

    >>> f"{folded_rate(10**9, 9_585_058_432, 7, 2**31):.2%}"
    '76.02%'
    """
    groups = _folded(items, bits, hashes, values)
    return sum(size * ways / values * full for size, ways, full in groups) ** hashes


def folded_ones(items: int, bits: int, hashes: int, values: int) -> float:
    """Bits set in that case, expected number; 2,065,015,223 were counted there.

    >>> f"{folded_ones(10**9, 9_585_058_432, 7, 2**31):,.0f}"
    '2,065,014,602'
    """
    return sum(size * full for size, _, full in _folded(items, bits, hashes, values))


def _folded(items: int, bits: int, hashes: int, values: int) -> list[tuple[int, int, float]]:
    """Bits that equally many hash values lead to: how many bits, how many ways, share set."""
    ways, longer = divmod(values, bits)
    return [
        (size, w, -expm1(-hashes * items * w / values))
        for size, w in ((longer, ways + 1), (bits - longer, ways))
    ]


# -- A real filter ---------------------------------------------------------------------------


class BloomFilter:
    """An array of bits, and k positions for every key by double hashing.

    Position i is ((h1 + i h2) mod 2^64) mod m, so that two hashes do the work of k. Keys are arrays
    of 64-bit integers.
    """

    def __init__(self, bits: int, hashes: int) -> None:
        self.array = np.zeros(bits, dtype=bool)
        self.hashes = hashes

    def set(self, keys: np.ndarray, value: bool = True) -> None:
        """Add these keys; with False, clear their bits, which a Bloom filter must never do."""
        for i in range(self.hashes):
            self.array[position(*two_hashes(keys), i, len(self.array))] = value

    def matches(self, keys: np.ndarray) -> np.ndarray:
        """The keys that get a yes. A key is dropped at the first of its bits that is 0."""
        for i in range(self.hashes):
            keys = keys[self.array[position(*two_hashes(keys), i, len(self.array))]]
        return keys


def two_hashes(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """h1 and h2 of each key; h2 is odd, so that it is never 0."""
    return _mix(keys), _mix(~keys) | np.uint64(1)


def position(h1: np.ndarray, h2: np.ndarray, i: int, bits: int) -> np.ndarray:
    """The position of each key under hash function i, from 0 to k - 1."""
    return ((h1 + np.uint64(i) * h2) % np.uint64(bits)).view(np.int64)  # what NumPy indexes with


def _mix(keys: np.ndarray) -> np.ndarray:
    """Scatter 64-bit integers evenly: the finaliser of SplitMix64, after one step.

    >>> hex(_mix(np.array([0], dtype=np.uint64))[0])  # first output of SplitMix64, seed 0
    '0xe220a8397b1dcdaf'
    """
    z = keys + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def key(name: str) -> np.ndarray:
    """A name as an array of one 64-bit key, the same on every machine."""
    return np.frombuffer(blake2b(name.encode(), digest_size=8).digest(), dtype="<u8")


def wrong_yeses(
    bits_per_item: float = bits_per_item,
    hashes: int = hashes,
    items: int = sample_items,
    queries: int = sample_queries,
) -> int:
    """Fill a real filter with keys 0 to n - 1, ask for the next *queries* keys, count the yeses."""
    bloom = BloomFilter(round(items * bits_per_item), hashes)
    bloom.set(np.arange(items, dtype=np.uint64))
    return len(bloom.matches(np.arange(items, items + queries, dtype=np.uint64)))


@cache
def all_wrong_yeses(bits_per_item: float = bits_per_item) -> list[int]:
    """`wrong_yeses` for 1, 2 … 12 hash functions, all in one pass.

    Their filters differ only in who set a bit: it is 1 with k functions if the first function that
    sets it is one of those k. So the array holds, in place of bits, the number of that function.
    """
    bits = round(sample_items * bits_per_item)
    first = np.full(bits, most_hashes, dtype=np.uint8)
    pair = two_hashes(np.arange(sample_items, dtype=np.uint64))
    for i in reversed(range(most_hashes)):
        first[position(*pair, i, bits)] = i
    pair = two_hashes(np.arange(sample_items, sample_items + sample_queries, dtype=np.uint64))
    latest = np.zeros(sample_queries, dtype=np.uint8)
    counts = []
    for i in range(most_hashes):
        np.maximum(latest, first[position(*pair, i, bits)], out=latest)
        counts.append(int(np.count_nonzero(latest <= i)))
    return counts


def expected_yeses(bits_per_item: float = bits_per_item, hashes: int = hashes) -> float:
    """Wrong yeses that the formula predicts for the measured filter."""
    return sample_queries * rate(bits_per_item, hashes)


def spread(bits_per_item: float = bits_per_item, hashes: int = hashes) -> float:
    """Standard deviation of their number, from one such filter to the next.

    The number of ones has the variance m q (1 - q (1 + k/c)), with q = e^(-k/c) the share of zeros
    (balls thrown at m boxes); the rate moves by k times the relative change of that number. To
    this the questions add their binomial noise.
    """
    share = ones(bits_per_item, hashes)
    zeros = 1 - share
    variance = zeros * (1 - zeros * (1 + hashes / bits_per_item))
    fill = (variance / (sample_items * bits_per_item)) ** 0.5 / share
    expected = expected_yeses(bits_per_item, hashes)
    return (expected * (1 - expected / sample_queries) + (hashes * fill * expected) ** 2) ** 0.5


# -- The filter of 16 bits -------------------------------------------------------------------


@cache
def toy(*cleared: str) -> BloomFilter:
    """The filter of the three names, after the bits of *cleared* have been set back to 0."""
    bloom = BloomFilter(toy_bits, toy_hashes)
    for name in toy_names:
        bloom.set(key(name))
    for name in cleared:
        bloom.set(key(name), False)
    return bloom


def toy_positions(name: str) -> list[int]:
    """The bits of a name in that filter, in increasing order."""
    pair = two_hashes(key(name))
    return sorted(int(position(*pair, i, toy_bits)[0]) for i in range(toy_hashes))


def toy_places(name: str) -> str:
    """The same, as a list to print.

    >>> toy_places("ada")
    '4, 6, 13'
    """
    return ", ".join(map(str, toy_positions(name)))


def toy_reads(name: str) -> str:
    """What stands at those positions."""
    return " ".join(str(int(bit)) for bit in toy().array[toy_positions(name)])


def toy_answer(name: str, *cleared: str) -> str:
    """What that filter says of the name.

    >>> toy_answer("edsger"), toy_answer("edsger", "ada")
    ('taken', 'free')
    """
    return "taken" if len(toy(*cleared).matches(key(name))) else "free"


def toy_ones() -> int:
    """Number of bits set in that filter."""
    return int(toy().array.sum())


# -- Charts and words ------------------------------------------------------------------------


def functions(k: int, kind: str = "hash function") -> str:
    """How many of them, in words that a sentence can take.

    >>> functions(1), functions(7)
    ('1 hash function', '7 hash functions')
    """
    return f"{k} {kind}{'s' if k > 1 else ''}"


def percent(share: float, spec: str = "g") -> str:
    """A share as charts print it, with a no-break space.

    >>> percent(0.0001), percent(0.01004, "#.3g")
    ('0.01\xa0%', '1.00\xa0%')
    """
    return f"{100 * share:{spec}}\N{NO-BREAK SPACE}%"


def plane(x: str, x_range: tuple[float, float], where: str = "", x_log: bool = False) -> Chart:
    """Two axes, the upright one for rates from 0.01 % to 100 %."""
    y = f"false positives{where}"
    return Chart(x, y, x_log, True, x_range, y_range=(1e-4, 1), y_format=percent)


def rate_against_bits() -> str:
    """The rate for the best number of hash functions and for the chosen one."""
    chart = plane("bits per name", (2, 18))
    sizes = [2 + i / 2 for i in range(33)]
    chart.line([2, 18], [rate(c, best_hashes(c)) for c in (2, 18)], "best number")
    chart.line(sizes, [rate(c, chosen_hashes) for c in sizes], functions(chosen_hashes, "function"))
    here = rate(chosen_bits, chosen_hashes)
    chart.point(chosen_bits, here, percent(here, "#.3g"))
    return chart.svg()


def rate_against_hashes() -> str:
    """The rate at the chosen size, by the formula and as measured."""
    chart = plane("hash functions", (0.8, 100), f" at {chosen_bits:g} bits per name", x_log=True)
    numbers = [10 ** (i / 24) for i in range(49)]
    chart.line(numbers, [rate(chosen_bits, k) for k in numbers], "formula")
    measured = [count / sample_queries for count in all_wrong_yeses(chosen_bits)]
    chart.scatter(range(1, most_hashes + 1), measured, "measured")
    here = rate(chosen_bits, chosen_hashes)
    chart.point(chosen_hashes, here, percent(here, "#.3g"))
    return chart.svg()
