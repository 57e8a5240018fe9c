"""Times what staff and families ask for, inside the server, with the leads there are."""

from collections.abc import Callable

import django
from django.conf import settings

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  (needs the apps)
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from intake import lookup, sign_in  # noqa: E402
from intake.admin.queue import ShowFilter  # noqa: E402
from intake.models import Lead  # noqa: E402
from tests.benchmarks import answering, load  # noqa: E402

QUEUE = reverse("admin:intake_lead_changelist")
CHECKS = reverse("admin:intake_benefitscheck_changelist")
SMALL = 500
# Every one of the list's filters but the first, with an answer that many leads have.
FILTERS = {
    "status": "status__exact=contacting",
    "program": "program__id__exact={program}",
    "arrival": "arrival__exact=insurance",
    "location": "location__isnull=True",
    "language": "language__exact=es",
}


def growing() -> set[str]:
    """Return the tables that grow with the leads; PostgreSQL reads a small one as it is."""
    models = {Lead} | {relation.related_model for relation in Lead._meta.related_objects}
    return {model._meta.db_table for model in models if model.objects.count() > SMALL}


class Staff(Client):
    """A member of staff at the browser."""

    def __init__(self):
        super().__init__(SERVER_NAME=settings.ALLOWED_HOSTS[0])
        self.force_login(get_user_model().objects.get())
        # With the second factor, as staff have it in production.
        session = self.session
        session[sign_in.HAS_SECOND_FACTOR] = True
        session.save()

    def asks(self, path: str, data: dict | None = None) -> None:
        """Get the page, or post the data and follow where that leads."""
        ask = self.get if data is None else self.post
        response = ask(path, data, secure=True, follow=data is not None)
        if response.status_code != 200:
            raise SystemExit(f"{path} answered {response.status_code}.")

    def sends(self, form: dict) -> None:
        response = self.post(reverse("intake:callback"), form, secure=True)
        if response.status_code != 303:
            raise SystemExit(f"The callback form answered {response.status_code}.")


def things_asked() -> dict[str, Callable[[], None]]:
    staff, search = Staff(), reverse("admin:intake_lead_search")
    known = Lead.objects.open().exclude(name="").exclude(email="").exclude(program=None)[20]
    shown = [value for value, _label in ShowFilter(None, {}, Lead, None).lookup_choices]
    words = {
        "phone": known.phone_typed,
        "email": known.email,
        "reference": known.reference,
        "name": lookup.words(known.name)[0],
    }
    return {
        "program page": lambda: staff.asks(reverse("programs:program", args=["iop"])),
        "desk": lambda: staff.asks(reverse("admin:index")),
        "queue": lambda: staff.asks(QUEUE),
        **{
            f"queue, {show}": lambda show=show: staff.asks(f"{QUEUE}?show={show}") for show in shown
        },
        **{
            f"queue, by {name}": lambda asked=asked: staff.asks(
                f"{QUEUE}?{asked.format(program=known.program_id)}"
            )
            for name, asked in FILTERS.items()
        },
        "benefits checks": lambda: staff.asks(CHECKS),
        **{
            f"search by {name}": lambda said=said: staff.asks(search, {"words": said})
            for name, said in words.items()
        },
        "lead page": lambda: staff.asks(reverse("admin:intake_lead_change", args=[known.pk])),
        "callback": lambda: staff.sends(load.callback_form()),
    }


if __name__ == "__main__":
    answering.answer(things_asked(), growing=growing())
