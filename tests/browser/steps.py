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
