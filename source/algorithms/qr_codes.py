"""A QR symbol from its text to its modules, damaged, and read again.

The running example is the text "Inner Workings" in version 2, level H.

Symbols and units
-----------------
v   version            1 to 40; the symbol is 17 + 4 v modules wide
    codeword           8 bits, one module each
n   codewords in a block, k of them data, n - k check codewords
t   = (n - k) // 2     wrong codewords that a block corrects
a   = 2                generates the field of 256 elements, modulo x^8 + x^4 + x^3 + x^2 + 1

Only byte mode is written. Modules are True where dark, in rows from the top, columns from the
left. The standard's tables: codewords and blocks by level, versions 1 to 40.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import zip_longest
from math import comb
from random import Random

import numpy as np

from sphinx_computed.svg import Chart, Drawing

# The running example.
text = "Inner Workings"
version = 2
level = "H"
mask = 2  # of eight; the library Segno chooses it for this text

# What the reader chooses.
damaged = 14  # codewords, by one module each

CHECKS = {  # check codewords in each block
    "L": "7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28 28 28 30 30 26 28"
    + 14 * " 30",
    "M": "10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26 26" + 19 * " 28",
    "Q": "13 22 18 26 18 24 18 22 20 24 28 26 24 20 30 24 28 28 26 30 28 30 30 30 30 28"
    + 14 * " 30",
    "H": "17 28 22 16 22 28 26 26 24 28 24 28 22 24 24 30 28 28 26 28 30 24" + 18 * " 30",
}
BLOCKS = {
    "L": "1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8 8 9 9 10 12 12 12 13 14 15"
    " 16 17 18 19 19 20 21 22 24 25",
    "M": "1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16 17 17 18 20 21 23 25 26 28 29"
    " 31 33 35 37 38 40 43 45 47 49",
    "Q": "1 1 2 2 4 4 6 6 8 8 8 10 12 16 12 17 16 18 21 20 23 23 25 27 29 34 34 35 38 40"
    " 43 45 48 51 53 56 59 62 65 68",
    "H": "1 1 2 4 4 4 5 6 8 8 11 11 16 16 18 16 19 21 25 25 25 34 30 32 35 37 40 42 45 48"
    " 51 54 57 60 63 66 70 74 77 81",
}
LEVEL_BITS = {"L": 1, "M": 0, "Q": 3, "H": 2}

Modules = np.ndarray  # bool, square
Place = tuple[int, int]  # row, column


# -- The field of 256 elements, and Reed-Solomon over it --------------------------------------

EXP = [1]
for _ in range(254):
    EXP.append(EXP[-1] << 1 ^ (EXP[-1] >> 7) * 0x11D)
LOG = {element: exponent for exponent, element in enumerate(EXP)}


def power(exponent: int) -> int:
    """a to this power.

    >>> power(8), power(255), power(-1)
    (29, 1, 142)
    """
    return EXP[exponent % 255]


def times(x: int, y: int) -> int:
    """Product of two elements; their sum is ``x ^ y``."""
    return power(LOG[x] + LOG[y]) if x and y else 0


def value(polynomial: Sequence[int], x: int) -> int:
    """A polynomial, its highest coefficient first, at x."""
    total = 0
    for coefficient in polynomial:
        total = times(total, x) ^ coefficient
    return total


@cache
def generator(count: int) -> tuple[int, ...]:
    """(x - 1)(x - a)...(x - a^(count - 1)), highest coefficient first.

    >>> [LOG[c] for c in generator(7)]  # ISO/IEC 18004, annex A
    [0, 87, 229, 146, 149, 238, 102, 21]
    """
    product = [1]
    for i in range(count):
        shifted = [times(power(i), c) for c in product]
        product = [x ^ y for x, y in zip([*product, 0], [0, *shifted], strict=True)]
    return tuple(product)


def checks(data: Sequence[int], count: int) -> list[int]:
    """Check codewords: the remainder of the data, shifted by *count*, after the generator.

    >>> word = [16, 32, 12, 86, 97, 128, 236, 17, 236, 17, 236, 17, 236, 17, 236, 17]
    >>> checks(word, 10)  # ISO/IEC 18004, annex I: 1-M, "01234567"
    [165, 36, 212, 193, 237, 54, 199, 135, 44, 85]
    """
    rest = [0] * count
    for byte in data:
        factor = byte ^ rest[0]
        rest = [
            r ^ times(factor, g) for r, g in zip([*rest[1:], 0], generator(count)[1:], strict=True)
        ]
    return rest


def syndromes(word: Sequence[int], count: int) -> list[int]:
    """The word as a polynomial at 1, a, a^2, ...: all zero for a word without error."""
    return [value(word, power(i)) for i in range(count)]


def locator(sums: Sequence[int]) -> list[int]:
    """Shortest recurrence that produces the syndromes (Berlekamp and Massey), lowest power first.

    It is the product of 1 - X x over the errors, where X = a^p for an error at power p.
    """
    now, before, length, gap, last = [1], [1], 0, 1, 1
    for i, expected in enumerate(sums):
        miss = expected
        for j in range(1, min(length, len(now) - 1) + 1):
            miss ^= times(now[j], sums[i - j])
        if miss:
            factor = times(miss, power(-LOG[last]))
            change = [0] * gap + [times(factor, c) for c in before]
            better = [x ^ y for x, y in zip_longest(now, change, fillvalue=0)]
            if 2 * length <= i:
                before, length, last, gap = now, i + 1 - length, miss, 0
            now = better
        gap += 1
    return (now + [0] * length)[: length + 1]


def corrected(word: Sequence[int], count: int) -> list[int] | None:
    """The valid word with at most count // 2 differences, or None if there is none."""
    factors = locator(syndromes(word, count))
    powers = [p for p in range(len(word)) if not value(factors[::-1], power(-p))]
    found = len(powers) == len(factors) - 1 and len(powers) <= count // 2
    return repaired(word, count, powers, factors) if found else None


