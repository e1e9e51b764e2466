"""What a reader gets on top of the theme: previews, progress, marks, wide boxes."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import QuietHandler, watch
from conftest import Site

POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
PARAGRAPH = f"{'Words that somebody may want to read in peace. ' * 12}\n\n"
LONG = "".join(f"## Part {part}\n\n{PARAGRAPH * 4}" for part in range(1, 7))
FIRST = f"""---
number: 1
description: What comes first.
prerequisites: [second]
related: [second]
---

# The first

Noted.[^n] Cited {{cite}}`x`. Linked to [the second](second.md) and [below](#part-2).

{LONG}

[^n]: A note with $x$, `code` and [a link](second.md).
"""
SECOND = f"""---
number: 2
description: What comes second.
---

# The second

Short.

| Head | Head |
| --- | --- |
| {"wide" * 60} | cell |

| Head | Head |
| --- | --- |
| narrow | cell |

```python
{"long_" * 60}
```
"""
FILES: dict[str, str | bytes] = {
    "conf.py": "extensions = ['myst_parser', 'sphinx_reading', 'sphinx_section_nav', 'reader']\n"
    "reading_article_key = 'number'\nmyst_heading_anchors = 3\nhtml_theme = 'furo'\n"
    "html_math_renderer = 'mathml'\nmyst_enable_extensions = ['dollarmath']\n",
    "index.md": "# Home\n\n```{toctree}\ntopic/index\nkept\n```\n\n```{reading-index}\n```\n",
    "kept.md": "# Kept\n\n```{container} reader-forget\nNo script.\n```\n",
    "topic/index.md": "# Topic\n\n```{toctree}\nFirst <first>\nSecond <second>\n```\n",
    "topic/first.md": FIRST,
    "topic/second.md": SECOND,
    "topic/references.bib": "@misc{x, author = {Ada Lovelace}, title = {Notes}, year = {1843},"
    " url = {https://example.org/notes}}\n",
}


class StrictHandler(QuietHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a small site of two articles."""
    site = Site(tmp_path_factory.mktemp("reader"))
    site.source.mkdir()
    site.write(FILES)
    built = site.build()
    assert built.warnings == ""
    handler = partial(StrictHandler, directory=str(built.out))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


Visit = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Visit]:
    """Open pages of it in one browser that keeps what it is told; fails if it complains."""
    contexts, complaints = [], []

    def open_page(path: str = "topic/first.html", **options: object) -> Page:
        if options or not contexts:
            contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        watch(page, served, complaints)
        page.goto(f"{served}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    theirs = "inline script"  # of the theme's own template
    assert not [text for text in complaints if theirs not in text], "\n".join(complaints)


# -- Previews ------------------------------------------------------------------------------
PREVIEWS = {
    "note": (".footnote-reference", r"A note with .+, code and a link\.$"),
    "source": (".citation a", "Ada Lovelace. Notes. 1843. example.org/notes$"),
    "article": ("section > p a[href='second.html']", "The second What comes second. 1 min$"),
}


def shown(page: Page) -> str:
    box = page.locator(".reader-preview")
    expect(box).to_be_visible()
    return " ".join(box.inner_text().split())


@pytest.mark.parametrize("kind", PREVIEWS)
def test_pointing_at_a_link_shows_what_it_leads_to(visit: Visit, kind: str) -> None:
    page = visit()
    link, text = PREVIEWS[kind]
    page.locator(link).last.hover()
    assert page.locator(".reader-preview").is_hidden()  # passing over it shows nothing
    assert re.match(text, shown(page))
    assert page.locator(".reader-preview").get_attribute("role") == "tooltip"
    assert page.locator(".reader-preview a").count() == 0
    page.locator(".reader-preview").hover()  # it stays while one points at it
    page.wait_for_timeout(500)
    assert re.match(text, shown(page))
    page.mouse.move(5, 5)
    expect(page.locator(".reader-preview")).to_be_hidden()


@pytest.mark.parametrize("kind", PREVIEWS)
def test_the_keyboard_shows_it_too_and_escape_closes_it(visit: Visit, kind: str) -> None:
    page = visit()
    link, text = page.locator(PREVIEWS[kind][0]).last, PREVIEWS[kind][1]
    page.keyboard.press("Tab")  # from now on focus is the keyboard's
    link.focus()
    assert re.match(text, shown(page))
    described = str(link.get_attribute("aria-describedby"))
    assert page.locator(f"#{described}").is_visible()
    page.keyboard.press("Escape")
    assert page.locator(".reader-preview").is_hidden()
    assert link.get_attribute("aria-describedby") is None
    assert link.evaluate("link => link === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#|second"))


