"""The model of the article on consistent hashing, and the numbers typed in its text."""

import doctest
import re
from bisect import bisect_left
from fractions import Fraction
from itertools import pairwise
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SLUG = "consistent-hashing"
DESIGNS = ["modulo", "ring", "rendezvous", "jump"]
OFFERED = (1, 4, 16, 64, 100, 256)  # points


@pytest.fixture(scope="module")
def hashing(model):
    return model(SLUG)


def test_the_examples_in_the_model_are_right(hashing):
    result = doctest.testmod(hashing)
    assert result.attempted >= 10
    assert result.failed == 0


# -- The four designs --------------------------------------------------------------------


def published_jump(key: int, buckets: int) -> int:
    """The algorithm of Lamping and Veach (arXiv:1406.2294), one key at a time."""
    b, j = -1, 0
    while j < buckets:
        b = j
        key = (key * 2862933555777941757 + 1) % 2**64
        j = int((b + 1) * (2**31 / ((key >> 33) + 1)))
    return b


def test_jump_gives_what_other_implementations_give(hashing):
    """From the package jump-consistent-hash 3.6.0."""
    vectors = [
        (0, 60, 0),
        (1, 60, 55),
        (2, 60, 46),
        (42, 57, 43),
        (256, 1024, 520),
        (0xDEAD10CC, 666, 361),
        (2**64 - 1, 255, 248),
    ]
    for key, buckets, expected in vectors:
        assert published_jump(key, buckets) == expected
        (found,) = hashing.jump(np.array([key], dtype=np.uint64), [*range(buckets)])
        assert found == expected


@settings(deadline=None)
@given(keys=st.lists(st.integers(0, 2**64 - 1), min_size=1), buckets=st.integers(1, 3000))
def test_jump_of_an_array_is_that_of_its_keys(hashing, keys, buckets):
    found = hashing.jump(np.array(keys, dtype=np.uint64), [*range(buckets)])
    assert found.tolist() == [published_jump(key, buckets) for key in keys]


@settings(deadline=None, max_examples=30)
@given(who=st.sets(st.integers(0, 200), min_size=1, max_size=8), points=st.integers(1, 9))
def test_a_key_of_the_ring_goes_to_the_next_point_clockwise(hashing, who, points):
    places, owners = hashing.circle(sorted(who), points)
    assert sorted(set(owners.tolist())) == sorted(who)
    listed = places.tolist()
    assert listed == sorted(listed)
    keys = hashing.keys()[:200]
    expected = [owners[bisect_left(listed, key) % len(listed)] for key in keys.tolist()]
    assert hashing.ring(keys, sorted(who), points).tolist() == expected


def test_the_highest_score_wins_whatever_the_order_of_servers(hashing):
    keys, who = hashing.keys()[:300], [3, 5, 8, 2]
    found = hashing.rendezvous(keys, who)
    assert (found == hashing.rendezvous(keys, who[::-1])).all()
    for server in who:
        assert (hashing.rendezvous(keys, [server]) == server).all()
        rest = [other for other in who if other != server]
        kept = found != server
        assert (hashing.rendezvous(keys, rest)[kept] == found[kept]).all()


@pytest.mark.parametrize("design", DESIGNS[1:])
def test_a_newcomer_takes_and_nobody_else_does(hashing, design):
    """What Karger and colleagues call monotonicity."""
    before, after = (hashing.place(design, [*range(n)]) for n in (10, 11))
    assert set(after[before != after].tolist()) == {10}


def test_modulo_moves_pages_between_old_servers(hashing):
    before, after = (hashing.place("modulo", [*range(n)]) for n in (10, 11))
    assert len(set(after[before != after].tolist())) == 11


# -- Measured against the closed forms -------------------------------------------------------


def deviation(share: float, pages: int = 100_000) -> float:
    """Standard deviation of a counted share."""
    return (share * (1 - share) / pages) ** 0.5


