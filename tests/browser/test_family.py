"""A family member asks for a call, comes back to the receipt, and adds the insurance card."""

import pytest
from playwright.sync_api import Page, expect

from intake.models import Lead
from tests.browser.steps import expect_heading, follow, photo, press, receipt, send_callback

pytestmark = pytest.mark.usefixtures("site")


def test_a_family_asks_for_a_call(phone):
    phone.goto("/programs/php/")
    follow(phone, "Ask for a confidential call")
    program = phone.get_by_label("Program you are asking about")
    expect(program).to_have_value("php")

    number, message = phone.get_by_label("Phone number"), phone.get_by_label("Anything you want")
    number.fill("555 01")
    message.fill("It is about my brother.")
    press(phone, "Ask for a call")

    errors = phone.get_by_role("alert")
    expect(errors).to_be_focused()
    errors.get_by_role("link", name="Phone number").click()
    expect(number).to_be_focused()
    expect(number).to_have_value("555 01")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(message).to_have_value("It is about my brother.")
    expect(program).to_have_value("php")

    number.fill("(916) 555-0187")
    press(phone, "Ask for a call")
    shown = receipt(phone)
    lead = Lead.objects.get()
    assert shown["Your reference"] == lead.reference
    assert shown["Your PIN"].isdecimal()
    assert "(Pacific Time)" in shown["When we call"]
    assert lead.callbacks.get().message == "It is about my brother."

    phone.reload()
    assert receipt(phone) == shown


def test_back_and_send_again_makes_no_second_lead(phone):
    send_callback(phone, phone="916-555-0187", name="Zora")
    shown = receipt(phone)
    phone.go_back()
    expect(phone.get_by_label("Phone number")).to_have_value("916-555-0187")
    press(phone, "Ask for a call")
    assert receipt(phone) == shown
    assert Lead.objects.get().callbacks.count() == 1


def test_a_closed_receipt_opens_again_with_reference_and_pin(phone):
    send_callback(phone, phone="916-555-0187")
    shown = receipt(phone)
    press(phone, "Close this receipt on this device")
    expect_heading(phone, "Open a receipt")
    phone.go_back()
    expect(phone.get_by_text(shown["Your reference"])).to_be_hidden()

    phone.goto("/receipt/")
    phone.get_by_label("Reference").fill(shown["Your reference"].lower())
    phone.get_by_label("PIN").fill(" ".join(shown["Your PIN"]))
    press(phone, "Open")
    assert receipt(phone) == {name: text for name, text in shown.items() if name != "Your PIN"}


def test_a_photo_of_the_card_is_added_to_the_same_request(phone):
    send_callback(phone, phone="916-555-0187")
    shown = receipt(phone)
    follow(phone, "Add insurance")
    phone.get_by_label("Front of the card").set_input_files(photo())
    birth = phone.get_by_label("Their date of birth")
    birth.fill("13/45/1985")
    press(phone, "Send for a benefits check")

    expect(phone.get_by_role("alert")).to_contain_text("Their date of birth")
    expect(phone.get_by_text("Front of the card received")).to_be_visible()
    birth.fill("04/23/1985")
    press(phone, "Send for a benefits check")

    assert receipt(phone) == shown
    expect(phone.get_by_text("We ask the insurance company")).to_be_visible()
    verification = Lead.objects.get().verifications.get()
    assert verification.birth_date.isoformat() == "1985-04-23"
    assert [image.side for image in verification.card_images.all()] == ["front"]


# Says what has the focus, and whether a sighted person can see that.
FOCUSED = """() => {
  const it = document.activeElement
  const box = it.getBoundingClientRect()
  const ring = getComputedStyle(it)
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
  return {
    name: it.name || it.innerText,
    isRinged: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2,
    isOnScreen: it === top || it.contains(top),
  }
}"""


def tab_through(page: Page):
    """Press Tab again and again; yield the name or the words of what has the focus."""
    while True:
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUSED)
        assert focus["isRinged"], focus
        assert focus["isOnScreen"], focus
        yield focus["name"]


def test_the_keyboard_alone_is_enough(open_page):
    page = open_page("desktop", reduced_motion="reduce")
    page.goto("/callback/")
    presses = {
        "window": "ArrowDown",
        "Calling you safely: voicemail, texts, what to say": "Enter",
        "voicemail_ok": "Space",
        "program": "ArrowDown",
        "Tell us more, if you like": "Space",
        "for_whom": "Space",
        "interpreter": "Space",
        "Ask for a call": "Enter",
    }
    types = {
        "phone": "916 555 0187",
        "name": "Zora",
        "ask_for": "Aunt Petra",
        "if_someone_else": "The bakery",
        "message": "Hello",
    }
    done = []
    for name in tab_through(page):
        done.append(name)
        if name in presses:
            page.keyboard.press(presses[name])
        elif name in types:
            page.keyboard.type(types[name])
        if name == "Ask for a call":
            break

    assert done[0] == "Skip to the content"
    receipt(page)
    lead = Lead.objects.get()
    answers = {name: getattr(lead, name) for name in ("name", "ask_for", "if_someone_else")}
    assert answers == {name: types[name] for name in answers}
    assert lead.callbacks.get().message == "Hello"
    assert (lead.window, lead.program.slug, lead.for_whom) == ("morning", "residential", "self")
    assert lead.voicemail_ok
    assert lead.needs_interpreter
