"""Four ways to share keys among servers: what moves when a server comes or goes, and who is full.

The running example is ten cache servers that hold 100,000 pages; an eleventh is added.

Symbols and units
-----------------
n   servers      servers before the change
m                servers after it
v   points       places of one server on the ring

Keys and places are 64-bit integers, the ring has 2**64 places. Shares are fractions of all keys, or
of all requests; loads are multiples of the mean over the servers. Hashes are taken to scatter
evenly; the ones below do (SplitMix64).
"""

from functools import cache
from itertools import combinations
from math import comb, lcm, lgamma

import numpy as np

from sphinx_computed.svg import Chart

# The running example.
servers = 10
pages = 100_000
lost = 3  # the server that fails, counted from 0

# What the reader chooses, at first the running example.
points = 100

# A larger cluster, for failures of two servers at once.
many = 100
copies = 3  # servers that keep a key

# What a client remembers of the ring, and what a fixed table would hold.
point_bytes = 8 + 4  # a place and the number of its server
partitions = 1024

offered = (1, 4, 16, 64, 100, 256)  # points
trials = 100  # rings per number of points


# -- Hashing -------------------------------------------------------------------------------


def mix(z: np.ndarray) -> np.ndarray:
    """Scatter 64-bit integers evenly: one step of SplitMix64.

    >>> hex(mix(np.array([0], dtype=np.uint64))[0])  # first output of SplitMix64, seed 0
    '0xe220a8397b1dcdaf'
    """
    z = z + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@cache
def keys(count: int = pages) -> np.ndarray:
    """Hashes of the pages' names; a page is known by its number."""
    return mix(np.arange(count, dtype=np.uint64))


# -- Four designs: arrays of key hashes and server numbers in, a server for each key out -----


def modulo(hashes: np.ndarray, who: list[int]) -> np.ndarray:
    """The remainder of the hash says which server of the list it is."""
    return np.array(who)[(hashes % np.uint64(len(who))).astype(int)]


def ring(hashes: np.ndarray, who: list[int], points: int, salt: int = 0) -> np.ndarray:
    """The server whose point comes first, clockwise from the key."""
    places, owners = circle(who, points, salt)
    return owners[np.searchsorted(places, hashes) % len(places)]


