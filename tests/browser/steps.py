"""Steps that several journeys share: sending a form, signing in, a photo of a card."""

from playwright.sync_api import Page, expect

from tests.intake import card_files


def send_callback(page: Page, **typed: str) -> None:
    """Ask for a call from an empty form, and end at the receipt."""
    page.goto("/callback/")
    for name, text in typed.items():
        page.fill(f"[name={name}]", text)
    press(page, "Ask for a call")
    expect(page.get_by_role("heading", name="It arrived. Thank you.")).to_be_visible()


def press(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()


def follow(page: Page, link: str) -> None:
    """Follow a link in the main part of the page."""
    links = page.get_by_role("main").get_by_role("link", name=link, exact=True)
    links.locator("visible=true").first.click()


def expect_heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def receipt(page: Page) -> dict[str, str]:
    """Return what stands on the receipt: its terms and the time of the call."""
    expect_heading(page, "It arrived. Thank you.")
    said = dict(
        zip(
            page.locator(".receipt dt").all_inner_texts(),
            page.locator(".receipt dd").all_inner_texts(),
            strict=True,
        )
    )
    return said | {"When we call": page.locator(".receipt .lead").inner_text()}


def photo(name: str = "front.jpg") -> dict:
    """Return a file to choose: a JPEG of a made-up card."""
    picture = card_files.encoded(card_files.card(), "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture}


def sign_in(page: Page, user) -> None:
    """Come through the front door of the admin, as `builders.staff` made the user."""
    type_password(page, user.get_username())
    of_admissions = user.has_perm("intake.change_lead")
    expect_heading(page, "Desk" if of_admissions else "What would you like to do?")


def type_password(page: Page, name: str, password: str = "a password for tests") -> None:
    page.goto("/admin/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")


def type_code(page: Page, code: str, button: str) -> None:
    page.get_by_role("textbox", name="Code").fill(code)
    press(page, button)


def log(page: Page, outcome: str, note: str = "") -> None:
    """Log what came of a call on the lead's page."""
    page.get_by_role("radio", name=outcome).check()
    page.get_by_label("Note").fill(note)
    press(page, "Log it")


def write_benefits_down(page: Page, *, deductible_met: str = "600") -> None:
    """Fill in what an insurance company says on the phone."""
    page.get_by_label("How").first.select_option("On the phone")
    page.get_by_label("Who answered").fill("Rita Answerly")
    page.get_by_label("Call reference").fill("REF-90210")
    network = page.locator("section", has=page.get_by_role("heading", name="In network"))
    network.get_by_label("Deductible, one person").fill("$1,500")
    network.get_by_label("Met so far").first.fill(deductible_met)
    network.get_by_label("Out-of-pocket maximum, one person").fill("4000")
    network.get_by_label("Met so far").nth(2).fill("1000")
    level = network.locator("h3", has_text="Intensive outpatient").locator("+ .boxes")
    level.get_by_label("Covered").select_option("Yes")
    level.get_by_label("Deductible applies").select_option("Yes")
    level.get_by_label("Coinsurance").fill("20%")
    level.get_by_label("Plan allows a day, from").fill("300")