@pytest.mark.parametrize("m", [11, 12, 15, 19, 20, 25, 29])
def test_modulo_moves_what_the_remainders_say(hashing, m):
    period = 10 * m
    stay = Fraction(sum(h % 10 == h % m for h in range(period)), period)
    assert hashing.modulo_moved(10, m) == pytest.approx(float(1 - stay))
    share = float(1 - stay)
    assert abs(hashing.moved("modulo", m) - share) < 4 * deviation(share)


@pytest.mark.parametrize("m", [11, 15, 20, 29])
@pytest.mark.parametrize("design", ["rendezvous", "jump"])
def test_rendezvous_and_jump_move_the_least(hashing, design, m):
    least = hashing.least(10, m)
    assert abs(hashing.moved(design, m) - least) < 4 * deviation(least)


@pytest.mark.parametrize("points", [1, 4, 100])
def test_the_ring_moves_the_least_on_average_and_spreads_as_computed(hashing, points):
    """Newcomer's share on four hundred rings: mean 1/11, deviation of a sum of arcs."""
    rings = []
    for salt in range(400):
        places, owners = hashing.circle([*range(11)], points, salt)
        arcs = np.diff(places, prepend=places[-1]).astype(float) / 2.0**64
        rings.append(arcs[owners == 10].sum() * 11)
    wide = hashing.scatter(11, points)
    assert abs(np.mean(rings) - 1) < 4 * wide / 400**0.5
    assert np.std(rings) == pytest.approx(wide, rel=0.12)
    if points == 1:
        low, high = (hashing.newcomer(chance) * 11 for chance in (0.05, 0.95))
        inside = sum(low < share < high for share in rings)
        assert abs(inside - 360) < 4 * (400 * 0.9 * 0.1) ** 0.5


@pytest.mark.parametrize("points", OFFERED)
def test_the_fullest_of_a_hundred_rings_is_that_of_the_integral(hashing, points):
    loads = hashing.fullest_of_rings(points)
    assert len(loads) == 100
    assert abs(np.mean(loads) - hashing.fullest(10, points)) < 3 * np.std(loads) / 10
    assert all(load >= 1 for load in loads)


def test_limiting_cases(hashing):
    assert hashing.scatter(1, 7) == 0
    assert hashing.scatter(10**6, 1) == pytest.approx(1, rel=1e-5)
    assert hashing.scatter(1000, 10_000) == pytest.approx(0.01, rel=1e-3)
    assert hashing.scatter(2, 1) == pytest.approx(3**-0.5)  # a share uniform from 0 to 1
    for n in (2, 11, 1000):
        assert hashing.scatter(n, hashing.points_for(0.01, n)) == pytest.approx(0.01)
    assert hashing.points_for(0.01, 10**6) == pytest.approx(10_000, rel=1e-5)
    assert 11 * hashing.points_for(hashing.dice(), 11) == pytest.approx(hashing.pages - 1)
    assert hashing.dice(2, 4) == 0.5  # four tosses of a coin: 2 heads, give or take 1
    assert hashing.hot_server(1) == pytest.approx(1)
    assert hashing.ring_megabytes(1, 10**6) == 12
    assert hashing.fullest(1, 5) == pytest.approx(1, rel=1e-3)
    assert hashing.fullest(11, 1) == pytest.approx(hashing.harmonic(11), rel=1e-3)
    assert hashing.fullest(2, 1) == pytest.approx(1.5, rel=1e-3)  # the longer of two arcs
    assert hashing.modulo_moved(10, 10) == hashing.least(10, 10) == 0
    assert hashing.modulo_moved(10, 5) == hashing.least(10, 5) == 0.5
    assert hashing.pairs_at_risk(1, 5) == 1
    assert hashing.pairs_at_risk(1, 100) == pytest.approx(4 / 99)


def test_the_published_deviations_of_the_ring(hashing):
    """Lamping and Veach's table, as quoted: four numbers of points, many servers."""
    for points, error in [(1, 0.9979060), (10, 0.3151810), (100, 0.0996996), (1000, 0.0315723)]:
        assert hashing.scatter(500, points) == pytest.approx(error, rel=5e-3)


