"""The model of the article on cache coherence, and the numbers typed in its text."""

import doctest
import random
import re
from copy import deepcopy
from itertools import permutations, product
from math import comb

import pytest

SLUG = "cache-coherence"


@pytest.fixture(scope="module")
def mesi(model):
    return model(SLUG)


def test_the_examples_in_the_model_are_right(mesi):
    result = doctest.testmod(mesi)
    assert result.attempted >= 14
    assert result.failed == 0


# -- The protocol ---------------------------------------------------------------------------


def replay(mesi, protocol: str, steps: list[str]) -> list[tuple[str, str, str]]:
    """States, transaction and source after each of the steps, "1 reads" for core 1."""
    caches, rows = mesi.Caches(3, protocol), []
    for what in steps:
        core, before = int(what[0]), len(caches.log)
        caches.load(core, 0) if what.endswith("reads") else caches.store(core, 0, 1)
        states = "".join(caches.state(own) for own in range(3))
        rows.append((states, *(caches.log[-1] if len(caches.log) > before else ("", ""))))
    return rows


def test_a_published_trace_of_msi(mesi):
    """Duke CPS 221, spring 1999, week 6, slide 21; its P1 and P3 are cores 0 and 2 here.

    Its processor upgrades by BusRdX, with data from "memory or not"; here by BusUpgr, without.
    """
    steps = ["0 reads", "2 reads", "2 writes", "0 reads", "1 reads"]
    assert replay(mesi, "MSI", steps) == [
        ("SII", "BusRd", "memory"),
        ("SIS", "BusRd", "memory"),
        ("IIM", "BusUpgr", ""),
        ("SIS", "BusRd", "core 2"),
        ("SSS", "BusRd", "memory"),
    ]


def test_published_traces_of_mesi(mesi):
    """NPTEL 106104024, lecture 17: both examples; "no cache-to-cache sharing" of clean lines."""
    assert replay(mesi, "MESI", ["0 reads", "0 writes", "1 reads", "1 writes"]) == [
        ("EII", "BusRd", "memory"),
        ("MII", "", ""),
        ("SSI", "BusRd", "core 0"),
        ("IMI", "BusUpgr", ""),
    ]
    assert replay(mesi, "MESI", ["0 reads", "1 reads"]) == [
        ("EII", "BusRd", "memory"),
        ("SSI", "BusRd", "memory"),
    ]


def test_many_may_read_or_one_may_write(mesi):
    """Enumerated another way: any set of sharers, or one owner and nobody else."""
    shared = {"".join(states) for states in product("IS", repeat=3)}
    owned = {"".join(states) for own in "ME" for states in permutations(own + "II")}
    assert {"".join(states) for states in mesi.reachable(3)} == shared | owned
    assert len(mesi.reachable(3)) == 2**3 + 2 * 3
    assert len(mesi.reachable(4)) == 2**4 + 2 * 4


@pytest.mark.parametrize("protocol", ["MESI", "MSI"])
def test_caches_behave_as_one_memory(mesi, protocol):
    """Random loads, stores and evictions; memory is out of date only where some copy is M."""
    chance = random.Random(39)
    caches, truth = mesi.Caches(3, protocol), [0] * 24
    for value in range(20_000):
        core, word = chance.randrange(3), chance.randrange(24)
        line, place = divmod(word, 8)
        what = chance.choice(["load", "store", "evict"])
        if what == "load":
            assert caches.load(core, 8 * word) == truth[word]
        elif what == "store":
            caches.store(core, 8 * word, value)
            truth[word] = value
        elif caches.state(core, line) != "I":
            caches.write_back(core, line)
        states = [caches.state(own, line) for own in range(3)]
        for own in range(3):
            if states[own] != "I":
                assert caches.copies[own][line][place] == truth[word]
        if "M" not in states:
            assert caches.memory[line] == truth[8 * line : 8 * line + 8]


def test_without_a_protocol_they_do_not(mesi):
    caches = mesi.Caches(2, "")
    caches.load(1, 0)
    caches.store(0, 0, 7)
    assert caches.load(1, 0) == 0


def test_the_table_of_states(mesi):
    """Intel's Table 11-4: an E or M copy is the only one, S may not be, and writes to S go out."""
    assert [mesi.others(state) for state in "MESI"] == ["I", "I", "I, S", "E, I, M, S"]
    loads = [mesi.needs(state, "load") for state in "MESI"]
    assert loads == ["–", "–", "–", "BusRd"]
    stores = [mesi.needs(state, "store") for state in "MESI"]
    assert stores == ["–", "–", "BusUpgr", "BusRdX"]


# -- Counted transactions -------------------------------------------------------------------

CORES, SPACINGS = (2, 4, 8), (8, 16, 32, 64)


