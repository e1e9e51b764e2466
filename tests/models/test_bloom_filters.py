"""The model of the article on Bloom filters, and the numbers that the article types."""

import doctest
from fractions import Fraction
from itertools import product
from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

SLUG = "bloom-filters"


@pytest.fixture(scope="module")
def bloom(model):
    return model(SLUG)


def test_the_examples_in_the_model_are_right(bloom):
    result = doctest.testmod(bloom)
    assert result.attempted >= 12
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


@given(items=st.integers(1, 300), spare=st.integers(1, 12), hashes=st.integers(2, 10))
def test_the_approximation_is_always_too_low(model, items, spare, hashes):
    bloom = model(SLUG)
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


@given(
    names=st.lists(st.text(), max_size=40),
    bits=st.integers(1, 400),
    hashes=st.integers(1, 12),
)
def test_a_name_that_was_added_is_never_missed(model, names, bits, hashes):
    bloom = model(SLUG)
    taken = bloom.BloomFilter(bits, hashes)
    for name in names:
        taken.set(bloom.key(name))
    assert all(len(taken.matches(bloom.key(name))) == 1 for name in names)


def test_an_empty_filter_says_no(bloom):
    assert len(bloom.BloomFilter(100, 7).matches(np.arange(1000, dtype=np.uint64))) == 0


@pytest.mark.parametrize("hashes", [2, 4, 7, 10, 14])
def test_the_measured_rate_is_the_predicted_one(bloom, hashes):
    """Within three binomial standard deviations of 100,000 questions."""
    expected = bloom.sample_queries * bloom.exact_rate(10_000, 95_850, hashes)
    assert abs(bloom.wrong_yeses(9.585, hashes) - expected) < 3 * expected**0.5


def test_keys_are_the_same_everywhere(bloom):
    assert int(bloom.key("ada")[0]) == 0x2705162143DAB015
    assert bloom.toy_positions("ada") == [4, 6, 13]


def test_an_absent_name_costs_about_two_probes(bloom):
    assert bloom.probes(9.585, 7) == pytest.approx(2.05, abs=0.01)


# -- The numbers typed in the article --------------------------------------------------------


def test_opening_numbers(bloom, expect):
    expect(
        SLUG,
        f"fill {bloom.list_gigabytes():.0f} GB",
        f"{bloom.megabytes():.1f} MB ({bloom.mebibytes():.1f} MiB)",
    )
    assert 8 * bloom.name_bytes == 160
    assert 9 < bloom.bits_per_item < 10
    assert round(bloom.rate() * 100) == 1


def test_toy_numbers(bloom, expect):
    answers = {"ada": True, "grace": True, "edsger": True, "ken": False, "tim": True}
    assert tuple(answers)[:3] == bloom.toy_names
    for name, taken in answers.items():
        positions = ", ".join(str(position) for position in bloom.toy_positions(name))
        word = "taken" if taken else "free"
        expect(SLUG, f"| {name} | {positions} | {bloom.toy_reads(name)} | {word} |")
        assert bloom.toy_answer(name) is taken
    assert (bloom.toy_bits, bloom.toy_ones()) == (16, 8)
    assert set(bloom.toy_positions("ada")) & set(bloom.toy_positions("edsger")) == {6}
    assert not bloom.toy_answer("edsger", "ada")


def test_size_and_error_numbers(bloom, expect):
    expect(
        SLUG,
        f"{bloom.rate(9.585, 70):.0%}".replace("%", " %") + " of the free names",
        f"{bloom.best_bits_per_item():.3f} bits per name and {bloom.best_hashes():.2f} positions",
        f"give {bloom.rate():.3%}".replace("%", " %"),
        f"need {bloom.items * bloom.bits_per_item / 1e6:.1f} million bits",
        f"{bloom.bits_per_decade():.2f} bits per name,"
        f" {bloom.megabytes(bits_per_item=bloom.bits_per_decade()):.1f} MB here",
        f"It gave {bloom.wrong_yeses():,} wrong yeses",
        f"expects {bloom.expected_yeses():,.0f}, with a standard deviation of {bloom.spread():.0f}",
        f"{bloom.sample_items:,} keys at {bloom.bits_per_item} bits",
        f"{bloom.sample_queries:,} absent keys",
        f"higher by {bloom.excess() * 1e9:.0f} parts in a billion",
    )


def test_overfilling_and_removal_numbers(bloom, expect):
    expect(
        SLUG,
        f"The rate becomes {bloom.overfilled(2) * 100:.1f} %",
        f"from {bloom.ones() * 100:.0f} % to {bloom.ones(9.585 / 2) * 100:.0f} %",
        f"the rate to {bloom.overfilled(1.1) * 100:.2f} %",
        f"{3 * bloom.megabytes():.0f} to {4 * bloom.megabytes():.0f} MB",
    )
    assert round(bloom.overfilled(2) / bloom.rate()) == 16


def test_hash_range_numbers(bloom, expect):
    expect(
        SLUG,
        f"the formula says {bloom.folded_rate(10**9, 9_585_058_432, 7, 2**31) * 100:.1f} %",
        f"errs at only {bloom.folded_rate(10**8, 958_500_000, 7, 2**31) * 100:.1f} %",
    )
    assert round(9_585_058_432 / 2**31, 1) == 4.5  # "a fifth", in a heading


def test_memory_and_bound_numbers(bloom, expect):
    minimum = bloom.megabytes(bits_per_item=bloom.bound())
    expect(
        SLUG,
        f"best rate is then {bloom.blocked_rate(hashes=6) * 100:.2f} %, with six positions",
        f"About {bloom.blocked_extra_megabytes():.0f} MB more",
        f"{bloom.bound():.2f} bits, or {minimum:.1f} MB",
        f"takes {bloom.overhead() * 100:.0f} % more",
        f"part of the {bloom.megabytes() - minimum:.1f} MB",
        f"{bloom.megabytes() - minimum:.0f} MB more than the minimum",
    )
    assert bloom.blocked_hashes() == 6
    assert round(bloom.probes()) == 2