def test_losing_a_server(hashing):
    """Modulo keeps 9 of 90 pairs of remainders; jump moves the last server's pages as well."""
    pairs = [(h % 10, h % 9) for h in range(90)]
    rest = [s for s in range(10) if s != hashing.lost]
    stay = sum(a == rest[b] for a, b in pairs) / 90
    assert stay == pytest.approx(0.1)
    expected = {"modulo": 0.9, "rendezvous": 0.1}
    for design, share in expected.items():
        assert abs(hashing.moved_by_loss(design) - share) < 4 * deviation(share)
    refilled, closed = 0.1 + 0.1 * 8 / 9, 0.1 + 0.5 + 0.1 * 8 / 9
    assert abs(hashing.moved_by_loss("jump", refill=True) - refilled) < 4 * deviation(refilled)
    assert abs(hashing.moved_by_loss("jump") - closed) < 4 * deviation(closed)


def test_moves_of_a_page_under_jump(hashing):
    """Each of i = 1 … n is a stop with probability 1/i, independently."""
    for n in (11, 1000):
        stops = hashing.jumps(hashing.keys(), n)[1]
        variance = sum(1 / i - 1 / i**2 for i in range(1, n + 1))
        assert abs(stops - hashing.harmonic(n)) < 4 * (variance / 100_000) ** 0.5
    assert hashing.harmonic(1000) == pytest.approx(log(1000) + 0.5772, abs=1e-3)


def test_loads_of_thrown_dice(hashing):
    for design in ("modulo", "rendezvous", "jump"):
        loads = np.bincount(hashing.place(design, [*range(11)])) * 11 / 100_000
        assert 0.4 * hashing.dice() < np.std(loads) < 1.7 * hashing.dice()


def test_any_ring_loses_as_much_with_a_random_pair(hashing):
    """The mean over all pairs, from the arcs themselves."""
    n, points = 20, 8
    places, owners = hashing.circle([*range(n)], points, salt=1)
    arcs = np.diff(places, prepend=places[-1]).astype(float) / 2.0**64
    owned = owners.tolist() * 2
    lost = dict.fromkeys([(a, b) for b in range(n) for a in range(b)], 0.0)
    for start, arc in enumerate(arcs):
        group = sorted([*dict.fromkeys(owned[start:])][:3])
        for pair in [(group[0], group[1]), (group[0], group[2]), (group[1], group[2])]:
            lost[pair] += arc
    assert sum(lost.values()) / len(lost) == pytest.approx(hashing.loss_of_a_pair(n))
    assert sum(share > 0 for share in lost.values()) / len(lost) == pytest.approx(
        hashing.pairs_at_risk(points, n)
    )


def test_requests(hashing):
    """The first page's server, over many rendezvous elections."""
    wanted = 1 / np.arange(1, hashing.pages + 1)
    loads = []
    for shift in range(40):
        found = hashing.rendezvous(hashing.keys(), [*range(100 * shift, 100 * shift + 11)])
        loads.append(wanted[found == found[0]].sum() * 11 / wanted.sum())
    assert np.mean(loads) == pytest.approx(hashing.hot_server(), rel=0.05)
    assert hashing.request_load() >= hashing.hot_server() * 0.9


def test_a_table_of_partitions(hashing):
    counts = [len(range(i, hashing.partitions, 11)) for i in range(11)]
    assert hashing.table_load() == max(counts) * 11 / hashing.partitions
    assert hashing.table_moved() == counts[-1] / hashing.partitions
    assert hashing.table_moved() < hashing.least(10, 11)


# -- Charts and knob -------------------------------------------------------------------------


def test_the_page_offers_these_values(hashing, expect):
    assert hashing.offered == OFFERED
    assert hashing.points in OFFERED
    expect(SLUG, f":values: {', '.join(map(str, OFFERED))}")


