"""What staff do at the door in the tests: type a password, then a code of the phone."""

import re
from datetime import timedelta

from django.test import override_settings
from django.utils import timezone

from intake import second_factor
from intake.models import AuditEvent, SecondFactor, StaffSession
from tests import builders

LOGIN, CODE, SET_UP = "/admin/login/", "/admin/login/code/", "/admin/login/set-up/"
ACCOUNT = "/admin/account/"
PASSWORD = "a password for tests"

required = override_settings(STAFF_SECOND_FACTOR=True)


def type_password(client, name: str = "ada", password: str = PASSWORD, *, next="", **more):
    """First step. `more` is about the request, like REMOTE_ADDR."""
    data = {"username": name, "password": password} | ({"next": next} if next else {})
    return client.post(LOGIN, data, **more)


def type_code(client, code: str, *, page: str = CODE):
    return client.post(page, {"code": code})


def enrolled(name: str = "ada", *groups: str, **facts):
    """Return somebody whose phone has the key, with their recovery codes."""
    user = builders.staff(name, *(groups or ["Admissions"]), **facts)
    second_factor.begin(user)
    # Confirmed by a code of yesterday, so that those of today are unused.
    yesterday = timezone.now() - timedelta(days=1)
    factor = second_factor.begun(user)
    codes = second_factor.confirm(factor, second_factor.code_at(factor, yesterday), at=yesterday)
    return user, codes


def phone_shows(user, *, steps: int = 0) -> str:
    """Return the code on the user's phone, now or so many half minutes from now."""
    moment = timezone.now() + timedelta(seconds=30 * steps)
    return second_factor.code_at(SecondFactor.objects.get(user=user), moment)


def wrong_code(user) -> str:
    right = {phone_shows(user, steps=steps) for steps in range(-2, 3)}
    return next(code for code in ("000000", "111111", "222222", "333333", "444444", "555555")
                if code not in right)  # fmt: skip


def key_on(response) -> str:
    """Return the key that the set-up page shows to be typed."""
    return re.search(r'<code class="key">([A-Z2-7 ]+)</code>', response.content.decode())[1]


def recovery_codes_on(response) -> list[str]:
    return re.findall(r"<li><code>([\d ]+)</code></li>", response.content.decode())


def is_in(client) -> bool:
    return client.get("/admin/").status_code == 200


def go_away(client, **how_long) -> None:
    """Turn the clock of the client's session back."""
    session = StaffSession.objects.get(pk=client.cookies["sessionid"].value)
    session.seen_at -= timedelta(**how_long)
    session.save()


def recorded() -> list[tuple]:
    """Return what is written down about no lead: action, by whom, reason."""
    events = AuditEvent.objects.filter(lead=None).order_by("seq")
    return [
        (event.action, event.by and event.by.get_username(), event.reason)
        for event in events.select_related("by")
    ]