@pytest.mark.parametrize("kind", PREVIEWS)
def test_a_first_tap_shows_it_and_the_link_in_it_follows(visit: Visit, kind: str) -> None:
    page = visit(has_touch=True, viewport={"width": 390, "height": 800})
    before = page.url
    link = page.locator(PREVIEWS[kind][0]).last
    address = link.evaluate("link => link.href")
    link.tap()
    assert shown(page).endswith("Go there")
    assert page.url == before
    assert page.locator(".reader-preview").get_attribute("role") == "dialog"
    page.locator("h1").tap()
    assert page.locator(".reader-preview").is_hidden()
    link.tap()
    page.keyboard.press("Escape")
    assert page.locator(".reader-preview").is_hidden()
    assert link.evaluate("link => link === document.activeElement")
    link.tap()
    page.locator(".reader-preview a").tap()
    page.wait_for_url(address)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("kind", PREVIEWS)
def test_a_preview_stays_on_the_screen_and_off_its_link(
    visit: Visit, kind: str, width: int
) -> None:
    page = visit(viewport={"width": width, "height": 500})
    link = page.locator(PREVIEWS[kind][0]).last
    page.locator("h1").evaluate("title => { title.style.marginTop = '900px' }")
    page.keyboard.press("Tab")
    link.focus()
    for place in ("start", "end"):
        link.evaluate("(link, block) => link.scrollIntoView({ block, behavior: 'instant' })", place)
        page.wait_for_timeout(100)
        if page.locator(".reader-preview").is_hidden():
            continue  # the header covers the link
        box, own = page.locator(".reader-preview").bounding_box(), link.bounding_box()
        assert box
        assert own
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 500
        assert page.locator(".reader-preview").evaluate(
            "box => box.scrollHeight <= box.offsetHeight"
        )
        assert box["y"] >= own["y"] + own["height"] or box["y"] + box["height"] <= own["y"]


def test_what_to_read_first_has_a_preview_and_related_articles_need_none(visit: Visit) -> None:
    page = visit()
    page.keyboard.press("Tab")
    page.locator(".reader-first a").focus()
    assert shown(page).startswith("The second")
    closed = page.locator(".reader-preview[hidden]")
    page.locator(".reader-related a").focus()
    expect(closed).to_have_count(1)
    page.locator("a[href='#part-2']").first.focus()
    expect(closed).to_have_count(1)


# -- Progress, resume, marks -----------------------------------------------------------------
def left(page: Page) -> str:
    page.wait_for_timeout(100)
    return page.locator(".reader-left").inner_text()


def scroll_to(page: Page, selector: str, block: str = "start") -> None:
    page.locator(selector).first.evaluate(
        "(element, block) => element.scrollIntoView({ block, behavior: 'instant' })", block
    )
    page.wait_for_timeout(100)


def bar(page: Page) -> float:
    bar = page.locator(".reader-bar")
    scale = bar.evaluate("bar => new DOMMatrix(getComputedStyle(bar).transform).a")
    return float(scale)


def test_minutes_left_follow_the_words_that_are_left(visit: Visit) -> None:
    page = visit()
    assert left(page) == ""
    assert bar(page) == 0
    assert page.locator(".reading-byline").inner_text().startswith("13 min")
    scroll_to(page, "#part-4")  # half of the words
    assert left(page) == "5 min left"  # the screen holds the next two minutes
    assert 0.5 < bar(page) < 0.65
    page.locator("#part-2").evaluate("part => { part.style.paddingBottom = '9000px' }")
    scroll_to(page, "#part-4")
    assert 0.5 < bar(page) < 0.65  # white space is not read
    scroll_to(page, ".reader-related")
    assert left(page) == ""
    assert bar(page) == 1


