"""Signing in by an OpenID provider, as a person does it: its button, its page, back, and out."""

import re

from playwright.sync_api import Browser, expect

from tests.openid_provider import running_provider, settings_of
from tests.page_forms import PASSWORD
from tests.servers import free_port, running_sialoscope


def test_one_signs_in_at_the_provider_comes_back_to_the_page_and_logs_out(browser: Browser) -> None:
    port = free_port()
    settings = settings_of(f"http://127.0.0.1:{port}")
    with (
        running_sialoscope(settings) as server,
        running_provider(port, server.url) as issuer,
        browser.new_context(base_url=server.url) as context,
    ):
        page = context.new_page()
        page.goto("/jobs?q=tag:brain")
        page.get_by_role("link", name="Sign in with Lab Login").click()
        expect(page).to_have_url(re.compile(re.escape(issuer)))
        page.get_by_label("Name").fill("vicky")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()
        expect(page).to_have_url(f"{server.url}/jobs?q=tag:brain")
        expect(page.get_by_text("Your account is read-only")).to_be_visible()
        page.goto("/admin/ops")
        expect(page.get_by_role("heading", name="Operations")).to_be_visible()
        expect(page.get_by_role("button", name="Pause the queue")).to_have_count(0)
        # The policy of the page lets the form of the logout lead to the provider and back.
        page.get_by_role("button", name="Log out").click()
        expect(page).to_have_url(f"{server.url}/login")
        page.get_by_role("link", name="Sign in with Lab Login").click()
        expect(page.get_by_label("Password")).to_be_visible()
