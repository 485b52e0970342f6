"""The plot of a result: its points lead to their rows, and its failure is told."""

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.conftest import log_in
from tests.browser.plots import CENTRE_OF_POINT, SEE_PLOT
from tests.servers import wait_until

HEADER = "Name,RT,Volume,Log P,sample"
FAR_OFF = 700
DATA = "**/chart.json*"
HAS_ANSWER = """
() => performance.getEntriesByType("resource").some(({ name }) => name.includes("plot=residuals"))
"""


def table() -> str:
    """Rows that lie together, and a last one that stands apart in the plot."""
    near = [f"GM3(36:1;O2),{10 + i / 1000},1000,4.0,s{i}" for i in range(1, FAR_OFF)]
    return "\n".join([HEADER, *near, "GD1(40:1;O2),30,1000,9.0,s1"])


def open_result(page: Page) -> None:
    upload = {"name": "many.csv", "mimeType": "text/csv", "buffer": table().encode()}
    page.goto("/")
    page.set_input_files("#file", upload)  # type: ignore[arg-type]
    page.get_by_role("button", name="Analyze").click()
    page.wait_for_url("**/result", timeout=30_000)
    page.evaluate(SEE_PLOT)
    expect(page.locator("#plot[data-drawn]")).to_be_visible(timeout=30_000)


def test_a_point_leads_to_its_row_on_another_page(page: Page) -> None:
    open_result(page)
    page.get_by_label("Name contains", exact=True).fill("GM3")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#rows-shown")).to_contain_text("699 rows, page 1 of 7")
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("#rows-shown")).to_contain_text("700 rows, page 1 of 7")
    page.evaluate(SEE_PLOT)
    expect(page.locator(f"#row-{FAR_OFF}")).to_have_count(0)
    expect(page.locator("#plot-note")).to_contain_text("All 700 rows are shown.")
    page.locator("#plot").click(position=page.evaluate(CENTRE_OF_POINT, FAR_OFF))
    expect(page.locator("#detail")).to_contain_text(f"Row {FAR_OFF}: GD1(40:1;O2)")
    expect(page.locator("#plot")).to_be_in_viewport()
    expect(page.locator("tr.chosen")).to_have_attribute("id", f"row-{FAR_OFF}")
    page.evaluate(SEE_PLOT)
    expect(page.locator("#plot-note")).to_contain_text("All 700 rows are shown.")


def test_a_plot_that_cannot_be_loaded_is_reported_and_the_next_is_drawn(
    context: BrowserContext,
) -> None:
    log_in(context)
    page = context.new_page()
    open_result(page)
    plot, failure = page.locator("#plot"), page.get_by_role("alert")
    expect(page.locator("#plot-error")).to_be_hidden()
    page.route(DATA, lambda route: route.abort("connectionreset"))
    page.reload()
    page.evaluate(SEE_PLOT)
    expect(failure).to_contain_text("The plot could not be loaded")
    expect(plot).to_be_hidden()
    page.unroute(DATA)
    page.get_by_role("link", name="Residuals", exact=True).click()
    expect(plot).to_contain_text("Residual, measured minus predicted (min)")
    expect(plot).to_be_visible()
    expect(failure).to_be_hidden()
    page.route(DATA, lambda route: route.abort("connectionreset"))
    page.get_by_role("link", name="Composition").click()
    expect(failure).to_contain_text("The plot could not be loaded")
    page.unroute(DATA)
    page.get_by_role("link", name="Residuals", exact=True).click()
    expect(plot).to_be_visible()
    expect(plot).to_contain_text("Residual, measured minus predicted (min)")
    expect(failure).to_be_hidden()


def test_a_plot_that_fails_after_the_next_was_drawn_leaves_that_alone(page: Page) -> None:
    open_result(page)
    plot = page.locator("#plot")
    asked: list[Route] = []
    page.route("**/chart.json*plot=residuals*", lambda route: asked.append(route))
    page.get_by_role("link", name="Residuals", exact=True).click()
    wait_until(lambda: bool(page.title() and asked))  # the route is heard as the page is asked
    page.get_by_role("link", name="Composition").click()
    expect(plot).to_contain_text("Rows")
    asked[0].fulfill(status=200, body="[")
    page.wait_for_function(HAS_ANSWER)
    expect(plot).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()