def test_an_article_left_in_the_middle_offers_to_continue(visit: Visit) -> None:
    page = visit()
    page.wait_for_timeout(1100)
    scroll_to(page, "#part-2")
    scroll_to(page, "#part-3")
    page.wait_for_timeout(600)
    assert json.loads(page.evaluate("localStorage.reader"))["topic/first"]["at"] == "part-3"
    page.close()
    page = visit()
    offer = page.locator(".reader-resume")
    assert re.match("Continue at “Part 3” \\(\\d min left\\)", offer.inner_text())
    offer.get_by_role("link").click()
    expect(page.locator("#part-3 h2")).to_be_in_viewport()
    expect(offer).to_have_count(0)
    page.close()
    assert visit("topic/first.html#the-first").locator(".reader-resume").count() == 0
    page = visit()
    page.get_by_role("button", name="Close").click()
    assert page.locator(".reader-resume").count() == 0


def read_through(page: Page) -> None:
    for part in range(1, 7):
        scroll_to(page, f"#part-{part}", "start")
        page.wait_for_timeout(500)
        for paragraph in range(1, 5):
            scroll_to(page, f"#part-{part} p:nth-of-type({paragraph})", "center")
            page.wait_for_timeout(450)
    scroll_to(page, ".reader-related", "end")
    page.wait_for_timeout(600)


def marked(page: Page) -> set[str]:
    marks = page.get_by_role("img", name="read")
    path = "mark => mark.parentElement.querySelector('a').pathname"
    return {mark.evaluate(path) for mark in marks.all()}


def test_an_article_that_was_read_is_marked_in_lists(visit: Visit) -> None:
    page = visit()
    read_through(page)
    for listed, times in (("index.html", 2), ("topic/index.html", 1)):
        page = visit(listed)
        assert marked(page) == {"/topic/first.html"}, listed
        assert page.get_by_role("img", name="read").count() == times  # not at its parts
    assert visit().locator(".reader-resume").count() == 0


def test_jumping_to_the_end_does_not_count_as_reading(visit: Visit) -> None:
    page = visit()
    scroll_to(page, ".reader-related", "end")
    page.wait_for_timeout(600)
    assert marked(visit("index.html")) == set()


def test_all_that_is_kept_can_be_forgotten(visit: Visit) -> None:
    page = visit("kept.html")
    page.evaluate("localStorage.theme = 'dark'; localStorage.other = 'kept'")
    page.evaluate("localStorage.reader = JSON.stringify({ 'topic/first': { read: true } })")
    assert marked(visit("index.html")) == {"/topic/first.html"}
    page.get_by_role("button", name="Forget").click()
    expect(page.locator("output")).to_have_text("Nothing is kept any more.")
    assert page.evaluate("Object.keys(localStorage)") == ["other"]
    assert marked(visit("index.html")) == set()


@pytest.mark.parametrize(
    "kept", ["{", "null", "7", '{"topic/first": null}', '{"topic/first": {"at": 5}}']
)
def test_what_another_version_kept_does_no_harm(visit: Visit, kept: str) -> None:
    page = visit("kept.html")
    page.evaluate("kept => { localStorage.reader = kept }", kept)
    page = visit()
    assert page.locator(".reader-resume").count() == 0
    scroll_to(page, "#part-3")
    page.wait_for_timeout(600)
    assert json.loads(page.evaluate("localStorage.reader"))["topic/first"]["at"] == "part-3"


def test_where_storage_is_blocked_all_else_works(visit: Visit) -> None:
    page = visit("kept.html")
    page.route("**/furo.js*", lambda route: route.fulfill(body=""))  # reads it unguarded
    page.route("**/sphinx_highlight.js*", lambda route: route.fulfill(body=""))
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    page.goto(page.url.replace("kept.html", "topic/first.html"))
    scroll_to(page, "#part-3")
    page.wait_for_timeout(600)
    assert "min left" in left(page)
    assert page.locator(".reader-resume").count() == 0
    page.goto(page.url.replace("topic/first.html", "kept.html"))
    page.get_by_role("button", name="Forget").click()
    expect(page.locator("output")).to_have_text("This browser keeps nothing.")


