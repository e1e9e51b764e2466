"""The index in a browser: filter, sort, address, back button, keyboard, no script, print."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from browser.conftest import QuietHandler, watch
from conftest import Site

CSP = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


def article(number: int, title: str, words: int, *, updated: str = "", about: str = "") -> str:
    """An article that is read at ten words a minute."""
    keys = f"number: {number}\n"
    keys += f"updated: {updated}\n" if updated else ""
    keys += f"description: {about}\n" if about else ""
    return f"---\n{keys}---\n# {title}\n\n{'word ' * words}\n"


def index(title: str, *options: str) -> str:
    return f"# {title}\n\n```{{reading-index}}\n" + "".join(f"{o}\n" for o in options) + "```\n"


RAID = "Zebra stripes survive a disk"
DNS = "Ärger with naïve caches"
LSM = "Why an LSM tree doesn't seek"
TCP = "Nagle meets delayed ACK"
TIDES = "Two tides a day"
FILES: dict[str, str | bytes] = {
    "conf.py": "extensions = ['myst_parser', 'sphinx_reading']\n"
    "reading_article_key = 'number'\nreading_words_per_minute = 10\n",
    "index.md": "# Home\n\n```{toctree}\nnetworking/index\nstorage/index\nnature/index\narticles\n"
    "table\ntables\ncards\ntwo\nnewest\nlimited\n```\n",
    "networking/index.md": "# Networking\n\n```{toctree}\ndns\ntcp\n```\n",
    "storage/index.md": "# Storage\n\n```{toctree}\nraid\nlsm\n```\n",
    "nature/index.md": "# Nature\n\n```{toctree}\ntides\n```\n",
    "storage/raid.md": article(1, RAID, 40, updated="2026-01-05", about="Parity over five drives."),
    "networking/dns.md": article(2, DNS, 100, updated="2026-03-01"),
    "storage/lsm.md": article(3, LSM, 120, updated="2026-02-01"),
    "networking/tcp.md": article(4, TCP, 95, updated="2026-05-01"),
    "nature/tides.md": article(5, TIDES, 950),
    "articles.md": index("Articles", ":group: topic"),
    "table.md": index("Table", ":style: table"),
    "tables.md": index("Tables", ":style: table", ":group: topic"),
    "cards.md": index("Cards", ":style: cards", ":group: topic"),
    "newest.md": index("Newest", ":sort: updated", ":order: descending"),
    "limited.md": index("Limited", ":limit: 3"),
    "two.md": index("Two", ":limit: 2")
    + index("Second", ":group: topic")
    + index("Third", ":style: table"),
}


class PolicyHandler(QuietHandler):
    """Sends the policy under which the site will stand; Furo's own inline scripts break it."""

    def end_headers(self) -> None:
        if self.path.startswith("/alabaster/"):
            self.send_header("Content-Security-Policy", CSP)
        super().end_headers()


@pytest.fixture(scope="module")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the same small library in two themes, ``/furo`` and ``/alabaster``."""
    site = Site(tmp_path_factory.mktemp("index"))
    site.write(FILES)
    bare = {"html_sidebars": {"**": []}}  # without an inline script of the theme
    assert not site.build(out="furo", html_theme="furo").warnings
    assert not site.build(out="alabaster", html_theme="alabaster", **bare).warnings
    handler = partial(PolicyHandler, directory=str(site.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def opened(browser: Browser, small_site: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the small library; the test fails if the browser complains."""
    complaints: list[str] = []
    contexts = []

    def open_one(path: str, theme: str = "furo", **options: object) -> Page:
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        watch(page, small_site, complaints)
        page.goto(f"{small_site}/{theme}/{path}")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def shown(page: Page) -> list[str]:
    """Titles of the entries that a reader sees, in their order."""
    return page.locator(".reading-index :is(li, tbody tr) a:visible").all_text_contents()


def headings(page: Page) -> list[str]:
    return page.locator(".reading-index h2:visible").all_text_contents()


def says(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("status")).to_have_text(text)


def query(page: Page) -> str:
    return page.evaluate("location.search")


