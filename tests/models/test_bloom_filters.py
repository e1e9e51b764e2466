"""The model of the article on Bloom filters, and the numbers typed in its text."""

import doctest
import re
from fractions import Fraction
from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SLUG = "bloom-filters"


@pytest.fixture(scope="module")
def bloom(model):
    return model(SLUG)


def test_the_examples_in_the_model_are_right(bloom):
    result = doctest.testmod(bloom)
    assert result.attempted >= 16
    assert result.failed == 0


# -- Size and error -------------------------------------------------------------------------


def test_headline_size_by_a_second_route(bloom):
    """Half of the bits set, so each position is a coin: p = 2^-k, and c = k / ln 2."""
    coins = log(1 / 0.01) / log(2)
    assert bloom.best_bits_per_item(0.01) == pytest.approx(coins / log(2))
    assert bloom.rate(coins / log(2), coins) == pytest.approx(0.01)
    assert bloom.megabytes() == pytest.approx(100e6 * coins / log(2) / 8e6, abs=0.001)


def test_ideal_number_of_hashes_is_the_lowest_point_and_fills_half(bloom):
    best = bloom.best_hashes(9.585)
    assert bloom.rate(9.585, best) < min(
        bloom.rate(9.585, best - 0.01), bloom.rate(9.585, best + 0.01)
    )
    assert bloom.ones(9.585, best) == pytest.approx(0.5)
    assert min(range(1, 30), key=lambda k: bloom.rate(9.585, k)) == 7


def test_limiting_cases(bloom):
    assert bloom.rate(1e9, 7) < 1e-50  # an array without end never errs
    assert bloom.rate(1e-3, 7) == pytest.approx(1)  # a full one always says yes
    assert bloom.blocked_rate(9.585, 7, 10**6) == pytest.approx(bloom.rate(), rel=1e-3)
    assert bloom.folded_rate(100, 959, 7, 959) == pytest.approx(bloom.rate(9.59, 7))
    assert bloom.folded_rate(100, 959, 7, 2**64) == pytest.approx(bloom.rate(9.59, 7))
    assert bloom.overfilled(1) == bloom.rate()


@pytest.mark.parametrize(("items", "bits", "hashes"), [(1, 3, 2), (2, 2, 2), (2, 4, 2), (1, 5, 3)])
def test_exact_rate_against_all_settings(bloom, items, bits, hashes):
    """Every way to throw the positions, counted one by one."""
    throws = items * hashes
    total = sum(
        Fraction(len(set(way)), bits) ** hashes for way in product(range(bits), repeat=throws)
    )
    expected = float(total / bits**throws)
    assert bloom.exact_rate(items, bits, hashes) == pytest.approx(expected, rel=1e-12)


@settings(deadline=None)
@given(items=st.integers(1, 300), spare=st.integers(1, 12), hashes=st.integers(2, 10))
def test_the_approximation_is_always_too_low(bloom, items, spare, hashes):
    bits = items * spare + hashes
    assert bloom.exact_rate(items, bits, hashes) > bloom.rate(bits / items, hashes) * (1 - 1e-9)


def test_the_approximation_serves_for_large_filters(bloom):
    exact = bloom.exact_rate(100_000_000, 958_500_000, 7)
    assert exact / bloom.rate() - 1 == pytest.approx(9e-9, rel=0.1)


@pytest.mark.parametrize(
    ("rate", "bits", "ones", "measured"),
    [
        (0.05, 6_235_224_256, 1_814_052_150, 0.50920521),
        (0.03, 7_298_440_896, 1_938_187_323, 0.59888499),
        (0.01, 9_585_058_432, 2_065_015_223, 0.76025548),
        (0.001, 14_377_587_584, 2_127_081_112, 0.90896130),
    ],
)
def test_folded_positions_give_what_spark_measured(bloom, rate, bits, ones, measured):
    """The four filters for 10^9 items in pull request 50933 of apache/spark."""
    assert bits / 1e9 == pytest.approx(bloom.best_bits_per_item(rate), rel=1e-6)
    hashes = round(bloom.best_hashes(bits / 1e9))
    assert bloom.folded_ones(10**9, bits, hashes, 2**31) == pytest.approx(ones, rel=1e-5)
    assert bloom.folded_rate(10**9, bits, hashes, 2**31) == pytest.approx(measured, rel=5e-5)


def test_folded_positions_by_simulation(bloom):
    """The running example and 2^31 hash values, both ten thousand times smaller."""
    random = np.random.default_rng(76)
    items, bits, values, k = 10_000, 95_850, 214_748, 7
    array = np.zeros(bits, dtype=bool)
    array[random.integers(values, size=items * k) % bits] = True
    yeses = array[random.integers(values, size=(200_000, k)) % bits].all(axis=1).mean()
    assert yeses == pytest.approx(bloom.folded_rate(items, bits, k, values), rel=0.05)
    assert yeses > 1.05 * bloom.rate(9.585, k)


