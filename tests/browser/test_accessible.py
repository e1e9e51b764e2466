"""Every kind of page for everybody: axe-core, keyboard, zoom, forced colours, less motion."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import TEMPLATES
from browser.test_pages import ARTICLES

Open = Callable[..., Page]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIND = """async (rules) => (await axe.run(document, { runOnly: rules })).violations.flatMap(
    ({ id, nodes }) => nodes.map(({ target, html }) => `${id}: ${target} ${html.slice(0, 150)}`))"""
SEEN = """[element, element.closest(".sd-card")].filter(Boolean).some((part) => {
    const { outlineStyle, outlineWidth, opacity } = getComputedStyle(part);
    const { width, top, bottom } = part.getBoundingClientRect();
    const shown = opacity === "1" && width > 0 && bottom > 0 && top < innerHeight;
    return shown && outlineStyle !== "none" && parseFloat(outlineWidth) >= 1; })"""
DESKTOP = {"width": 1280, "height": 844}
PHONE = {"width": 390, "height": 844}
# Templates always; every other article where CHECK_ALL is set, as "make check-all" does.
PAGES = [*TEMPLATES.values()]
if "CHECK_ALL" in os.environ:
    PAGES += [article for article in ARTICLES if article not in PAGES]


def findings(page: Page) -> list[str]:
    page.evaluate(f"if (!window.axe) {{ {AXE} }}")
    return page.evaluate(FIND, RULES)


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(open_page: Open, path: str) -> None:
    page = open_page(path, reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    found = []
    for size in (DESKTOP, PHONE):
        for scheme in ("light", "dark"):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme=scheme)
            found += [f"{scheme} {size['width']}: {finding}" for finding in findings(page)]
    assert not found, "\n".join(found)


def test_axe_finds_nothing_in_an_open_drawer(open_page: Open) -> None:
    page = open_page(TEMPLATES["article"], viewport=PHONE, reduced_motion="reduce")
    for drawer in ("#__navigation", "#__toc"):
        page.locator(drawer).focus()
        page.keyboard.press("Space")
        assert findings(page) == []
        page.keyboard.press("Escape")


def test_axe_would_find_something(open_page: Open) -> None:
    page = open_page(TEMPLATES["topic"])
    page.add_style_tag(content="article p { color: #aaa !important }")
    assert any(finding.startswith("color-contrast") for finding in findings(page))


def focused(page: Page, script: str) -> object:
    return page.evaluate(f"(element => {script})(document.activeElement)")


def test_the_first_stop_leads_to_the_text(open_page: Open) -> None:
    page = open_page(TEMPLATES["article"])
    page.keyboard.press("Tab")
    link = page.get_by_role("link", name="Skip to content")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page, "Boolean(element.closest('article'))")


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_stop_of_the_keyboard_is_seen(open_page: Open, template: str) -> None:
    page = open_page(TEMPLATES[template], reduced_motion="reduce")
    page.wait_for_load_state("networkidle")
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    unseen, stops = [], 0
    for _ in range(150):
        page.keyboard.press("Tab")
        if focused(page, "element === document.body"):
            break
        stops += 1
        seen = focused(page, SEEN)
        if not seen:
            unseen.append(focused(page, "element.outerHTML.slice(0, 200)"))
    assert not unseen
    assert stops > 10


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_drawer_opens_leads_on_and_closes_by_keyboard(open_page: Open, script: bool) -> None:
    page = open_page(TEMPLATES["topic"], viewport=PHONE, java_script_enabled=script)
    link = page.locator(".sidebar-tree").get_by_role("link", name="Devices")
    expect(link).to_be_hidden()  # and so no stop of the keyboard
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    toggle = page.get_by_role("checkbox", name="Topics and articles")
    expect(toggle).to_be_focused()
    page.keyboard.press("Space")
    expect(link).to_be_in_viewport()
    page.keyboard.press("Escape" if script else "Space")
    expect(link).to_be_hidden()
    expect(toggle).to_be_focused()
    page.keyboard.press("Space")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Devices")


def test_an_open_drawer_keeps_the_focus(open_page: Open) -> None:
    page = open_page(TEMPLATES["article"], viewport=PHONE)
    page.locator("#__navigation").focus()
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = (
            "element === document.body || Boolean(element.closest('.toggles, .sidebar-drawer'))"
        )
        assert focused(page, inside), focused(page, "element.outerHTML.slice(0, 200)")


def test_a_link_in_the_contents_closes_their_drawer(open_page: Open) -> None:
    page = open_page(TEMPLATES["article"], viewport=PHONE)
    page.locator(".toc-header-icon").click()
    page.locator(".toc-tree a").nth(1).click()
    expect(page.locator(".toc-tree a").nth(1)).to_be_hidden()
    assert "#" in page.url


@pytest.mark.parametrize("width", [640, 320], ids=["200 %", "400 %"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_zoomed_page_is_not_wider_than_the_window(
    open_page: Open, template: str, width: int
) -> None:
    page = open_page(TEMPLATES[template], viewport={"width": width, "height": 480})
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_forced_colours_leave_edges_and_icons(open_page: Open) -> None:
    page = open_page(TEMPLATES["search"], viewport=PHONE)
    page.emulate_media(forced_colors="active", color_scheme="dark")
    button = page.locator("article").get_by_role("button", name="Search")
    edge = button.evaluate("b => getComputedStyle(b)['border-top']")
    assert edge.startswith("1px solid")  # of the colour that the system gives to borders
    assert "rgba(0, 0, 0, 0)" not in edge
    icon, paper = page.locator(".nav-overlay-icon svg").evaluate(
        "s => [getComputedStyle(s).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert icon != paper


def test_less_motion_is_none(open_page: Open) -> None:
    page = open_page(TEMPLATES["article"], reduced_motion="reduce")
    moving = page.evaluate("""[...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
        return transitionDuration.split(",").some((time) => parseFloat(time) > 0)
            || animationName !== "none" || scrollBehavior === "smooth"; }).length""")
    assert moving == 0
