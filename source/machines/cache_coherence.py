"""One cache line between two cores: MESI on a bus, false sharing counted, and store buffers.

The running example: each core adds one to a counter of its own, a thousand times, and the
counters are neighbours in memory.

Symbols and units
-----------------
line_bytes      bytes          what caches fetch, own and lose as a whole
word_bytes      bytes          one counter, or one variable
spacing         bytes          from the start of one counter to the start of the next
additions       per core       each is a load, then a store of what was loaded plus one
turn            additions      that a core makes before the next core has its turn
bus             transactions   BusRd (read), BusRdX (read to write), BusUpgr (write what I hold)

Caches have no limit of size, the bus carries one transaction at a time, and the accesses of all
cores follow one another in a stated order.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from copy import deepcopy
from functools import cache
from itertools import combinations, product

from sphinx_computed.svg import Chart, Drawing

line_bytes = 64
word_bytes = 8

# The running example.
additions = 1000
transfer_ns = 40.3  # ns to read a line that another core has modified, as measured on a Xeon

# What the reader chooses.
cores = 2
spacing = 8
turns = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)

# Runs of the test "SB" by litmus7 on a Xeon E5620, by what core 0 and core 1 read.
measured = {(0, 0): 40, (1, 0): 499_923, (0, 1): 500_009, (1, 1): 28}

# Mean throughput of 36 instances of netperf that one machine of 72 processors ran at once, before
# and after its kernel spread the fields of one structure over more lines, Mbit/s.
throughput = (10_482.7, 12_413.7)

Event = tuple[int, str]  # a core, and what it does


# -- Caches ---------------------------------------------------------------------------------


class Caches:
    """Private write-back caches on one bus, under "MESI", "MSI" or, to see why, "" (none).

    A modified line comes from its owner, which writes it to memory in passing unless the reader
    will write it; any other line comes from memory.
    """

    def __init__(self, number: int, protocol: str = "MESI") -> None:
        self.protocol = protocol
        self.states: list[dict[int, str]] = [{} for _ in range(number)]  # by line; none is I
        self.copies: list[dict[int, list[int]]] = [{} for _ in range(number)]
        self.memory: dict[int, list[int]] = defaultdict(lambda: [0] * (line_bytes // word_bytes))
        self.log: list[tuple[str, str]] = []  # of each transaction: its name, who gave the data

    def state(self, core: int, line: int = 0) -> str:
        """M, E, S or I."""
        return self.states[core].get(line, "I")

    def load(self, core: int, address: int) -> int:
        """The word at this address, as this core sees it."""
        line, word = divmod(address // word_bytes, line_bytes // word_bytes)
        if line not in self.states[core]:
            alone = self._fetch(core, line, "BusRd")
            self.states[core][line] = "E" if alone and self.protocol != "MSI" else "S"
        return self.copies[core][line][word]

    def store(self, core: int, address: int, value: int) -> None:
        """Write the word at this address, as the only core with a copy of its line."""
        line, word = divmod(address // word_bytes, line_bytes // word_bytes)
        if line not in self.states[core]:
            self._fetch(core, line, "BusRdX")
        elif self.states[core][line] == "S":
            self._snoop(core, line, "BusUpgr")
            self.log.append(("BusUpgr", ""))
        self.states[core][line] = "M"
        self.copies[core][line][word] = value

    def write_back(self, core: int, line: int = 0) -> None:
        """Drop the line, to memory if it was modified."""
        if self.states[core].pop(line) == "M":
            self.memory[line] = self.copies[core][line]

    def _fetch(self, core: int, line: int, transaction: str) -> bool:
        """Get a copy of the line; whether no other core has one."""
        owner = self._snoop(core, line, transaction)
        source = self.memory[line] if owner < 0 else self.copies[owner][line]
        self.copies[core][line] = source.copy()
        self.log.append((transaction, "memory" if owner < 0 else f"core {owner}"))
        return not any(line in states for states in self.states)

    def _snoop(self, core: int, line: int, transaction: str) -> int:
        """What all other caches do about it; the core that had modified the line, or -1."""
        owner = -1
        for other, states in enumerate(self.states):
            if not self.protocol or other == core or line not in states:
                continue
            if states[line] == "M":
                owner = other
            if transaction != "BusRd":
                del states[line]
                continue
            if owner == other:
                self.memory[line] = self.copies[other][line].copy()
            states[line] = "S"
        return owner


@cache
def run(cores: int = 2, spacing: int = 8, turn: int = 1, protocol: str = "MESI") -> Caches:
    """Let the cores add in turns until each has made all its additions.

    >>> len(run().log), len(run(spacing=64).log)
    (3999, 2)
    """
    caches = Caches(cores, protocol)
    for _ in range(additions // turn):
        for core in range(cores):
            for _ in range(turn):
                caches.store(core, core * spacing, caches.load(core, core * spacing) + 1)
    return caches


def transactions(cores: int = 2, spacing: int = 8, turn: int = 1, protocol: str = "MESI") -> int:
    """Bus transactions of that run."""
    return len(run(cores, spacing, turn, protocol).log)


def transfers() -> int:
    """Loads of the running example that get the line from the other core's cache.

    >>> transfers()
    1999
    """
    return sum(source.startswith("core") for _, source in run().log)


def bytes_used(cores: int = 2, spacing: int = 8) -> int:
    """Bytes from the first counter to where the next one after the last would start."""
    return cores * spacing


def per_line(cores: int = 2, spacing: int = 8) -> int:
    """Counters in the fullest line."""
    return min(cores, line_bytes // spacing)


def kept(first: int = 0) -> list[int]:
    """The two counters in memory, without a protocol, when core *first* writes its line back first.

    >>> kept(0), kept(1)
    ([0, 1000], [1000, 0])
    """
    caches = deepcopy(run(protocol=""))
    for core in (first, 1 - first):
        caches.write_back(core)
    return caches.memory[0][:2]


def raced() -> int:
    """One shared counter, MESI, both cores loading before either stores: what it counts to.

    >>> raced()
    1000
    """
    caches = Caches(2)
    for _ in range(additions):
        loaded = [caches.load(core, 0) for core in (0, 1)]
        for core in (0, 1):
            caches.store(core, 0, loaded[core] + 1)
    return caches.load(0, 0)


# -- One line, step by step -----------------------------------------------------------------


@cache
def trace(spacing: int = 8, steps: int = 12) -> list[tuple[str, str, str, str, str]]:
    """The first accesses: who does what, each core's state of its counter's line, bus, supplier.

    >>> trace()[3]
    ('core 1 stores', 'I', 'M', 'BusUpgr', '')
    """
    caches, rows = Caches(2), []
    for i in range(steps):
        core, before = i // 2 % 2, len(caches.log)
        if i % 2:
            caches.store(core, core * spacing, 1)
        else:
            caches.load(core, core * spacing)
        bus, source = caches.log[-1] if len(caches.log) > before else ("", "")
        own = (caches.state(c, c * spacing // line_bytes) for c in (0, 1))
        rows.append((f"core {core} {'stores' if i % 2 else 'loads'}", *own, bus, source))
    return rows


def cell(row: int, column: int) -> str:
    """One cell of that table, a dash where nothing happens."""
    return trace()[row - 1][column] or "–"


@cache
def reachable(number: int = 3) -> frozenset[tuple[str, ...]]:
    """Every combination of states of one line that loads, stores and evictions can lead to.

    >>> sorted("".join(states) for states in reachable(2))
    ['EI', 'IE', 'II', 'IM', 'IS', 'MI', 'SI', 'SS']
    """
    found, waiting = {("I",) * number}, [("I",) * number]
    while waiting:
        states = waiting.pop()
        for core, what in product(range(number), ("load", "store", "evict")):
            after = step(states, core, what)[0]
            if after not in found:
                found.add(after)
                waiting.append(after)
    return frozenset(found)


def step(states: tuple[str, ...], core: int, what: str) -> tuple[tuple[str, ...], str]:
    """The states after one core's step, and its transaction, if any.

    >>> step(("S", "S", "I"), 0, "store")
    (('M', 'I', 'I'), 'BusUpgr')
    """
    caches = Caches(len(states))
    for own, state in enumerate(states):
        if state != "I":
            caches.states[own][0], caches.copies[own][0] = state, [0]
    if what == "load":
        caches.load(core, 0)
    elif what == "store":
        caches.store(core, 0, 1)
    elif states[core] != "I":
        caches.write_back(core)
    after = tuple(caches.state(own) for own in range(len(states)))
    return after, caches.log[0][0] if caches.log else ""


def others(state: str, number: int = 3) -> str:
    """States that other cores may have the line in while one core has it in this one.

    >>> others("M"), others("S")
    ('I', 'I, S')
    """
    rest = (s[:core] + s[core + 1 :] for s in reachable(number) for core in _where(state, s))
    return ", ".join(sorted({other for states in rest for other in states}))


def needs(state: str, what: str) -> str:
    """Transaction that a load or store of a line in this state needs, or a dash for none.

    >>> needs("E", "store"), needs("S", "store")
    ('–', 'BusUpgr')
    """
    named = {step(s, core, what)[1] for s in reachable() for core in _where(state, s)}
    return " or ".join(sorted(named)) or "–"


def _where(state: str, states: tuple[str, ...]) -> list[int]:
    return [core for core, own in enumerate(states) if own == state]


# -- Store buffers --------------------------------------------------------------------------

# In which orders one core's steps may take effect: its store leaves the core for a buffer, or for
# the cache at once ("write"); the buffer drains into the cache; its load reads the cache.
ORDERS = {
    "program order": [("write", "load")],
    "store buffer": [("store", "drain", "load"), ("store", "load", "drain")],
    "fence": [("store", "drain", "load")],
}


def schedules(rule: str) -> Iterator[tuple[Event, ...]]:
    """Every interleaving of two cores' steps: "store x, load y" and "store y, load x".

    >>> [len(list(schedules(rule))) for rule in ORDERS]
    [6, 80, 20]
    """
    for orders in product(ORDERS[rule], repeat=2):
        length = len(orders[0])
        for mine in combinations(range(2 * length), length):
            steps = [iter(order) for order in orders]
            turn = [int(i not in mine) for i in range(2 * length)]
            yield tuple((core, next(steps[core])) for core in turn)


def execute(schedule: Iterable[Event], apart: int = line_bytes) -> tuple[int, int]:
    """What core 0 reads of y and core 1 of x, these being *apart* bytes from each other.

    A core that loads a variable it has just stored finds it in its own buffer; here none does.

    >>> execute([(0, "store"), (0, "load"), (1, "store"), (1, "load"), (0, "drain"), (1, "drain")])
    (0, 0)
    """
    caches, read = Caches(2), [-1, -1]
    buffers: list[list[tuple[int, int]]] = [[], []]
    for core, what in schedule:
        if what == "load":
            read[core] = caches.load(core, (1 - core) * apart)
        elif what == "drain":
            caches.store(core, *buffers[core].pop(0))
        elif what == "store":
            buffers[core].append((core * apart, 1))
        else:
            caches.store(core, core * apart, 1)
    return read[0], read[1]


@cache
def outcomes(rule: str, apart: int = line_bytes) -> Counter[tuple[int, int]]:
    """In how many schedules each pair of values is read.

    >>> outcomes("program order")[0, 0], outcomes("fence")[0, 0]
    (0, 0)
    """
    return Counter(execute(schedule, apart) for schedule in schedules(rule))


# -- Charts and words -----------------------------------------------------------------------


def expected(cores: int, spacing: int, turn: int) -> int:
    """Transactions by formula: two a turn less one a line, or one a core if each has a line.

    >>> expected(2, 8, 1), expected(8, 64, 1)
    (3999, 8)
    """
    if per_line(cores, spacing) == 1:
        return cores
    return 2 * cores * additions // turn - -(-bytes_used(cores, spacing) // line_bytes)


def each(cores: int, spacing: int, turn: int) -> float:
    """Transactions per addition, simulated."""
    return transactions(cores, spacing, turn) / (cores * additions)


def busy(spacing: int) -> int:
    """Accesses among the first twelve that need the bus.

    >>> busy(8), busy(64)
    (11, 2)
    """
    return sum(bool(row[3]) for row in trace(spacing))


def sharing() -> str:
    """How the chosen counters share lines, in words."""
    together = per_line(cores, spacing)
    return "each counter has a line of its own" if together == 1 else f"{together} share a line"


def against_turn() -> str:
    """Transactions per addition against the length of a turn, formula and simulated."""
    chart = Chart("additions per turn", "bus transactions per addition", x_log=True, y_log=True)
    chart.x_range, chart.y_range = (0.8, 1250), (5e-4, 5)
    packed = spacing if per_line(cores, spacing) > 1 else word_bytes
    for label, apart in (("lines shared", packed), ("a line each", line_bytes)):
        shares = [expected(cores, apart, turn) / (cores * additions) for turn in turns]
        chart.line(turns, shares, label)
    simulated = [each(cores, spacing, turn) for turn in turns]
    chart.scatter(turns, simulated, f"{spacing} bytes apart, simulated")
    return chart.svg()


def strips() -> str:
    """States of the line after each of twelve accesses, packed and padded, with transactions."""
    drawing = Drawing(15, 9.4, note="")
    colors = {"M": 2, "E": 3, "S": 1}
    marks = {"BusRd": "R", "BusUpgr": "U"}
    for top, apart in ((0, 8), (5, 64)):
        rows = trace(apart)
        drawing.text(0, top + 0.5, f"{apart} bytes apart", anchor="start")
        for line in (0, 1):
            drawing.text(2.7, top + line + 1.6, f"core {line}", anchor="end")
            states = [[row[1 + line].replace("I", "") for row in rows]]
            drawing.grid(3, top + line + 1.1, 1, states, colors)
        drawing.text(2.7, top + 3.6, "bus", anchor="end")
        for column, row in enumerate(rows):
            drawing.text(3.5 + column, top + 3.6, marks.get(row[3], "·"))
    return drawing.svg()


def both_zero() -> tuple[Event, ...]:
    """A schedule with store buffers in which both cores read 0: they do the same in step.

    >>> execute(both_zero())
    (0, 0)
    """
    return tuple((core, what) for what in ("store", "load", "drain") for core in (0, 1))


def timeline() -> str:
    """That schedule from left to right: buffers, and between them what the caches hold."""
    drawing = Drawing(14, 7.6)
    left, right = 2.2, 13.9
    for core, (own, other, top, row) in enumerate((("x", "y", 0, 3.8), ("y", "x", 6.3, 2.4))):
        at = {what: 2.4 + 1.9 * i for i, (c, what) in enumerate(both_zero()) if c == core}
        drawing.text(0, top + 0.65, f"core {core}", anchor="start")
        drawing.rect(at["store"], top, at["drain"] - at["store"], 1.3, f"{own} = 1 waits", color=2)
        drawing.rect(left, row, at["drain"] - left, 1.4, color=1, fill=0.05)
        drawing.rect(at["drain"], row, right - at["drain"], 1.4, color=1, fill=0.3)
        for value, since in enumerate((left, at["drain"])):
            drawing.text(since + 0.2, row + 0.7, f"{own} = {value}", anchor="start")
        near, edge = (1.3, 2.4) if core == 0 else (6.3, 5.2)
        drawing.line((at["load"], edge), (at["load"], near), arrow="end")
        drawing.line((at["drain"], near), (at["drain"], row + 0.7), dashed=True, color=2)
        drawing.text(at["load"] + 0.2, (near + edge) / 2, f"loads {other}: 0", anchor="start")
    drawing.text(0, 3.8, "caches", anchor="start")
    return drawing.svg()