@pytest.mark.parametrize("points", OFFERED)
def test_charts_show_every_point_that_the_knob_leads_to(hashing, monkeypatch, points):
    monkeypatch.setattr(hashing, "points", points)
    above = hashing.fullest(10, points) - 1
    digits = f"{100 * above:.0f}" if above > 0.1 else f"{100 * above:.1f}"
    assert f">{digits}\N{NO-BREAK SPACE}%<" in hashing.load_against_points()
    assert 0.03 < above < 5  # the axis
    share = f"{100 * hashing.pairs_at_risk(points):.3g}\N{NO-BREAK SPACE}%"
    assert share in hashing.risk_against_points()
    assert f">ring, {hashing.in_words(points)}<" in hashing.moved_against_servers()


@pytest.mark.parametrize("points", OFFERED)
def test_sentences_that_hold_at_every_number_of_points(hashing, monkeypatch, points):
    monkeypatch.setattr(hashing, "points", points)
    heirs = hashing.heirs()
    assert heirs.sum() == pytest.approx(1)
    assert 1 <= (heirs > 0).sum() <= 9
    assert hashing.comparisons(11, points) > 1
    assert 11 * points < 2 ** hashing.comparisons(11, points) <= 22 * points


def test_more_points_are_never_worse_for_balance_nor_better_for_pairs(hashing):
    for few, many in pairwise(OFFERED):
        assert hashing.fullest(10, few) > hashing.fullest(10, many)
        assert hashing.pairs_at_risk(few) < hashing.pairs_at_risk(many)


def test_rings_lie_around_the_line(hashing):
    """Squares on the second chart: one for each number of points."""
    assert len(re.findall("m-3-3h6v6h-6z", hashing.load_against_points())) == len(OFFERED)


# -- The numbers typed in the article --------------------------------------------------------


def test_opening(hashing, expect):
    expect(SLUG, "Ten cache servers", "Why do ten in eleven move")
    assert hashing.servers == 10
    assert hashing.modulo_moved(10, 11) == pytest.approx(10 / 11)
    assert hashing.least(10, 11) == pytest.approx(1 / 11)


def test_remainders(hashing, expect):
    expect(SLUG, "they agree at 0 to 9 and nowhere else", "But twenty share a multiple with ten")
    assert [h for h in range(110) if h % 10 == h % 11] == [*range(10)]
    assert all(hashing.modulo_moved(10, m) == hashing.least(10, m) for m in (20, 30, 100))


def test_loss(hashing, expect):
    expect(SLUG, "If the fourth of ten fails", "The least is 10.", "of the fourth of ten servers")
    assert hashing.lost == 3
    assert hashing.least(10, 9) == pytest.approx(0.1)


def test_ring_with_one_point(hashing, monkeypatch, expect):
    expect(SLUG, "its neighbour inherits all its pages", "can move even less than the minimum")
    monkeypatch.setattr(hashing, "points", 1)
    assert hashing.heirs()[0] == 1
    assert hashing.moved("ring") < hashing.least(10, 11)


def test_headings(hashing, expect):
    expect(SLUG, "## Three jumps and no table", "## The page of one request in twelve")
    assert round(hashing.harmonic(11)) == 3
    assert round(1 / hashing.hottest()) == 12


def test_alternative_texts_of_the_charts(hashing, expect):
    modulo = [100 * hashing.modulo_moved(10, m) for m in range(11, 30) if m != 20]
    least = [100 * hashing.least(10, m) for m in (11, 29)]
    expect(
        SLUG,
        f"jumps between {min(modulo):.0f} and {max(modulo):.0f} percent but drops to 50 percent",
        f"climbs from {least[0]:.0f} to {least[1]:.0f} percent",
    )
    above = [100 * hashing.fullest(10, v) - 100 for v in (1, 16, 256)]
    expect(
        SLUG,
        f"{above[0]:.0f} percent above the mean with 1 point per server",
        f"{above[1]:.0f} with 16 and {above[2]:.1f} with 256",
    )
    pairs = [100 * hashing.pairs_at_risk(v) for v in (1, 4, 16, 100)]
    expect(
        SLUG,
        f"{pairs[0]:.0f} percent share a key with 1 point per server, {pairs[1]:.0f} percent with",
        f"with 4, {pairs[2]:.0f} percent with 16 and {pairs[3]:.0f} percent with 100",
    )
