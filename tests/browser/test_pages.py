"""Every kind of page: private, light, and still while it loads."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, Route

from browser.conftest import REPOSITORY, TEMPLATES

Open = Callable[..., Page]
ARTICLES = [
    path.relative_to(REPOSITORY / "source").with_suffix(".html").as_posix()
    for path in sorted((REPOSITORY / "source").glob("*/*.md"))
    if path.stem != "index"
]
KNOB_TABLE = re.compile(r'<script type="application/json" class="knob-table">.*?</script>', re.S)
# Pages that have still to lose weight, and the weight that they may not pass till then.
HEAVIER = {"algorithms/qr-codes.html": 67_000}  # a model of 580 lines, and its symbol
SHIFTS = """
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) shifts.push(entry.value);
  }).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_asks_no_other_host_and_keeps_the_policy(open_page: Open, template: str) -> None:
    page = open_page(TEMPLATES[template])  # whose console and requests the fixture judges
    page.wait_for_load_state("networkidle")
    assert page.context.cookies() == []
    written = page.locator("script:not([src]):not([type*=json])")
    assert written.count() == 0, written.first.inner_html()


def test_the_policy_is_really_sent(open_page: Open) -> None:
    page = open_page(TEMPLATES["landing"])
    answer = page.evaluate(
        "fetch(location).then((reply) => reply.headers.get('content-security-policy'))"
    )
    assert answer.startswith("default-src 'self';")


@pytest.mark.parametrize("article", ARTICLES)
def test_an_article_is_light(open_page: Open, library: str, article: str) -> None:
    page = open_page(None)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(f"{library}/{article}", wait_until="networkidle")
    weights = {
        answer.url: weigh(answer) for answer in answers if not answer.url.startswith("data:")
    }
    fonts = [url for url in weights if url.endswith(".woff2")]
    total = sum(weight for url, weight in weights.items() if url not in fonts)
    assert total <= HEAVIER.get(article, 60_000), weights
    assert len(weights) <= 15, list(weights)


def weigh(answer: Response) -> int:
    """Bytes of an answer as a server sends it, compressed; a knob table has its own limit."""
    body = answer.body()
    if "html" in answer.headers.get("content-type", ""):
        body = KNOB_TABLE.sub("", body.decode()).encode()
    return len(gzip.compress(body, 6))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("late", [False, True], ids=["fonts at once", "fonts late"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_nothing_moves_while_a_page_loads(
    open_page: Open, library: str, template: str, late: bool, width: int
) -> None:
    page = open_page(None, viewport={"width": width, "height": 844})
    page.add_init_script(SHIFTS)
    held: list[Route] = []
    if late:
        page.route("**/*.woff2", lambda route: held.append(route))
    page.goto(f"{library}/{TEMPLATES[template]}", wait_until="domcontentloaded")
    page.wait_for_timeout(600)
    for route in held:
        route.continue_()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    assert held or not late
    assert page.evaluate("shifts.reduce((sum, shift) => sum + shift, 0)") < 0.02


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chosen_theme_is_there_at_the_first_paint(open_page: Open, scheme: str) -> None:
    other = {"light": "dark", "dark": "light"}[scheme]
    page = open_page(TEMPLATES["article"], color_scheme=other)
    page.evaluate(f"localStorage.setItem('theme', '{scheme}')")
    page.route("**/page.js*", lambda route: None)  # whatever comes later
    page.goto(page.url, wait_until="commit")
    page.locator("article h1").wait_for()
    assert page.evaluate("document.body.dataset.theme") == scheme


def test_without_storage_the_page_follows_the_system(open_page: Open, library: str) -> None:
    page = open_page(None, color_scheme="dark")
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page.goto(f"{library}/{TEMPLATES['topic']}")
    assert page.evaluate("document.body.dataset.theme") == "auto"


@pytest.mark.parametrize(
    "depth", ["/blom-filter", "/a/b/c/bloom-filters.html", "/algorithms/bloom_filter/"]
)
def test_the_404_page_guesses_the_article(open_page: Open, library: str, depth: str) -> None:
    page = missing(open_page, library, depth)
    first = page.locator("#guesses a").first
    first.wait_for()
    first.click()
    assert page.url == f"{library}/algorithms/bloom-filters.html"


def test_the_404_page_guesses_a_topic_and_nothing_for_nonsense(
    open_page: Open, library: str
) -> None:
    page = missing(open_page, library, "/storrage")
    page.locator("#guesses").wait_for()
    assert page.locator("#guesses a").first.text_content() == "Storage"
    page = missing(open_page, library, "/qqxxzz/%ff")
    page.wait_for_load_state("networkidle")
    assert page.locator("#guesses").is_hidden()


def test_the_404_page_leads_on_without_javascript(open_page: Open, library: str) -> None:
    page = missing(open_page, library, "/deep/down/bloom", java_script_enabled=False)
    assert page.locator("#guesses").is_hidden()
    page.locator("article").get_by_role("searchbox").fill("filter")
    page.locator("article").get_by_role("button", name="Search").click()
    assert page.url.startswith(f"{library}/search.html?q=filter")
    page = missing(open_page, library, "/deep/down/bloom", java_script_enabled=False)
    page.get_by_role("link", name="all articles", exact=True).click()
    assert page.url == f"{library}/articles.html"


def missing(open_page: Open, library: str, path: str, **options: object) -> Page:
    """Open an address that leads nowhere, as a host answers it, but for the status."""
    page = open_page("404.html", **options)
    body = page.request.get(f"{library}/404.html").text()
    page.route(f"{library}{path}", lambda route: route.fulfill(body=body, content_type="text/html"))
    page.goto(f"{library}{path}")
    return page


def test_the_site_has_a_mark(open_page: Open) -> None:
    page = open_page(TEMPLATES["article"])
    icon = page.locator("link[rel~=icon]").evaluate("link => link.href")
    answer = page.request.get(icon)
    assert answer.ok
    assert answer.headers["content-type"] == "image/svg+xml"
    assert page.locator(".sidebar-brand svg").is_visible()


def test_on_paper_stand_the_article_and_its_sources(open_page: Open) -> None:
    page = open_page(TEMPLATES["article"])
    page.emulate_media(media="print")
    for part in (".sidebar-drawer", ".toc-drawer", "footer", ".knob input", ".theme-toggle"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator("#sources li").first.is_visible()
    assert page.locator("article h1").is_visible()


def test_the_landing_page_lists_newest_and_shortest(open_page: Open, library: str) -> None:
    page = open_page(TEMPLATES["landing"])
    listed = json.loads(page.request.get(f"{library}/articles.json").text())["articles"]
    shown = page.locator("#the-newest-articles .reading-index li a").all_text_contents()
    dates = {article["title"]: article["updated"] for article in listed}
    assert len(shown) == 3
    assert [dates[title] for title in shown] == sorted(dates.values(), reverse=True)[:3]
    heights = page.locator(".sd-card").evaluate_all("cards => cards.map(card => card.offsetHeight)")
    assert len(heights) == 12
    assert len(set(heights)) == 1
