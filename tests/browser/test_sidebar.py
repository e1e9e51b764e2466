"""The sidebar on a phone, without JavaScript."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

PHONE = {"viewport": {"width": 390, "height": 844}, "java_script_enabled": False}


def test_sidebar_opens_and_leads_on_without_javascript(open_page: Callable[..., Page]) -> None:
    page = open_page("algorithms/bloom-filters.html", **PHONE)
    tree = page.locator(".sidebar-tree")
    expect(tree.get_by_role("link", name="Devices")).not_to_be_in_viewport()
    page.locator('.mobile-header label[for="__navigation"]').click()
    current = tree.locator('[aria-current="page"]')
    expect(current).to_be_in_viewport()
    tree.locator("label").click()  # closes the one open section
    expect(current).to_be_hidden()
    tree.get_by_role("link", name="Devices").click()
    expect(page.locator("h1")).to_contain_text("Devices")
    expect(tree.locator('[aria-current="page"]')).to_have_text("Devices")