# -- Wide boxes, print, no script --------------------------------------------------------------
def test_only_boxes_that_are_too_wide_are_stops_of_the_keyboard(visit: Visit) -> None:
    page = visit("topic/second.html")
    regions = page.locator("article [role=region]")
    assert {str(box.get_attribute("aria-label")) for box in regions.all()} == {
        "Table 1, scrolls sideways",
        "Code 1, scrolls sideways",
    }
    box = page.get_by_role("region", name="Table 1")
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(400)
    assert box.evaluate("box => box.scrollLeft") > 0
    page.set_viewport_size({"width": 390, "height": 800})
    assert regions.count() == 2


def test_nothing_of_it_is_printed(visit: Visit) -> None:
    page = visit()
    scroll_to(page, "#part-3")
    page.emulate_media(media="print")
    for name in ("bar", "left", "preview", "related"):
        assert page.locator(f".reader-{name}").is_hidden(), name
    assert page.locator(".reader-lead").is_visible()


def test_without_javascript_the_page_is_whole(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    assert page.locator(".reader-lead, .reader-first, .reader-related").count() == 3
    assert page.locator(".reader-preview, .reader-bar, .reader-left, .reader-resume").count() == 0


def test_nothing_moves_when_the_script_comes(visit: Visit) -> None:
    height = "document.querySelector('article').getBoundingClientRect().height"
    before = visit("topic/index.html").evaluate(height)
    page = visit("kept.html")
    page.evaluate(
        "localStorage.reader = JSON.stringify({ 'topic/first':"
        " { at: 'part-3', share: 0.4, seen: '' }, 'topic/second': { read: true } })"
    )
    measure = (
        "new Promise((done) => { let sum = 0; new PerformanceObserver((list) => {"
        " for (const shift of list.getEntries()) sum += shift.value; })"
        ".observe({ type: 'layout-shift', buffered: true }); setTimeout(() => done(sum), 700); })"
    )
    for path in ("topic/first.html", "topic/second.html", "topic/index.html"):
        assert visit(path).evaluate(measure) < 0.001, path
    assert visit("topic/index.html").evaluate(height) == before


# -- The library -------------------------------------------------------------------------------
def test_each_citation_of_an_article_shows_its_source(open_page: Callable[..., Page]) -> None:
    page = open_page("algorithms/bloom-filters.html")
    page.keyboard.press("Tab")
    for link in page.locator(".citation a").all()[:5]:
        link.focus()
        target = page.locator(str(link.get_attribute("href")).replace("#", "[id='") + "']")
        assert shown(page) == " ".join(target.inner_text().split())


ON_TOP = """one => {
  const { left, top, width, height } = one.getBoundingClientRect();
  const corners = [[2, 2], [width - 3, 2], [2, height - 3], [width - 3, height - 3]];
  return corners.every(([x, y]) => one.contains(document.elementFromPoint(left + x, top + y)));
}"""


@pytest.mark.parametrize("width", [390, 900, 1280, 1600])
def test_nothing_of_the_theme_covers_them(open_page: Callable[..., Page], width: int) -> None:
    page = open_page("algorithms/bloom-filters.html", viewport={"width": width, "height": 800})
    page.keyboard.press("Tab")
    page.locator(".citation a").nth(4).focus()
    shown(page)
    page.wait_for_timeout(1200)  # the page scrolls smoothly
    assert page.locator(".reader-preview").evaluate(ON_TOP)
    assert page.locator(".reader-left").inner_text().endswith("min left")
    assert page.locator(".reader-left").evaluate(ON_TOP)


def test_the_first_screen_shows_the_opening_and_the_text_alone(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("algorithms/bloom-filters.html", viewport={"width": 390, "height": 844})
    blocks = page.locator("article h1, article p").evaluate_all(
        "all => all.filter((one) => { const { top } = one.getBoundingClientRect();"
        " return one.textContent && top < innerHeight && getComputedStyle(one).display !== 'none'; })"
        ".map((one) => one.className || one.localName)"
    )
    assert blocks[:3] == ["h1", "reading-byline", "reader-lead"]
    assert set(blocks[3:]) <= {"p", "reader-first"}