def text_field(page: Page) -> Locator:
    return page.get_by_label("Filter", exact=True)


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("stripes", [RAID]),
        ("STRIPES disk", [RAID]),  # all words, in any case
        ("disk stripes", [RAID]),  # and any order
        ("stripes tides", []),
        ("arger naive", [DNS]),  # without accents
        ("drives", [RAID]),  # in the description
        ("storage", [RAID, LSM]),  # in the topic
        ("doesn't", [LSM]),  # its apostrophe is a typographic one
    ],
)
def test_typing_leaves_the_entries_that_hold_every_word(
    opened: Callable[..., Page], typed: str, titles: list[str]
) -> None:
    page = opened("articles.html")
    text_field(page).fill(typed)
    says(page, re.compile(f"^{len(titles)} of 5 articles"))
    assert [title.replace("’", "'") for title in shown(page)] == titles


def test_what_fits_in_ten_minutes(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    says(page, "5 of 5 articles, 2 h 11 min")
    page.get_by_label("Length").select_option("up to 10 min")
    says(page, "3 of 5 articles, 24 min")
    assert shown(page) == [DNS, TCP, RAID]
    assert query(page) == "?max=10"


def test_a_topic_leaves_one_group_and_its_heading(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    topics = page.get_by_label("Topic").locator("option").all_text_contents()
    assert topics == ["all topics", "Networking", "Storage", "Nature"]  # as on the page
    page.get_by_label("Topic").select_option("Storage")
    says(page, "2 of 5 articles, 16 min")
    assert headings(page) == ["Storage"]
    assert len(shown(page)) == 2


def test_the_sum_of_a_group_counts_what_is_shown(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    sums = page.locator(".reading-index .reading-sum:visible")
    built = sums.all_text_contents()
    assert built[0] == "2 articles · 20 min · 195 words"
    page.get_by_label("Length").select_option("up to 5 min")
    assert sums.all_text_contents() == ["1 of 2 articles, 4 min"]
    page.get_by_role("button", name="Reset").click()
    expect(sums).to_have_count(3)
    assert sums.all_text_contents() == built


def test_when_nothing_fits_the_status_says_so(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    text_field(page).fill("no such thing")
    says(page, "0 of 5 articles")
    assert (shown(page), headings(page)) == ([], [])


@pytest.mark.parametrize(
    ("choice", "titles"),
    [
        ("title", [DNS, TCP, TIDES, LSM, RAID]),
        ("shortest", [RAID, TCP, DNS, LSM, TIDES]),
        ("longest", [TIDES, LSM, DNS, TCP, RAID]),
        ("most words", [TIDES, LSM, DNS, TCP, RAID]),
        ("newest", [TCP, DNS, LSM, RAID, TIDES]),
    ],
)
def test_sorting_makes_one_list_and_the_library_order_brings_the_groups_back(
    opened: Callable[..., Page], choice: str, titles: list[str]
) -> None:
    page = opened("articles.html")
    built = (headings(page), shown(page))
    page.get_by_label("Sort by").select_option(choice)
    assert [title.replace("’", "'") for title in shown(page)] == titles
    assert headings(page) == []
    assert page.locator(".reading-index ul:visible").count() == 1
    page.get_by_label("Sort by").select_option("library order")
    assert (headings(page), shown(page)) == built
    assert query(page) == ""


def test_cards_of_a_group_that_is_empty_take_no_room(opened: Callable[..., Page]) -> None:
    page = opened("cards.html?topic=Nature")
    assert headings(page) == ["Nature"]
    display = "lists => lists.map(list => getComputedStyle(list).display)"
    assert page.locator(".reading-cards").evaluate_all(display) == ["none", "none", "grid"]


def test_an_index_built_in_another_order_begins_with_that(opened: Callable[..., Page]) -> None:
    page = opened("newest.html")
    assert page.get_by_label("Sort by").locator("option").first.text_content() == "newest"
    assert shown(page)[0] == TCP
    page.get_by_label("Sort by").select_option("library order")
    assert shown(page)[0] == RAID
    assert query(page) == "?sort=number"


def test_a_shared_address_brings_everything_back(opened: Callable[..., Page]) -> None:
    page = opened("articles.html?lang=x#articles")
    text_field(page).fill("a")
    page.get_by_label("Topic").select_option("Networking")
    page.get_by_label("Length").select_option("up to 15 min")
    page.get_by_label("Sort by").select_option("shortest")
    assert page.url.endswith("?lang=x&q=a&topic=Networking&max=15&sort=minutes#articles")
    page.reload()
    assert shown(page) == [TCP, DNS]
    assert text_field(page).input_value() == "a"
    assert page.get_by_label("Topic").input_value() == "Networking"
    assert page.get_by_label("Length").input_value() == "15"
    assert page.get_by_label("Sort by").input_value() == "minutes"
    says(page, "2 of 5 articles, 20 min")


def test_unknown_values_in_the_address_are_ignored(opened: Callable[..., Page]) -> None:
    page = opened("articles.html?topic=Alchemy&max=7&sort=luck&other=1")
    says(page, "5 of 5 articles, 2 h 11 min")
    assert headings(page) == ["Networking", "Storage", "Nature"]
    assert page.get_by_label("Sort by").input_value() == "number"


def test_the_back_button_takes_back_one_change_at_a_time(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    text_field(page).press_sequentially("disk", delay=20)
    text_field(page).press("Tab")  # the word is complete
    page.get_by_label("Topic").select_option("Storage")
    page.get_by_label("Sort by").select_option("longest")
    page.go_back()
    assert query(page) == "?q=disk&topic=Storage"
    expect(page.get_by_label("Sort by")).to_have_value("number")
    assert headings(page) == ["Storage"]
    page.go_back()
    assert query(page) == "?q=disk"  # the whole word is one change
    expect(page.get_by_label("Topic")).to_have_value("")
    page.go_back()
    assert query(page) == ""
    expect(text_field(page)).to_have_value("")
    says(page, "5 of 5 articles, 2 h 11 min")
    page.go_forward()
    assert shown(page) == [RAID]


def test_a_pause_in_typing_writes_the_address(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    text_field(page).press_sequentially("ti", delay=20)
    assert query(page) == ""
    page.wait_for_url("**/articles.html?q=ti")
    text_field(page).press_sequentially("des", delay=20)
    page.wait_for_url("**/articles.html?q=tides")
    page.go_back()
    expect(text_field(page)).to_have_value("ti")
    expect(text_field(page)).to_be_focused()


def test_everything_can_be_done_with_the_keyboard(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    text_field(page).focus()
    page.keyboard.type("a")
    page.keyboard.press("Enter")
    assert query(page) == "?q=a"  # the page was not left
    page.keyboard.press("Tab")
    expect(page.get_by_label("Topic")).to_be_focused()
    page.keyboard.type("Stor")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("long")
    expect(page.get_by_label("Sort by")).to_have_value("-minutes")
    expect(page.get_by_label("Sort by")).to_be_focused()
    assert query(page) == "?q=a&topic=Storage&max=10&sort=-minutes"
    assert shown(page) == [RAID]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reset")).to_be_focused()
    says(page, "5 of 5 articles, 2 h 11 min")
    assert query(page) == ""
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Networking").last).to_be_focused()


def test_the_form_is_named_and_its_status_is_polite(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    form = page.get_by_role("search", name="Filter and sort articles")
    assert form.get_by_role("searchbox").count() == 1
    assert form.get_by_role("combobox").count() == 3
    assert form.locator("output").count() == 1  # an output is a polite live region by itself
    assert page.get_by_role("status").get_attribute("aria-live") in {None, "polite"}


def test_a_link_keeps_the_focus_when_its_entry_moves(opened: Callable[..., Page]) -> None:
    page = opened("articles.html")
    page.get_by_label("Sort by").select_option("title")
    page.locator(".reading-index").get_by_role("link", name=RAID).focus()
    page.go_back()
    expect(page.get_by_label("Sort by")).to_have_value("number")
    expect(page.locator(".reading-index").get_by_role("link", name=RAID)).to_be_focused()


def test_the_heads_of_a_table_sort_it(opened: Callable[..., Page]) -> None:
    page = opened("table.html")
    head = page.get_by_role("columnheader", name="Minutes")
    first = page.get_by_role("columnheader", name="No.")
    expect(first).to_have_attribute("aria-sort", "ascending")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert first.get_attribute("aria-sort") is None
    assert (shown(page)[0], query(page)) == (RAID, "?sort=minutes")
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert (shown(page)[0], query(page)) == (TIDES, "?sort=-minutes")
    expect(head.get_by_role("button")).to_be_focused()
    page.get_by_label("Sort by").select_option("title")
    expect(page.get_by_role("columnheader", name="Title")).to_have_attribute(
        "aria-sort", "ascending"
    )


@pytest.mark.parametrize("head", ["No.", "Title", "Minutes", "Words", "Updated"])
def test_every_head_of_a_table_sorts_both_ways(opened: Callable[..., Page], head: str) -> None:
    page = opened("table.html")
    button = page.get_by_role("columnheader", name=head).get_by_role("button")
    orders = []
    for _ in range(2):
        button.click()
        orders.append([title for title in shown(page) if title != TIDES])  # it has no date
    assert orders[0] == orders[1][::-1]


def test_an_entry_without_a_date_is_last_both_ways(opened: Callable[..., Page]) -> None:
    page = opened("table.html")
    for choice, first in (("oldest", RAID), ("newest", TCP)):
        page.get_by_label("Sort by").select_option(choice)
        assert (shown(page)[0], shown(page)[-1]) == (first, TIDES)


def test_a_head_of_a_table_that_dissolves_hands_its_focus_on(opened: Callable[..., Page]) -> None:
    page = opened("tables.html")
    page.get_by_role("button", name="Words").nth(2).click()
    assert len(shown(page)) == 5
    assert page.locator("table:visible").count() == 1
    expect(page.get_by_role("button", name="Words")).to_be_focused()
    page.keyboard.press("Enter")
    assert query(page) == "?sort=-words"
    page.get_by_role("button", name="Reset").click()
    expect(page.locator("table:visible")).to_have_count(3)


def test_only_the_first_interactive_index_of_a_page_takes_part(
    opened: Callable[..., Page],
) -> None:
    page = opened("two.html")
    assert page.locator("form[role=search] output").count() == 1
    before = page.locator(".reading-index").nth(2).inner_text()
    page.get_by_label("Length").select_option("up to 5 min")
    assert page.locator(".reading-index").nth(0).locator("li:visible").count() == 2
    assert page.locator(".reading-index").nth(1).locator("li:visible").count() == 1
    assert page.locator(".reading-index").nth(2).inner_text() == before


def test_a_limited_index_has_no_form(opened: Callable[..., Page]) -> None:
    page = opened("limited.html")
    assert page.get_by_role("status").count() == 0
    assert len(shown(page)) == 3


@pytest.mark.parametrize("path", ["articles.html", "table.html", "cards.html"])
def test_without_a_script_the_index_is_whole_and_has_no_controls(
    opened: Callable[..., Page], path: str
) -> None:
    page = opened(f"{path}?q=tides&sort=title", java_script_enabled=False)
    assert len(shown(page)) == 5
    view = page.locator(".reading-index")
    assert view.locator(":is(form, input, select, button):visible").count() == 0


def test_print_shows_what_the_screen_shows_without_the_form(opened: Callable[..., Page]) -> None:
    page = opened("articles.html?topic=Storage")
    page.emulate_media(media="print")
    assert page.locator(".reading-index form").is_hidden()
    assert len(shown(page)) == 2
    assert headings(page) == ["Storage"]


def test_it_works_in_another_theme_under_a_strict_policy(opened: Callable[..., Page]) -> None:
    page = opened("articles.html", theme="alabaster")
    page.get_by_label("Topic").select_option("Nature")
    says(page, "1 of 5 articles, 1 h 35 min")
    assert shown(page) == [TIDES]


@pytest.mark.parametrize("path", ["articles.html", "table.html", "cards.html"])
@pytest.mark.parametrize("theme", ["furo", "alabaster"])
def test_on_a_phone_nothing_is_cut_off(opened: Callable[..., Page], path: str, theme: str) -> None:
    page = opened(path, theme=theme, viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_master_index_of_the_library_is_whole_and_sorts(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("articles.html")
    articles = shown(page)
    says(page, re.compile(f"^{len(articles)} of {len(articles)} articles, "))
    page.get_by_label("Sort by").select_option("longest")
    entries = page.locator(".reading-index li")
    minutes = [int(entry.get_attribute("data-minutes") or 0) for entry in entries.all()]
    assert minutes == sorted(minutes, reverse=True)
    assert sorted(shown(page)) == sorted(articles)