def circle(who: list[int], points: int, salt: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Places of all points in order, and the servers they belong to.

    Points of a server depend on its number only, so that they stay when others come and go.
    """
    owners = np.repeat(who, points)
    number = np.tile(np.arange(points, dtype=np.uint64), len(who))
    name = owners.astype(np.uint64) * np.uint64(2**20) + number
    places = mix(mix(name) ^ np.uint64(salt))
    order = np.argsort(places)
    return places[order], owners[order]


def rendezvous(hashes: np.ndarray, who: list[int]) -> np.ndarray:
    """The server whose score for this key is highest."""
    names = mix(np.array(who, dtype=np.uint64) + np.uint64(2**40))
    best, winner = np.zeros_like(hashes), np.zeros(len(hashes), dtype=int)
    for server, name in zip(who, names, strict=True):
        score = mix(hashes ^ name)
        winner[score >= best] = server
        np.maximum(best, score, out=best)
    return winner


def jump(hashes: np.ndarray, who: list[int]) -> np.ndarray:
    """The server of the last jump that stays inside the list.

    >>> pages = np.array([256], dtype=np.uint64)  # jump.hash of the package jump-consistent-hash
    >>> int(jump(pages, list(range(1024)))[0])
    520
    """
    return np.array(who)[jumps(hashes, len(who))[0]]


def jumps(hashes: np.ndarray, count: int) -> tuple[np.ndarray, float]:
    """Bucket of each key among *count*, and the mean number of jumps, the first to 0 included.

    The next bucket after b is i or later with probability (b + 1)/i: a random number decides, the
    next of the key's own linear congruential sequence (Lamping and Veach, 2014).
    """
    state, made = hashes.copy(), 0
    bucket, after = np.zeros(len(hashes), dtype=int), np.zeros(len(hashes), dtype=int)
    going = np.arange(len(hashes))
    while len(going):
        made += len(going)
        bucket[going] = after[going]
        state[going] = state[going] * np.uint64(2862933555777941757) + np.uint64(1)
        drawn = (state[going] >> np.uint64(33)).astype(float) + 1
        after[going] = ((bucket[going] + 1) * (2.0**31 / drawn)).astype(int)
        going = going[after[going] < count]
    return bucket, made / len(hashes)


def place(design: str, who: list[int], count: int = pages) -> np.ndarray:
    """The server of every page under this design, the ring with the chosen number of points."""
    return _place(design, tuple(who), count, points)


@cache
def _place(design: str, who: tuple[int, ...], count: int, points: int) -> np.ndarray:
    if design == "ring":
        return ring(keys(count), [*who], points)
    rule = {"modulo": modulo, "rendezvous": rendezvous, "jump": jump}[design]
    return rule(keys(count), [*who])


# -- Measured on the pages -------------------------------------------------------------------


def moved(design: str, m: int = servers + 1, count: int = pages) -> float:
    """Share of the pages whose server changes when there are m of them instead of n."""
    before, after = (place(design, [*range(n)], count) for n in (servers, m))
    return float(np.mean(before != after))


def moved_by_loss(design: str, refill: bool = False) -> float:
    """The same when a server is lost: the list closes up, or its last server fills the gap."""
    who = [*range(servers)]
    rest = [*who[:lost], who[-1], *who[lost + 1 : -1]] if refill else [s for s in who if s != lost]
    return float(np.mean(place(design, who) != place(design, rest)))


def load(design: str, m: int = servers + 1) -> float:
    """Load of the fullest of m servers, in pages, as a multiple of the mean."""
    return float(np.bincount(place(design, [*range(m)]), minlength=m).max() * m / pages)


def heirs() -> np.ndarray:
    """What share of the lost server's pages each server of the ring inherits, largest first."""
    who = [*range(servers)]
    before, after = place("ring", who), place("ring", [s for s in who if s != lost])
    inherited = np.bincount(after[before == lost], minlength=servers)
    return np.sort(inherited)[::-1] / inherited.sum()


def hottest() -> float:
    """Share of all requests for the first page, if page number r is asked for as often as 1/r."""
    return float(1 / np.sum(1 / np.arange(1, pages + 1)))


def request_load(m: int = servers + 1) -> float:
    """Load of the busiest server under rendezvous hashing, in requests so distributed."""
    asked = 1 / np.arange(1, pages + 1)
    each = np.bincount(place("rendezvous", [*range(m)]), weights=asked, minlength=m)
    return float(each.max() * m / each.sum())


# -- Closed forms ----------------------------------------------------------------------------


def least(n: int, m: int) -> float:
    """Share that must move so that m servers, of which n were there, are evenly loaded.

    >>> f"{least(10, 11):.4f}"
    '0.0909'
    """
    return 1 - min(n, m) / max(n, m)


def modulo_moved(n: int, m: int) -> float:
    """Share that moves under modulo: only the first min(n, m) of lcm(n, m) remainders stay.

    >>> f"{modulo_moved(10, 11):.4f}", modulo_moved(10, 20)
    ('0.9091', 0.5)
    """
    return 1 - min(n, m) / lcm(n, m)


def scatter(n: int, points: int) -> float:
    """Standard deviation of a server's share of the ring, over the mean share 1/n.

    Arcs between random points are distributed as exponential variates over their sum, so the share
    of v arcs is a beta variate. Lamping and Veach print 0.0997 for a hundred points.

    >>> f"{scatter(500, 100):.4f}"
    '0.0999'
    """
    return ((n - 1) / (n * points + 1)) ** 0.5


def harmonic(n: int) -> float:
    """1 + 1/2 + … + 1/n: mean number of jumps to n servers, and load of the fullest at one point.

    >>> f"{harmonic(10):.3f}"
    '2.929'
    """
    return sum(1 / i for i in range(1, n + 1))


def fullest(n: int, points: int) -> float:
    """Mean load of the fullest of n servers on the ring, with pages without number.

    The largest of n shares is on average that of n gamma variates of shape v, over n v; the load
    is n times as much, and the mean of a maximum is the integral of 1 - F(x)^n.

    >>> f"{fullest(10, 1):.3f}"  # the harmonic number
    '2.929'
    """
    step = (points + 12 * points**0.5 + 30) / 20_000
    x = (np.arange(20_000) + 0.5) * step
    density = np.exp((points - 1) * np.log(x) - x - lgamma(points))
    below = (np.cumsum(density) - density / 2) * step
    return float(np.sum(1 - below**n) * step / points)


def newcomer(chance: float, n: int = servers) -> float:
    """Share that the newcomer to n servers stays below with this chance, with one point each.

    It keeps more than x if none of the n other points lies in the arc x before its own.

    >>> f"{newcomer(0.05):.4f} {newcomer(0.95):.3f}"
    '0.0051 0.259'
    """
    return 1 - (1 - chance) ** (1 / n)


def dice(n: int = servers + 1, pages: int = pages) -> float:
    """Standard deviation of a load over the mean when each page is a throw of an n-sided die."""
    return ((n - 1) / pages) ** 0.5


def points_for(deviation: float, n: int) -> float:
    """Points for each of n servers that bring the standard deviation over the mean to this.

    >>> f"{points_for(0.01, 11):.1f}"
    '9090.8'
    """
    return ((n - 1) / deviation**2 - 1) / n


def ring_megabytes(n: int, points: float) -> float:
    """Memory of the ring in every client, in MB (10**6 bytes)."""
    return n * points * point_bytes / 1e6


def comparisons(n: int, points: int) -> int:
    """Comparisons of a binary search among all points, at most."""
    return (n * points).bit_length()


def hot_server(m: int = servers + 1) -> float:
    """Mean load, in requests, of the server of the first page: that page and its part of the rest.

    Page number r is asked for as often as 1/r.
    """
    return m * hottest() + 1 - hottest()


def table_load(m: int = servers + 1) -> float:
    """Load of the fullest of m servers that share equal partitions by a table."""
    return -(-partitions // m) * m / partitions


def table_moved(m: int = servers + 1) -> float:
    """Share that such a table gives to the newcomer, the last of m servers."""
    return partitions // m / partitions


def loss_of_a_pair(n: int = many) -> float:
    """Mean share of the keys that lose two of three copies with a random pair, on any ring."""
    return copies * (copies - 1) / (n * (n - 1))


# -- Many rings ------------------------------------------------------------------------------


@cache
def fullest_of_rings(points: int) -> list[float]:
    """Load of the fullest of n servers on each of a hundred rings, in increasing order."""
    loads = []
    for salt in range(1, trials + 1):
        places, owners = circle([*range(servers)], points, salt)
        arcs = np.diff(places, prepend=places[-1]).astype(float)  # modulo 2^64, as the ring is
        loads.append(np.bincount(owners, weights=arcs).max() * servers / 2.0**64)
    return sorted(map(float, loads))


@cache
def pairs_at_risk(points: int, n: int = many) -> float:
    """Share of all pairs of n servers that together keep two of some key's three copies.

    A key is kept by the servers of the next points, the first three that differ.
    """
    ahead = circle([*range(n)], points, salt=1)[1]
    group = [ahead, *(np.full(len(ahead), -1) for _ in range(copies - 1))]
    while (group[-1] < 0).any():
        ahead = np.roll(ahead, -1)
        fresh = ~np.any([ahead == member for member in group], axis=0)
        for member in group[1:]:
            here = fresh & (member < 0)
            member[here] = ahead[here]
            fresh &= ~here
    both = [np.minimum(a, b) * n + np.maximum(a, b) for a, b in combinations(group, 2)]
    return len(np.unique(both)) / comb(n, 2)


# -- Charts and words ------------------------------------------------------------------------


def in_words(v: int) -> str:
    """How many points, in words that a sentence can take.

    >>> in_words(1), in_words(100)
    ('1 point', '100 points')
    """
    return f"{v} point{'s' if v > 1 else ''}"


def percent(share: float, spec: str = "g") -> str:
    """A share as charts print it, with a no-break space."""
    return f"{100 * share:{spec}}\N{NO-BREAK SPACE}%"


def moved_against_servers() -> str:
    """What moves from ten servers to more: modulo and the least, and the pages measured."""
    chart = Chart(
        "servers after the change", "keys that move", x_range=(10, 30), y_range=(0, 1),
        y_format=percent,
    )  # fmt: skip
    after = range(11, 30)
    chart.line(after, [modulo_moved(servers, m) for m in after], "modulo")
    chart.line(after, [least(servers, m) for m in after], "least for even load")
    chart.scatter(
        after, [moved("ring", m, pages // 10) for m in after], f"ring, {in_words(points)}"
    )
    return chart.svg()


def load_against_points() -> str:
    """The fullest of ten servers on the ring: mean by the integral, and a hundred rings each."""
    chart = Chart(
        "points per server", "load of the fullest of ten, above the mean", x_log=True, y_log=True,
        x_range=(0.8, 320), y_range=(0.03, 5), y_format=percent,
    )  # fmt: skip
    line = [2**i for i in range(9)]
    chart.line(line, [fullest(servers, v) - 1 for v in line], "mean, computed")
    rings = [fullest_of_rings(v) for v in offered]
    middle = [sum(loads) / trials - 1 for loads in rings]
    spread = [(mid - low[5] + 1, low[-6] - 1 - mid) for mid, low in zip(middle, rings, strict=True)]
    chart.scatter(offered, middle, error=spread)
    here = fullest(servers, points) - 1
    chart.point(points, here, percent(here, ".2g" if here < 1 else ".0f"))
    return chart.svg()


def risk_against_points() -> str:
    """Pairs of a hundred servers whose loss takes the majority of some key."""
    chart = Chart(
        "points per server", "pairs that share some key", x_log=True, x_range=(0.8, 320),
        y_range=(0, 1.1), y_format=percent,
    )  # fmt: skip
    counts = [1, 2, 4, 6, 8, 11, 16, 23, 32, 45, 64, 100, 256]
    chart.line(counts, [pairs_at_risk(v) for v in counts], "of 100 servers")
    chart.point(points, pairs_at_risk(points), percent(pairs_at_risk(points), ".3g"))
    return chart.svg()