def test_bits_in_one_line_by_simulation(bloom):
    """Two thousand lines, names thrown at them and six different bits each."""
    random = np.random.default_rng(76)
    lines, line, k = 2_000, 512, 6
    array = np.zeros((lines, line), dtype=bool)
    for row in random.integers(lines, size=round(lines * line / 9.585)):
        array[row, random.choice(line, k, replace=False)] = True
    ones = array.sum(axis=1)
    hit = np.prod([(ones - i) / (line - i) for i in range(k)], axis=0).mean()
    assert hit == pytest.approx(bloom.blocked_rate(9.585, k), rel=0.03)


# -- The real filter -------------------------------------------------------------------------


@settings(deadline=None)
@given(
    names=st.lists(st.text(), max_size=40),
    bits=st.integers(1, 400),
    hashes=st.integers(1, 12),
)
def test_a_name_that_was_added_is_never_missed(bloom, names, bits, hashes):
    taken = bloom.BloomFilter(bits, hashes)
    for name in names:
        taken.set(bloom.key(name))
    assert all(len(taken.matches(bloom.key(name))) == 1 for name in names)


def test_an_empty_filter_says_no(bloom):
    assert len(bloom.BloomFilter(100, 7).matches(np.arange(1000, dtype=np.uint64))) == 0


OFFERED = [4, 6, 8, 9.585, 12, 16]  # bits per name


@pytest.mark.parametrize("bits", OFFERED)
def test_the_measured_rate_is_the_predicted_one(bloom, bits):
    """Within three standard deviations from filter to filter, for every number of functions."""
    for k, count in enumerate(bloom.all_wrong_yeses(bits), start=1):
        exact = bloom.exact_rate(bloom.sample_items, round(bits * bloom.sample_items), k)
        deviation = count - bloom.sample_queries * exact
        assert abs(deviation) < 3 * bloom.spread(bits, k)


@pytest.mark.parametrize(("bits", "hashes"), [(4, 1), (4, 12), (9.585, 7), (16, 2), (16, 11)])
def test_one_pass_counts_what_each_filter_alone_gives(bloom, bits, hashes):
    assert bloom.all_wrong_yeses(bits)[hashes - 1] == bloom.wrong_yeses(bits, hashes)


@pytest.mark.parametrize(("bits", "hashes"), [(4, 12), (9.585, 7)])
def test_the_spread_is_that_of_many_filters(bloom, bits, hashes):
    """Three hundred filters by independent throws; the spread of a spread is 1 / sqrt(2 n)."""
    random = np.random.default_rng(75)
    length, counts = round(bits * bloom.sample_items), []
    for _ in range(300):
        array = np.zeros(length, dtype=bool)
        array[random.integers(length, size=hashes * bloom.sample_items)] = True
        counts.append(random.binomial(bloom.sample_queries, array.mean() ** hashes))
    assert np.std(counts) == pytest.approx(bloom.spread(bits, hashes), rel=3 / 600**0.5)


def test_keys_are_the_same_everywhere(bloom):
    assert int(bloom.key("ada")[0]) == 0x2705162143DAB015
    assert bloom.toy_positions("ada") == [4, 6, 13]


def test_an_absent_name_costs_about_two_probes(bloom):
    assert bloom.probes(9.585, 7) == pytest.approx(2.05, abs=0.01)


# -- Charts and knobs ------------------------------------------------------------------------


def test_the_reader_starts_at_the_running_example(bloom):
    assert (bloom.chosen_bits, bloom.chosen_hashes) == (bloom.bits_per_item, bloom.hashes)


def test_a_fixed_number_of_functions_is_never_better_than_the_best(bloom):
    """The two lines of the first chart: they touch at k / ln 2 bits and nowhere else."""
    for k in range(1, bloom.most_hashes + 1):
        touch = k / log(2)
        assert bloom.rate(touch, k) == pytest.approx(bloom.rate(touch, bloom.best_hashes(touch)))
        for c in (touch * 0.7, touch * 1.4):
            assert bloom.rate(c, k) > 1.02 * bloom.rate(c, bloom.best_hashes(c))