def restored(word: Sequence[int], count: int, lost: Sequence[int]) -> list[int]:
    """The valid word, when up to *count* codewords at these known places are lost."""
    powers, factors = [len(word) - 1 - place for place in lost], [1]
    for p in powers:
        shifted = [times(power(p), f) for f in factors]
        factors = [x ^ y for x, y in zip([*factors, 0], [0, *shifted], strict=True)]
    return repaired(word, count, powers, factors)


def repaired(
    word: Sequence[int], count: int, powers: Sequence[int], factors: Sequence[int]
) -> list[int]:
    """Values by Forney's formula, X P(1/X) / L'(1/X): P is syndromes times locator L."""
    product, word = [0] * count, list(word)
    for i, x in enumerate(syndromes(word, count)):
        for j, y in enumerate(factors[: count - i]):
            product[i + j] ^= times(x, y)
    slope = [f if j % 2 == 0 else 0 for j, f in enumerate(factors[1:])]
    for p in powers:
        over = power(-LOG[value(slope[::-1], power(-p))])
        word[-1 - p] ^= times(times(power(p), value(product[::-1], power(-p))), over)
    return word


# -- From text to codewords -------------------------------------------------------------------


def table(entries: dict[str, str], version: int, level: str) -> int:
    """One number of the standard's tables."""
    return int(entries[level].split()[version - 1])


