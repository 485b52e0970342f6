"""The whole way by keyboard alone: from the login to a version of one's own and its file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import watched_page
from tests.browser.redrawn import redrawn
from tests.servers import TOKEN

MOST_STEPS = 300  # each column of the table of rows has a stop for its width
TABLE = b"Name,when,Volume,Anchor\n" + b"".join(
    f"GM{n}({c}:1;O2),{7 + c / 8 - n / 2 + n * c % 3 / 90:.3f},{1000 * c},T\n".encode()
    for n in (1, 2, 3)
    for c in range(32, 42)
)
FILE = {"name": "typed.csv", "mimeType": "text/csv", "buffer": TABLE}
# What has the focus, by the name a screen reader has for it, and whether one sees that it has it.
FOCUSED = """
() => {
  const it = document.activeElement;
  if (!it || it === document.body) return { name: "", seen: false, id: "" };
  const label = it.labels?.[0]?.textContent ?? it.ariaLabel ?? it.textContent;
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  const { width, height } = it.getBoundingClientRect();
  const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 && width * height > 0;
  return { name: label.replace(/\\s+/g, " ").trim(), id: it.id, seen };
}
"""


class Keys:
    """A person who has a keyboard and nothing else, and who must always see where they are."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str, *, key_ms: int = 0) -> None:
        self.page.keyboard.type(text, delay=key_ms)

    def go_to(self, name: str = "", *, css: str = "") -> None:
        """Press Tab until the control of that name, or id, has the focus."""
        for _ in range(MOST_STEPS):
            self.press("Tab")
            focused = self.page.evaluate(FOCUSED)
            if not focused["id"] and not focused["name"]:
                continue  # beyond the last control, in the browser's own
            assert focused["seen"], f"The focus on {focused} is not seen."
            if focused["id"] == css if css else focused["name"].startswith(name):
                return
        raise AssertionError(f"Tab never came to {name or css}.")

    def is_at(self, css: str) -> bool:
        return bool(self.page.evaluate("(id) => document.activeElement.id === id", css))


@pytest.fixture
def stranger(context: BrowserContext) -> Iterator[Page]:
    """A page of nobody who has logged in; its console stays free of errors."""
    page, troubles = watched_page(context)
    page.goto("about:blank")  # the page asks on while it is open
    context.clear_cookies()
    yield page
    assert troubles == []


def test_the_whole_way_by_keyboard(stranger: Page) -> None:
    page, keys = stranger, Keys(stranger)
    page.goto("/")
    keys.press("Tab", "Enter")  # the skip link is the first
    page.wait_for_url("**/*#main")
    keys.go_to("Token")
    keys.type(TOKEN)
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Which annotations")
    _upload(page, keys)
    _filter_and_ask_why(page, keys)
    _override(page, keys)
    keys.go_to("CSV")
    with page.expect_download() as started:
        keys.press("Enter")
    assert started.value.suggested_filename.endswith(".csv")


def _upload(page: Page, keys: Keys) -> None:
    with page.expect_file_chooser() as chooser:  # which the browser learns while Tab is pressed
        keys.go_to("Drop peak tables here")
        keys.press("Space")
    chooser.value.set_files(FILE)  # type: ignore[arg-type]
    expect(page.locator(".look [role=alert]")).to_contain_text(
        "lacks the column RT", timeout=30_000
    )
    keys.go_to("RT")
    # As slowly as people type: no preview may come between two letters.
    keys.type("when", key_ms=400)
    expect(page.locator(".look [role=alert]")).to_have_count(0, timeout=30_000)
    page.wait_for_function(f"({FOCUSED})().name === 'RT'")  # though all of it was drawn again
    keys.go_to("Analyze")
    keys.press("Enter")
    page.wait_for_url("**/result", timeout=30_000)


def _filter_and_ask_why(page: Page, keys: Keys) -> None:
    keys.go_to("Name contains")
    keys.type("GM3")
    keys.press("Enter")
    expect(page.locator("#rows-shown")).to_contain_text("10 rows")
    assert keys.is_at("search")
    keys.go_to(css="filter")
    with redrawn(page, "#workspace"):  # a row that was opened before would be drawn closed
        keys.press("Enter")
    assert keys.is_at("filter")
    keys.go_to("21")
    keys.press("Enter")
    expect(page.locator("#row-21 + tr.opened")).to_contain_text("What each rule says")
    keys.press("Enter")


def _override(page: Page, keys: Keys) -> None:
    before = page.url
    keys.go_to("Override assignments and anchors")
    keys.press("Enter")
    page.wait_for_url("**/overrides")
    keys.go_to("Row")
    keys.type("21")
    keys.go_to("Assignment")
    keys.type("excluded")
    keys.go_to("Reason")
    keys.type("carry-over")
    keys.press("Enter")
    page.wait_for_url("**/result", timeout=30_000)
    assert page.url != before
    expect(page.locator("#row-21")).to_contain_text("carry-over")


def test_points_of_a_plot_are_walked_said_and_selected_by_keys(page: Page) -> None:
    keys = Keys(page)
    page.goto("/")
    page.set_input_files("#file", {**FILE, "buffer": TABLE.replace(b"when", b"RT")})  # type: ignore[arg-type]
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/result", timeout=30_000)
    page.get_by_label("Coloured by").focus()
    expect(page.locator("#plot[data-drawn]")).to_be_visible(timeout=30_000)
    keys.go_to(css="plot")
    said = page.locator(".plot-point")
    keys.press("End")
    expect(said).to_contain_text("Point 30 of 30.")
    keys.press("Home")
    expect(said).to_contain_text("Carbons in the ceramide: 32. Retention time (min): ")
    keys.press("ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", " ", "Escape")
    expect(said).to_have_text("The corner was removed.")
    keys.press("Home", " ", "PageDown", "PageDown")
    expect(said).to_contain_text("Point 7 of 30.")
    keys.press(" ")
    page.wait_for_url("**within=carbons%3A32%3A34%2Crt_min*")
    expect(page.locator("#plot-note")).to_contain_text("are selected")
    assert keys.is_at("plot")
    keys.press("Home", "Enter")
    expect(page.locator("tr.chosen a.why")).to_be_focused()
    assert page.evaluate(FOCUSED)["seen"]
    _choose_another_by_pointer(page, keys)


def _choose_another_by_pointer(page: Page, keys: Keys) -> None:
    """A click moves the place of the keys too, and what is chosen is so after sorting."""
    other = page.locator("#row-table tbody tr:not(.chosen)").last
    row = str(other.get_attribute("id"))
    other.get_by_role("rowheader").click()
    page.locator("#plot").focus()
    keys.press("Enter")
    expect(page.locator(f"#{row} a.why")).to_be_focused()
    page.locator("#sort-rt_min").press("Enter")
    page.wait_for_url("**sort=rt_min*")
    expect(page.locator("tr.chosen")).to_have_attribute("id", row)


def test_focus_goes_to_the_heading_when_its_control_is_gone(page: Page) -> None:
    keys = Keys(page)
    page.goto("/")
    page.get_by_label("Save the settings above as").fill("short column")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Use short column")).to_be_visible()
    page.locator("summary", has_text="Delete the preset short column").focus()
    for key in ("Enter", "Tab", "Enter"):  # open the question, go to its button, press it
        keys.press(key)
    expect(page.get_by_role("link", name="Use short column")).to_have_count(0)
    expect(page.get_by_role("heading", name="Presets")).to_be_focused()