@pytest.mark.parametrize("bits", OFFERED)
def test_charts_show_every_point_that_the_knobs_lead_to(bloom, monkeypatch, bits):
    monkeypatch.setattr(bloom, "chosen_bits", bits)
    for k in range(1, bloom.most_hashes + 1):
        monkeypatch.setattr(bloom, "chosen_hashes", k)
        label = f"{100 * bloom.rate(bits, k):#.3g}\N{NO-BREAK SPACE}%"
        assert label in bloom.rate_against_bits()
        assert label in bloom.rate_against_hashes()
        assert f">{bloom.functions(k, 'function')}<" in bloom.rate_against_bits()
        assert f" at {bits} bits per name<" in bloom.rate_against_hashes()
        assert 1e-4 < bloom.rate(bits, k) < 1  # the axis
        assert bloom.all_wrong_yeses(bits)[k - 1] > 1  # "wrong yeses"


def test_the_ring_lies_where_the_filter_was_measured(bloom):
    place = r"M([\d.]+) ([\d.]+)"
    (ring,) = re.findall(place + "m-3 0a", bloom.rate_against_hashes())
    square = re.findall(place + "m-3-3h", bloom.rate_against_hashes())[bloom.chosen_hashes - 1]
    assert [*map(float, ring)] == pytest.approx([*map(float, square)], abs=1)


def test_the_page_offers_these_values(expect):
    bits = ", ".join(map(str, OFFERED))
    expect(SLUG, f":values: {bits}", ":label: Hash functions :values: 1..12")


# -- The numbers typed in the article --------------------------------------------------------


def test_opening(bloom, expect):
    expect(SLUG, "names of twenty bytes each", "fewer than ten bits for each name of a hundred and")
    assert bloom.name_bytes == 20
    assert 8 * bloom.name_bytes == 160
    assert 9 < bloom.bits_per_item < 10
    assert bloom.items == 100e6
    assert round(bloom.rate() * 100) == 1  # "of a hundred free names about one"
    assert round(bloom.megabytes()) == 120  # the title


def test_toy(bloom, expect):
    answers = dict.fromkeys(["ada", "grace", "edsger"], "taken") | {"ken": "free", "tim": "taken"}
    assert {name: bloom.toy_answer(name) for name in answers} == answers
    assert tuple(answers)[:3] == bloom.toy_names
    expect(SLUG, "sixteen bits, all 0, and three", "eight bits are 1")
    assert (bloom.toy_bits, bloom.toy_hashes, bloom.toy_ones()) == (16, 3, 8)
    expect(SLUG, "Had ken been added, bit 1 would be set", "ada and edsger share bit 6")
    expect(SLUG, "grace set bits 3 and 12, edsger set bit 5")
    of = {name: set(bloom.toy_positions(name)) for name in answers}
    assert 1 in of["ken"]
    assert not bloom.toy().array[1]
    assert of["tim"] == {3, 12, 5}
    assert {3, 12} <= of["grace"]
    assert 5 in of["edsger"]
    assert of["ada"] & of["edsger"] == {6}
    assert bloom.toy_answer("edsger", "ada") == "free"


def test_seven_positions(bloom, expect):
    expect(SLUG, "Seven, the nearest whole number", "keys 0 to 9,999")
    assert round(bloom.best_hashes()) == 7
    assert bloom.sample_items == 10_000


def test_twice_the_names(bloom):
    assert round(bloom.overfilled(2) / bloom.rate()) == 16  # the heading


def test_spark(bloom, expect):
    reach = 100 * bloom.folded_rate(10**9, 9_585_058_432, 7, 2**31)
    expect(SLUG, f"{reach:.1f} % of the absent items got a yes", "into 9.585 billion bits")
    assert 4.4 < 9_585_058_432 / 2**31 < 5.4  # "a fifth", in the heading
    assert round(100 * bloom.folded_rate(10**6, 9_585_059, 7, 2**31), 1) == 1.0  # 0.99 measured
    assert bloom.folded_rate(10**8, 958_500_000, 7, 2**31) > 1.05 * bloom.rate()


def test_price(bloom, expect):
    above = bloom.megabytes() - bloom.megabytes(bits_per_item=bloom.bound())
    expect(SLUG, f"What {above:.0f} MB above the minimum buys", "after two reads on average")
    assert bloom.blocked_hashes() == 6
    assert round(bloom.probes()) == 2


def test_alternative_texts_of_the_charts(bloom, expect):
    best = {c: 100 * bloom.rate(c, bloom.best_hashes(c)) for c in (4, 16)}
    expect(SLUG, f"{best[4]:.0f} percent at 4 bits per name to {best[16]:.2g} percent at 16")
    at = {k: 100 * bloom.rate(9.585, k) for k in (1, 7, 70)}
    expect(
        SLUG,
        f"At 9.585 bits per name it falls from {at[1]:.1f} percent with 1 hash function",
        f"to {at[7]:.0f} percent at 7 and climbs to {at[70]:.0f} percent at 70; twelve measured",
    )
    assert bloom.most_hashes == 12
    assert len(re.findall("M[^M]*m-3-3h6v6h-6z", bloom.rate_against_hashes())) == 12