def sizes(version: int, level: str) -> list[tuple[int, int]]:
    """Codewords and data codewords of each block, the shorter blocks first.

    >>> sizes(2, "H"), sizes(40, "L")[0], sizes(40, "L")[-1]
    ([(44, 16)], (148, 118), (149, 119))
    """
    total, blocks = len(path(version)) // 8, table(BLOCKS, version, level)
    lengths = [(total + b) // blocks for b in range(blocks)]
    return [(n, n - table(CHECKS, version, level)) for n in lengths]


@cache
def order(version: int, level: str) -> list[tuple[int, int]]:
    """Block and place in it of each codeword as drawn: first of each, second of each, ..."""
    blocks = list(enumerate(sizes(version, level)))
    data = [(i, b) for b, (n, k) in blocks for i in range(k)]
    rest = [(i - k, b) for b, (n, k) in blocks for i in range(k, n)]
    tail = [(b, sizes(version, level)[b][1] + i) for i, b in sorted(rest)]
    return [(b, i) for i, b in sorted(data)] + tail


def capacity(version: int, level: str) -> int:
    """Data codewords.

    >>> capacity(40, "L"), capacity(40, "H")
    (2956, 1276)
    """
    return sum(k for _, k in sizes(version, level))


def most_bytes(version: int, level: str) -> int:
    """Longest text in bytes: what 4 bits of mode and the length leave.

    >>> most_bytes(2, "H"), most_bytes(40, "L"), most_bytes(40, "H")
    (14, 2953, 1273)
    """
    return (8 * capacity(version, level) - 4 - length_bits(version)) // 8


def length_bits(version: int) -> int:
    """Bits that say how many bytes follow."""
    return 8 if version < 10 else 16


def data_codewords(text: str, version: int = version, level: str = level) -> list[int]:
    """Mode, length, the bytes, a terminator of up to four zeros, and filling.

    >>> bytes(data_codewords("Inner Workings")).hex(" ")
    '40 e4 96 e6 e6 57 22 05 76 f7 26 b6 96 e6 77 30'
    """
    message, room = text.encode(), 8 * capacity(version, level)
    if len(message) > most_bytes(version, level):
        raise ValueError(f"{len(message)} bytes do not fit into {version}-{level}")
    bits = f"0100{len(message):0{length_bits(version)}b}" + "".join(f"{b:08b}" for b in message)
    bits = (bits + "0000")[:room]
    bits += "0" * (-len(bits) % 8)
    bits += "1110110000010001" * (room // 16)
    return [int(bits[i : i + 8], 2) for i in range(0, room, 8)]


def codewords(text: str = text, version: int = version, level: str = level) -> list[int]:
    """All codewords in the order in which they are drawn."""
    data, words = data_codewords(text, version, level), []
    for n, k in sizes(version, level):
        block, data = data[:k], data[k:]
        words.append(block + checks(block, n - k))
    return [words[b][i] for b, i in order(version, level)]


# -- The grid ---------------------------------------------------------------------------------


def side(version: int = version) -> int:
    """Width in modules.

    >>> side(1), side(2), side(40)
    (21, 25, 177)
    """
    return 17 + 4 * version


def centres(version: int) -> list[int]:
    """Rows, and columns, on which the alignment patterns lie.

    >>> centres(2), centres(32)
    ([6, 18], [6, 34, 60, 86, 112, 138])
    """
    count = version // 7 + 2
    step = 26 if version == 32 else (4 * version + 2 * count + 1) // (2 * count - 2) * 2
    return [6, *(side(version) - 7 - step * i for i in reversed(range(count - 1)))]


@cache
def frame(version: int) -> tuple[np.ndarray, Modules]:
    """What each module is for ("" for codewords), and the fixed patterns."""
    size = side(version)
    kinds, dark = np.full((size, size), "", dtype="U9"), np.zeros((size, size), dtype=bool)
    kinds[6, :] = kinds[:, 6] = "timing"
    dark[6, ::2] = dark[::2, 6] = True
    places = centres(version) if version > 1 else []
    for y, x in ((y, x) for y in places for x in places):
        if not (min(y, x) == 6 and max(y, x) in (6, size - 7)):
            stamp(kinds, dark, (y, x), 2, "alignment")
    for y, x in ((3, 3), (3, size - 4), (size - 4, 3)):
        stamp(kinds, dark, (y, x), 4, "finder")
    for y, x in (p for copy in format_places(version) for p in copy):
        kinds[y, x] = "format"
    kinds[size - 8, 8], dark[size - 8, 8] = "format", True
    if version > 6:
        bits = with_tail(version, 12, 0x1F25)
        for i in range(18):
            y, x = i // 3, size - 11 + i % 3
            kinds[y, x] = kinds[x, y] = "version"
            dark[y, x] = dark[x, y] = bits >> i & 1
    return kinds, dark


def stamp(kinds: np.ndarray, dark: Modules, centre: Place, reach: int, kind: str) -> None:
    """Squares around a centre: dark but for the ring 1 of an alignment, 2 and 4 of a finder."""
    for y in range(max(0, centre[0] - reach), min(len(dark), centre[0] + reach + 1)):
        for x in range(max(0, centre[1] - reach), min(len(dark), centre[1] + reach + 1)):
            ring = max(abs(y - centre[0]), abs(x - centre[1]))
            kinds[y, x], dark[y, x] = kind, ring not in ((2, 4) if reach == 4 else (1,))


def format_places(version: int) -> tuple[list[Place], list[Place]]:
    """Where the 15 format bits stand, highest first, in both copies."""
    size, near = side(version), [0, 1, 2, 3, 4, 5, 7, 8]
    first = [(8, x) for x in near] + [(y, 8) for y in reversed(near[:-1])]
    second = [(size - 1 - i, 8) for i in range(7)] + [(8, size - 8 + i) for i in range(8)]
    return first, second


def with_tail(number: int, bits: int, polynomial: int) -> int:
    """A number with its binary remainder after it, as in the format and version fields.

    >>> f"{with_tail(0b00101, 10, 0x537) ^ 0x5412:015b}"  # ISO/IEC 18004: level M, mask 5
    '100000011001110'
    """
    rest = number << bits
    while rest >> bits:
        rest ^= polynomial << rest.bit_length() - polynomial.bit_length()
    return number << bits | rest


@cache
def path(version: int) -> list[Place]:
    """Modules of the codewords in drawing order: two columns at a time, up and down, from right."""
    kinds, size = frame(version)[0], side(version)
    found: list[Place] = []
    columns = [c for c in range(size - 1, 0, -2) if c > 6] + [5, 3, 1]
    for turn, column in enumerate(columns):
        rows = range(size) if turn % 2 else range(size - 1, -1, -1)
        found += [(y, x) for y in rows for x in (column, column - 1) if not kinds[y, x]]
    return found


def mask_pattern(mask: int, version: int) -> Modules:
    """Modules that a mask inverts, over the whole grid."""
    r, c = np.indices((side(version), side(version)))
    rules = [r + c, r, c % 3, (r + c) % 3, r // 2 + c // 3, r * c % 2 + r * c % 3]
    rules += [r * c % 2 + r * c % 3, (r + c) % 2 + r * c % 3]
    return (rules[mask] % 2 if mask in (0, 1, 4, 6, 7) else rules[mask]) == 0


def drawn(words: Sequence[int], version: int, level: str, mask: int) -> Modules:
    """The symbol with these codewords."""
    kinds, dark = frame(version)
    dark = dark.copy()
    for i, place in enumerate(path(version)[: 8 * len(words)]):
        dark[place] = words[i // 8] >> 7 - i % 8 & 1
    dark ^= mask_pattern(mask, version) & (kinds == "")
    bits = with_tail(LEVEL_BITS[level] << 3 | mask, 10, 0x537) ^ 0x5412
    for copy in format_places(version):
        for i, place in enumerate(copy):
            dark[place] = bits >> 14 - i & 1
    return dark


def symbol(text: str = text, version: int = version, level: str = level) -> Modules:
    """The finished symbol."""
    return drawn(codewords(text, version, level), version, level, mask)


def read(dark: Modules) -> str | None:
    """The text in the grid of the running example, or None if too much is wrong.

    >>> read(symbol())
    'Inner Workings'
    """
    bits = [int(m) for m in (dark ^ mask_pattern(mask, version))[*np.transpose(path(version))]]
    words = [int("".join(map(str, bits[i : i + 8])), 2) for i in range(0, 352, 8)]
    right = corrected(words, 28)
    number = int.from_bytes(bytes((right or [])[:16]))
    return (number >> 4 & (1 << 112) - 1).to_bytes(14).decode() if right else None


# -- Damage -----------------------------------------------------------------------------------


def corrects(version: int = version, level: str = level) -> int:
    """Wrong codewords in one block that can be corrected."""
    return table(CHECKS, version, level) // 2


def share_corrected(version: int, level: str) -> float:
    """Largest share of all codewords that can be wrong, if every block has its own limit of them.

    >>> f"{share_corrected(40, 'L'):.1%} {share_corrected(40, 'H'):.1%}"
    '10.1% 32.8%'
    """
    blocks = sizes(version, level)
    return len(blocks) * corrects(version, level) / sum(n for n, _ in blocks)


@cache
def longest_scratch(version: int, level: str) -> int:
    """Most codewords in a row that can be wrong wherever they start.

    Longer blocks have an extra codeword at the end of the data, so it is less than the sum of
    all limits.

    >>> longest_scratch(40, "L"), 25 * corrects(40, "L")
    (356, 375)
    """
    drawn_blocks = [b for b, _ in order(version, level)]
    most, start, longest = corrects(version, level), 0, len(drawn_blocks)
    taken: Counter[int] = Counter()
    for end, block in enumerate(drawn_blocks):
        taken[block] += 1
        while taken[block] > most:
            longest = min(longest, end - start)
            taken[drawn_blocks[start]] -= 1
            start += 1
    return longest


@cache
def hits() -> list[int]:
    """Modules, by their place on the path, of sixteen codewords, in the order of the damage."""
    random = Random(48)
    return [8 * word + random.randrange(8) for word in random.sample(range(44), 16)]


def flipped(count: int) -> Modules:
    """The running example with one module wrong in each of *count* codewords."""
    dark = symbol().copy()
    for hit in hits()[:count]:
        dark[path(version)[hit]] ^= True
    return dark


def one_error(place: int = 10, change: int = 0x55) -> tuple[int, int, int]:
    """First two syndromes of the running example with one changed codeword, and its power of x.

    >>> first, second, p = one_error()
    >>> second == times(first, power(p)), 43 - p
    (True, 10)
    """
    word = codewords()
    word[place] ^= change
    first, second = syndromes(word, 2)
    return first, second, (LOG[second] - LOG[first]) % 255


def blotted(width: int) -> Modules:
    """The running example with a white square in the middle."""
    dark, start = symbol().copy(), (side() - width) // 2
    dark[start : start + width, start : start + width] = False
    return dark


def spoiled(width: int) -> int:
    """Codewords that this square changes; where the paper was white it changes nothing."""
    wrong = blotted(width) ^ symbol()
    return len({i // 8 for i, place in enumerate(path(version)) if wrong[place]})


def survival(version: int, level: str, share: float) -> float:
    """Chance of reading a symbol whose codewords are each wrong with this probability."""
    most, chance = corrects(version, level), 1.0
    for (n, _), count in Counter(sizes(version, level)).items():
        ways = (comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(most + 1))
        chance *= sum(ways) ** count
    return chance


def even_chance(version: int, level: str) -> float:
    """Share of wrong codewords at which half of the symbols are read."""
    low, high = 0.0, 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if survival(version, level, middle) > 0.5 else (low, middle)
    return low


def mistaken(n: int, check: int, errors: int) -> float:
    """Share of all words that lie within so many errors of some valid word.

    >>> f"{mistaken(26, 7, 3):.1e}"  # 1-L, as if nothing were kept back
    '6.0e-07'
    """
    near = sum(comb(n, i) * 255**i for i in range(errors + 1))
    return near / 256**check


def module_width(width: float, version: int = version) -> float:
    """Width of a module in a symbol printed this wide, four modules of margin on each side."""
    return width / (side(version) + 8)


# -- Charts and words --------------------------------------------------------------------------


def outcome(count: int) -> str:
    """What a reader makes of so many damaged codewords, in words."""
    found = read(flipped(count))
    return "gives up" if found is None else f"returns “{found}”"


def counted(count: int, thing: str) -> str:
    """How many of them, in words.

    >>> counted(1, "module"), counted(14, "module")
    ('1 module', '14 modules')
    """
    return f"{count} {thing}{'s' if count != 1 else ''}"


def percent(share: float, spec: str = "g") -> str:
    """A share with a no-break space.

    >>> percent(0.3), percent(0.024, ".1f")
    ('30\xa0%', '2.4\xa0%')
    """
    return f"{round(100 * share, 9):{spec}}\N{NO-BREAK SPACE}%"


def owners() -> dict[object, list[Place]]:
    """The modules of each codeword of the running example, from 1, and of all else by purpose."""
    found: dict[object, list[Place]] = {}
    words = {place: i // 8 + 1 for i, place in enumerate(path(version))}
    for place, kind in np.ndenumerate(frame(version)[0]):
        found.setdefault(str(kind) or words[place], []).append(place)
    return found


def outlines(places: Iterable[Place]) -> Iterator[list[tuple[int, int]]]:
    """Corners, x and y, around each connected piece of some modules."""
    corners = ((x + dx, y + dy) for y, x in places for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1)))
    squares = list(zip(*[corners] * 4, strict=True))
    sides = {(q[i], q[(i + 1) % 4]) for q in squares for i in range(4)}
    onward: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for start, end in sorted(sides):
        if (end, start) not in sides:
            onward.setdefault(start, []).append(end)
    while onward:
        loop = [min(onward)]
        while loop[-1] in onward:
            ends = onward[loop[-1]]
            loop.append(ends.pop())
            if not ends:
                del onward[loop[-2]]
        yield loop[:-1]


def outlined(chart: Drawing, places: Iterable[Place], color: str, fill: float, at: int = 0) -> None:
    """Put some modules into a drawing, *at* so many units from its corner."""
    for loop in outlines(places):
        chart.polygon(*((x + at, y + at) for x, y in loop), color=color, fill=fill)


def map_of_codewords() -> str:
    """Which modules of the running example belong to which codeword, and to what else."""
    chart = Drawing(side(), side() + 2.6, note="")
    colors = {**dict.fromkeys(range(1, 17), "1"), **dict.fromkeys(range(17, 45), "2")}
    for owner, places in owners().items():
        color = colors.get(owner, "muted")
        outlined(chart, places, color, 0.4 if color == "muted" else 0.14)
        if owner in colors:  # its number, on two neighbours near the middle
            y, x = np.mean(places, axis=0)
            pairs = [(r, c + 0.5) for r, c in places if (r, c + 1) in places] or places
            row, column = min(pairs, key=lambda p: abs(p[0] - y) + abs(p[1] - x))
            chart.text(column + 0.5, row + 0.5, str(owner))
    for x, y in ((4, 4), (side() - 4, 4), (4, side() - 4)):
        chart.text(x, y, "finder")
    for x, color, label in ((0, "1", "text"), (6, "2", "check"), (13, "muted", "fixed or format")):
        chart.rect(x, side() + 1.2, 1.2, 1.2, color=color, fill=0.4 if color == "muted" else 0.14)
        chart.text(x + 1.7, side() + 1.8, label, anchor="start")
    return chart.svg()


def damaged_symbol() -> str:
    """The symbol with the chosen damage, on white paper whatever the page: scanners want that."""
    chart, dark = Drawing(side() + 8, side() + 9, note=""), flipped(damaged)
    chart.rect(0, 0, side() + 8, side() + 9, color="paper", fill=1)
    chart.grid(4, 4, 1, dark.tolist())
    for hit in hits()[:damaged]:
        y, x = path(version)[hit]
        outlined(chart, owners()[hit // 8 + 1], "2", 0.25, at=4)
        for radius in (0.36, 0.42):  # a ring: its middle keeps the module's own shade for scanners
            chart.circle(x + 4.5, y + 4.5, radius, color="2", fill=0)
    text = f"{counted(damaged, 'module')} wrong, {counted(damaged, 'codeword')} lost"
    chart.text(4, side() + 6, text, anchor="start")
    return re.sub(r"var\(--chart-\w+, (#\w+)\)", r"\1", chart.svg())


def survival_chart() -> str:
    """Chance of reading against the share of wrong codewords."""
    chart = Chart("codewords wrong", "symbols read", x_range=(0, 0.4), y_range=(0, 1))
    chart.x_format = chart.y_format = percent
    for v, grade in ((40, "L"), (40, "H"), (2, "H")):
        points = [(i / 200, survival(v, grade, i / 200)) for i in range(81)]
        chart.line(*zip(*(p for p in points if p[1] > 0.002), strict=True), f"{v}-{grade}")
    for name, share in (("L", 0.07), ("H", 0.3)):
        chart.vline(share, f"nominal {name}:\n{percent(share)}")
    return chart.svg()
