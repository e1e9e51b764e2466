"""Knobs, and the switch that shows expressions, as a reader meets them."""

from __future__ import annotations

import re
import threading
from functools import partial
from http.server import ThreadingHTTPServer
from itertools import product

import pytest

from browser.conftest import REPOSITORY, QuietHandler, watch
from sphinx_computed.model import load
from sphinx_computed.values import split, with_own_ids

MODEL = """import math

BITS = 9.6
HASHES = 7


def rate():
    return (1 - math.exp(-HASHES / BITS)) ** HASHES


def line():
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 99 99">'
        f'<path id="p" d="M0 0h{HASHES}"/><text fill="var(--chart-ink)" y="20">{rate():.2%}</text>'
        '<use href="#p"/></svg>'
    )
"""
PAGE = """# Filter

{calc}`rate():.3%` with {calc}`BITS` bits, [{calc}`HASHES`](https://example.org) and {calc}`2 + 2`.

```{knob} HASHES
:label: Hash functions
:values: 1..5, 7
```

```{knob} BITS
:label: Bits per item
:unit: bits
:values: 4, 9.6
```

```{chart} line()
:alt: Line.

Line of {calc}`HASHES * BITS:.1f`, see [below](#more) and [there](other.md).
```

## More

More.
"""
FILES = {
    "index.md": PAGE.replace("1..5, 7", "1, 2, 3, 7"),
    "index.py": MODEL,
    "other.md": "---\norphan: true\n---\n\n# Other\n\nNothing.\n",
}
# What the site will be served with: no script but our files.
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"