@pytest.mark.parametrize(("cores", "spacing"), [*product(CORES, SPACINGS)])
def test_the_formula_counts_what_the_simulation_does(mesi, cores, spacing):
    for turn in mesi.turns:
        assert mesi.additions % turn == 0
        expected = mesi.expected(cores, spacing, turn)
        assert mesi.transactions(cores, spacing, turn) == expected
    lines = -(-cores * spacing // 64)
    if spacing < 64:  # one turn each
        assert mesi.transactions(cores, spacing, mesi.additions) == 2 * cores - lines


@pytest.mark.parametrize(("cores", "spacing"), [*product(CORES, SPACINGS)])
def test_every_addition_is_kept(mesi, cores, spacing):
    caches = deepcopy(mesi.run(cores, spacing, 10))
    sums = [caches.load(core, core * spacing) for core in range(cores)]
    assert sums == [mesi.additions] * cores


def test_the_opening_by_hand(mesi):
    """Each addition but the first costs a read and an upgrade; the first only a read."""
    assert mesi.transactions() == 1 + 2 * (2 * 1000 - 1)
    assert mesi.transactions(protocol="MSI") == 2 * 2 * 1000
    names = [name for name, _ in mesi.run().log]
    assert (names.count("BusRd"), names.count("BusUpgr")) == (2000, 1999)
    assert mesi.transfers() == 2 * 1000 - 1  # all reads but the first


@pytest.mark.parametrize(("apart", "cost"), [(8, 2000), (64, 2)])
def test_one_writer_is_enough(mesi, expect, apart, cost):
    """Core 0 only writes, core 1 only reads its neighbour: two transactions a round all the same."""
    caches = mesi.Caches(2)
    for value in range(mesi.additions):
        caches.store(0, 0, value)
        assert caches.load(1, apart) == 0
    assert len(caches.log) == cost
    expect(SLUG, "one of them at least writing", "whether a line has a second user, not how many")


def test_no_order_of_accesses_costs_two_cores_more_fetches(mesi, expect):
    """Each fetch needs a store by the other core since the last: turns of one are the worst case."""
    chance = random.Random(39)
    additions = 20
    for _ in range(2000):
        order = [0] * 2 * additions + [1] * 2 * additions
        chance.shuffle(order)
        caches, steps = mesi.Caches(2), [0, 0]
        for core in order:
            if steps[core] % 2:
                caches.store(core, 8 * core, steps[core])
            else:
                caches.load(core, 8 * core)
            steps[core] += 1
        fetches = sum(source.startswith("core") for _, source in caches.log)
        assert fetches <= 2 * additions - 1
    expect(SLUG, "Otherwise that is a worst case, because it assumes turns of one.")


def test_what_gets_lost(mesi):
    assert mesi.kept(0) == [0, mesi.additions]
    assert mesi.kept(1) == [mesi.additions, 0]
    assert mesi.raced() == mesi.additions


# -- Store buffers --------------------------------------------------------------------------


def test_outcomes_by_order_of_effects(mesi):
    """Without caches: a load reads 1 if the other core's store took effect before it."""
    for rule, orders in mesi.ORDERS.items():
        effect = "write" if rule == "program order" else "drain"
        counts = dict.fromkeys(product((0, 1), repeat=2), 0)
        for both in product(orders, repeat=2):
            events = [(core, what) for core in (0, 1) for what in both[core]]
            for order in permutations(events):
                if all([w for c, w in order if c == core] == [*both[core]] for core in (0, 1)):
                    stored = [order.index((1 - core, effect)) for core in (0, 1)]
                    loaded = [order.index((core, "load")) for core in (0, 1)]
                    counts[int(stored[0] < loaded[0]), int(stored[1] < loaded[1])] += 1
        assert {pair: mesi.outcomes(rule)[pair] for pair in counts} == counts


def test_which_outcomes_are_possible(mesi):
    """x86-TSO permits all four (and the Xeon showed them); in order, or fenced, 0 and 0 cannot be."""
    everything = set(product((0, 1), repeat=2))
    assert set(mesi.outcomes("store buffer")) == set(mesi.measured) == everything
    for rule in ("program order", "fence"):
        assert set(mesi.outcomes(rule)) == everything - {(0, 0)}


def test_numbers_of_schedules(mesi):
    assert mesi.outcomes("program order").total() == comb(4, 2)
    assert mesi.outcomes("fence").total() == comb(6, 3)
    assert mesi.outcomes("store buffer").total() == 4 * comb(6, 3)


def test_one_line_or_two_makes_no_difference(mesi):
    for rule in mesi.ORDERS:
        assert mesi.outcomes(rule, apart=8) == mesi.outcomes(rule, apart=64)


@pytest.mark.parametrize("apart", [8, 64])
def test_the_caches_are_coherent_all_along(mesi, monkeypatch, apart):
    """In every schedule with store buffers each load returns what was last stored in any cache."""
    checked = []

    class Watched(mesi.Caches):
        def __init__(self, number):
            super().__init__(number)
            self.last = {0: 0, apart: 0}

        def store(self, core, address, value):
            super().store(core, address, value)
            self.last[address] = value
            line = address // 64
            assert [self.state(c, line) for c in (core, 1 - core)] == ["M", "I"]

        def load(self, core, address):
            value = super().load(core, address)
            assert value == self.last[address]
            checked.append(value)
            return value

    monkeypatch.setattr(mesi, "Caches", Watched)
    for schedule in mesi.schedules("store buffer"):
        mesi.execute(schedule, apart)
    assert len(checked) == 2 * 80


# -- Charts and knobs -----------------------------------------------------------------------


def test_the_reader_starts_at_the_running_example(mesi, expect):
    assert (mesi.cores, mesi.spacing) == (2, mesi.word_bytes)
    expect(
        SLUG, f":values: {', '.join(map(str, CORES))}", f":values: {', '.join(map(str, SPACINGS))}"
    )


@pytest.mark.parametrize(("cores", "spacing"), [*product(CORES, SPACINGS)])
def test_what_the_page_says_holds_at_every_knob(mesi, monkeypatch, expect, cores, spacing):
    monkeypatch.setattr(mesi, "cores", cores)
    monkeypatch.setattr(mesi, "spacing", spacing)
    chart = mesi.against_turn()
    assert f">{spacing} bytes apart, simulated<" in chart
    shares = [mesi.each(cores, spacing, turn) for turn in mesi.turns]
    assert all(5e-4 < share < 5 for share in shares)  # the axis
    together = cores if cores * spacing <= 64 else 64 // spacing
    own = "each counter has a line of its own"
    assert mesi.sharing() == (own if spacing == 64 else f"{together} share a line")
    expect(SLUG, "fall from 2 in turns of 1 to under 0.002 in turns of 1,000", "stay at 0.001")
    if spacing == 64:
        assert shares == [0.001] * len(shares)
    else:
        assert f"{shares[0]:.3g}" == "2"
        assert 0.001 < shares[-1] < 0.002


def test_the_grids_show_the_states_of_the_trace(mesi, expect):
    letters = re.findall(">([MESRU·])<", mesi.strips())
    assert letters.count("R") + letters.count("U") == mesi.busy(8) + mesi.busy(64)
    for state in "MES":
        shown = sum(row[1:3].count(state) for apart in (8, 64) for row in mesi.trace(apart))
        assert letters.count(state) == shown
    expect(
        SLUG,
        "Two grids of states over twelve accesses",
        f"and {mesi.busy(8)} accesses use the bus",
        f"; {mesi.busy(64)} use the bus",
    )
    assert len(mesi.trace()) == 12


def test_the_timeline_is_one_of_the_schedules(mesi):
    assert mesi.both_zero() in set(mesi.schedules("store buffer"))
    assert mesi.execute(mesi.both_zero()) == (0, 0)
    for text in ("x = 1 waits", "y = 1 waits", "loads y: 0", "loads x: 0"):
        assert f">{text}<" in mesi.timeline()


# -- The numbers typed in the article -------------------------------------------------------


def test_opening(mesi, expect):
    expect(
        SLUG,
        "a thousand times",
        "8 bytes apart",
        "64 bytes apart",
        f"can cost {mesi.transactions():,} bus transactions or two",
    )
    assert (mesi.additions, mesi.word_bytes, mesi.line_bytes) == (1000, 8, 64)
    assert mesi.transactions(spacing=64) == 2


def test_trace(mesi, expect):
    expect(SLUG, "the free store of the second row", "Each copy is right about eight bytes")
    assert [row[3] for row in mesi.trace()][:6] == [
        "BusRd",
        "",
        "BusRd",
        "BusUpgr",
        "BusRd",
        "BusUpgr",
    ]
    assert {row[3] for row in mesi.trace()[2::2]} == {"BusRd"}
    assert {row[3] for row in mesi.trace()[3::2]} == {"BusUpgr"}
    apart = ["".join(row[1:3]) for row in mesi.trace(64)]
    assert apart == ["EI", "MI", "ME"] + ["MM"] * 9  # "after one E each, both stay M"


def test_looser_packing(mesi, expect):
    expect(
        SLUG, "Eight counters packed into one line", "at 32 bytes, two to a line", "the four lines"
    )
    assert (mesi.per_line(8, 8), mesi.per_line(8, 32), 8 * 32 // 64) == (8, 2, 4)


def test_measured_runs(mesi, expect):
    expect(
        SLUG, "Of a million runs of this test, forty ended with two zeros, more than with two ones"
    )
    assert sum(mesi.measured.values()) == 10**6
    assert mesi.measured[0, 0] == 40 > mesi.measured[1, 1]
    expect(SLUG, "met forty times in a million")


def test_each_load_comes_before_the_store_that_it_misses(mesi, expect):
    expect(SLUG, "At the time of each load, the store that it misses had not.")
    for schedule in mesi.schedules("store buffer"):
        if mesi.execute(schedule) == (0, 0):
            for core in (0, 1):
                assert schedule.index((core, "load")) < schedule.index((1 - core, "drain"))
