"""A content editor in the admin: refused with a reason, published, and in the history."""

import pytest
from playwright.sync_api import expect

from programs.models import Program
from tests import builders
from tests.browser.steps import press, sign_in


@pytest.mark.usefixtures("site")
def test_an_editor_corrects_what_is_false_and_finds_both_versions_in_the_history(desktop, axe):
    page = desktop
    sign_in(page, builders.staff("eve", "Content editors"))
    iop = Program.objects.get(slug="iop")
    page.goto(f"/admin/programs/program/{iop.pk}/change/")
    expect(page.get_by_text("No clinician is named as reviewer")).to_be_visible()

    summary = page.locator("#id_summary")
    summary.fill("Recovery is guaranteed here.")
    press(page, "Save")
    expect(page.get_by_text("“guaranteed” is a claim that needs a source")).to_be_visible()
    expect(summary).to_have_value("Recovery is guaranteed here.")

    summary.fill("Recovery is hard, and possible.")
    press(page, "Save and continue editing")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_text("Recovery is hard, and possible.")).to_be_visible()
    expect(page.get_by_text(iop.summary[:40])).to_be_visible()
    # Of all the texts on that page, one was changed.
    expect(page.get_by_text("Changed,")).to_have_count(1)
    axe(page)