class StrictHandler(QuietHandler):
    def end_headers(self):
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@pytest.fixture
def served(project):
    """The address of a small site with one page that has two knobs."""
    conf = {"html_theme": "basic", "html_sidebars": {"**": []}, "myst_heading_anchors": 2}
    site = project(FILES, extensions=["myst_parser", "sphinx_computed"], **conf)
    built = site.build()
    assert built.warnings == ""
    handler = partial(StrictHandler, directory=str(built.out))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visit(browser, served):
    """Open the page; fails at the end if the browser complained."""
    contexts, complaints = [], []

    def open_page(query="", *, before=lambda page: None, **options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        watch(page, served, complaints)
        before(page)
        page.goto(f"{served}/index.html{query}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def turn(page, label, position):
    """Move a knob to a position, from its lower end, with the keyboard alone."""
    page.get_by_label(label).focus()
    page.keyboard.press("Home")
    for _ in range(position):
        page.keyboard.press("ArrowRight")


def turned(source, values, folder):
    """The model with other numbers written into it, run on its own."""
    for name, value in values.items():
        written = re.compile(rf"(?mi)^({name}\b[^=\n]*= *)([^#\s]+)")
        (number,) = (match[2] for match in written.finditer(source))
        whole = number.replace("_", "").isdigit()
        source = written.sub(rf"\g<1>{value if whole else float(value)}", source)
    path = folder / "turned.py"
    path.write_text(source)
    return vars(load(path))


def differences(page, model):
    """Every number and chart of a page that is not what the model gives."""
    found = []
    for number in page.locator(".calc").all():
        expression, spec = split(number.get_attribute("title"))
        answer = format(eval(expression, dict(model)), spec)
        if number.text_content() != answer:
            found.append((expression, number.text_content(), answer))
    return found


CHARTS_DIFFER = """([chart, svg]) => {
  const copy = document.createElement("div");
  copy.innerHTML = svg;
  return chart.innerHTML !== copy.innerHTML;
}"""


def test_each_knob_turned_by_keyboard_gives_the_models_own_numbers(visit, tmp_path):
    page = visit()
    chart = page.locator(".calc-chart").element_handle()
    own = page.locator(".calc-chart path").get_attribute("id").removesuffix("p")
    for (h, hashes), (b, bits) in product(enumerate([1, 2, 3, 7]), enumerate([4, 9.6])):
        turn(page, "Hash functions", h)
        turn(page, "Bits per item", b)
        model = turned(MODEL, {"HASHES": hashes, "BITS": bits}, tmp_path)
        assert differences(page, model) == []
        svg = with_own_ids(model["line"](), own)
        assert not page.evaluate(CHARTS_DIFFER, [chart, svg])
        assert page.locator("output").all_text_contents() == [f"{hashes}", f"{bits} bits"]


def library_pages_with_knobs():
    """Page and model of each article with knobs."""
    found = [p for p in (REPOSITORY / "source").glob("*/*.md") if "{knob}" in p.read_text()]
    return [pytest.param(path, id=path.stem) for path in found]


@pytest.mark.parametrize("article", library_pages_with_knobs())
def test_each_knob_of_an_article_gives_its_models_own_numbers(article, open_page, tmp_path):
    page = open_page(f"{article.parent.name}/{article.stem}.html")
    source = article.with_name(article.stem.replace("-", "_") + ".py").read_text()
    knobs = page.evaluate("JSON.parse(document.querySelector('.knob-table').textContent).knobs")
    default = {name: texts[at] for name, texts, _, at in knobs}
    for (name, texts, _, at), control in zip(knobs, page.locator(".knob input").all(), strict=True):
        control.focus()
        page.keyboard.press("Home")
        for value in texts:
            values = {**default, name: value}
            assert differences(page, turned(source, values, tmp_path)) == [], values
            page.keyboard.press("ArrowRight")
        control.evaluate("(input, at) => { input.value = at }", at)
        control.dispatch_event("input")


def test_the_address_follows_and_brings_the_state_back(visit):
    page = visit("?from=mail#more")
    turn(page, "Hash functions", 2)
    turn(page, "Bits per item", 0)
    assert page.url.endswith("?from=mail&hashes=3&bits=4#more")
    numbers = page.locator(".calc").all_text_contents()
    page.reload()
    assert page.locator(".calc").all_text_contents() == numbers
    assert page.get_by_label("Hash functions").input_value() == "2"
    turn(page, "Hash functions", 3)
    turn(page, "Bits per item", 1)
    assert page.url.endswith("?from=mail#more")


def test_an_address_with_a_value_that_is_not_offered_shows_the_default(visit):
    page = visit("?hashes=6&bits=<b>&bits=4")
    assert page.locator(".calc").first.text_content() == "0.997%"
    assert page.locator(".knob-state").is_hidden()


def test_going_back_brings_the_state_back(visit):
    page = visit()
    turn(page, "Hash functions", 0)
    page.get_by_role("link", name="there").click()
    page.wait_for_url("**/other.html")
    page.go_back()
    assert page.get_by_label("Hash functions").input_value() == "0"
    assert page.locator(".calc").nth(2).text_content() == "1"


def test_going_back_within_the_page_brings_the_state_back(visit):
    page = visit()
    turn(page, "Hash functions", 0)
    page.get_by_role("link", name="below").click()
    turn(page, "Hash functions", 1)
    assert page.locator(".calc").nth(2).text_content() == "2"
    page.go_back()
    assert page.locator(".calc").nth(2).text_content() == "1"
    assert page.get_by_label("Hash functions").input_value() == "0"


def test_the_page_says_that_it_is_off_its_defaults_until_it_is_reset(visit):
    page = visit()
    state = page.locator(".knob-state")
    assert state.is_hidden()
    turn(page, "Hash functions", 0)
    assert state.is_visible()
    assert "Hash functions 1, Bits per item 9.6 bits" in state.inner_text()
    assert page.locator(".calc-moved").count() == 4
    reset = page.get_by_role("button", name="Back to the default")
    reset.focus()
    page.keyboard.press("Enter")
    assert state.is_hidden()
    assert page.locator(".calc").first.text_content() == "0.997%"
    assert page.locator(".calc-moved").count() == 0
    assert "?" not in page.url
    assert page.get_by_label("Hash functions").evaluate("e => e === document.activeElement")


def test_a_turn_is_announced(visit):
    page = visit()
    turn(page, "Hash functions", 0)
    voice = page.locator("[role=status][aria-live=polite]")
    assert voice.text_content() == (
        "Hash functions 1, Bits per item 9.6 bits: 4 results on this page are not the default."
    )
    assert page.get_by_label("Bits per item").get_attribute("aria-valuetext") == "9.6 bits"


def without_storage(page):
    # Sphinx's own script reads the storage unguarded; what matters here is ours.
    page.route("**/sphinx_highlight.js*", lambda route: route.fulfill(body=""))
    page.add_init_script("""
      for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
      history.replaceState = () => { throw new DOMException("no", "SecurityError"); };
    """)


def test_a_browser_that_keeps_nothing_turns_all_the_same(visit):
    page = visit(before=without_storage)
    turn(page, "Hash functions", 0)
    assert page.locator(".calc").nth(2).text_content() == "1"
    assert page.locator(".knob-state").is_visible()


@pytest.mark.parametrize("how", ["off", "missing"])
def test_without_the_script_the_default_stands(browser, served, how):
    context = browser.new_context(java_script_enabled=how != "off")
    page = context.new_page()
    page.route("**/computed.js*", lambda route: route.abort())
    page.goto(f"{served}/index.html?hashes=1")
    numbers = page.locator(".calc").all_text_contents()
    controls = page.locator("input, output, button:visible, .knob-state:visible, .knob label")
    visible = [control.is_visible() for control in controls.all()]
    model = page.locator("details.calc-source")
    model.locator("summary").click()
    assert model.locator("pre").is_visible()
    context.close()
    assert numbers == ["0.997%", "9.6", "7", "4", "67.2"]
    assert not any(visible)


def test_one_switch_shows_what_gave_each_number_and_leads_to_the_model(visit):
    page = visit()
    switch = page.get_by_role("button", name="Show how each number is computed")
    switch.focus()
    page.keyboard.press("Enter")
    assert switch.get_attribute("aria-pressed") == "true"
    shown = page.locator("a.calc-expression")
    written = ["rate():.3%", "BITS", "HASHES", "2 + 2", "HASHES * BITS:.1f"]
    assert shown.all_text_contents() == written
    assert page.locator("a a").count() == 0
    assert not page.locator("details.calc-source pre").is_visible()
    shown.first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.calc-source pre").is_visible()
    switch.focus()
    page.keyboard.press("Space")
    assert shown.count() == 0
    assert page.locator(".calc").all_text_contents() == ["0.997%", "9.6", "7", "4", "67.2"]


def test_a_number_that_is_tapped_shows_the_expressions_too(visit):
    page = visit()
    page.locator(".calc").first.click()
    assert page.locator("a.calc-expression").count() == 5
    page.locator(".calc").first.click()
    assert page.locator("a.calc-expression").count() == 0
