"""Django's own history of the admin holds no person: only staff and public content."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.db import models
from django.test import RequestFactory

from intake.fields import encrypted_fields
from intake.models import Carrier, Lead
from tests import builders, page
from tests.intake import desk
from tests.intake.conftest import PERSONAL

REGISTERED = [
    pytest.param(model, model_admin, id=model._meta.label_lower)
    for model, model_admin in admin.site._registry.items()
]


@pytest.fixture
def root(client, db):
    builders.center()
    user = builders.staff("root", is_superuser=True)
    client.force_login(user)
    return user


def is_about_a_person(model: type[models.Model]) -> bool:
    """Say whether the model has sealed values, or belongs to a lead."""
    relations = [field.related_model for field in model._meta.concrete_fields if field.is_relation]
    return bool(encrypted_fields(model)) or Lead in (model, *relations)


@pytest.mark.parametrize(("model", "model_admin"), REGISTERED)
def test_what_is_about_a_person_is_edited_nowhere_where_django_keeps_a_history(
    root, model, model_admin
):
    """The history copies the text of a row and of its inlines, and keeps it for ever."""
    request = RequestFactory().get("/")
    request.user = root
    may = [
        ask(request)
        for ask in (
            model_admin.has_add_permission,
            model_admin.has_change_permission,
            model_admin.has_delete_permission,
        )
    ]
    edited = {model, *(inline.model for inline in model_admin.inlines)}
    if any(may) and model is not Lead:
        assert not any(is_about_a_person(one) for one in edited)
    if is_about_a_person(model):
        # Leads have two of our own, which go through the flows as everything else.
        ours = {"assign", "close_many"} if model is Lead else set()
        assert model_admin.actions is None or set(model_admin.get_actions(request)) == ours


def test_some_models_are_about_a_person_and_some_are_not(db):
    assert is_about_a_person(Lead)
    assert not is_about_a_person(Carrier)


def test_all_that_staff_do_with_leads_leaves_no_line_in_it(client, root):
    lead = builders.lead(
        **{name: word for name, word in builders.CONTACT.items() if name != "phone"}
    )
    client.get(desk.page_of(lead))
    client.post(desk.SEARCH, {"words": "Sentinel"})
    desk.press(client, lead, "claim")
    desk.press(client, lead, "attempt", channel="call", outcome="no_answer", note="Zora hung up")
    desk.press(client, lead, "close", disposition="declined")
    desk.press(client, lead, "reopen")
    client.get(f"/admin/intake/lead/{lead.pk}/history/")
    assert not LogEntry.objects.exists()


def test_a_change_of_staff_or_content_names_fields_and_no_values(client, root):
    carrier = builders.carrier("Aetna")
    ada = builders.staff("ada")
    address = f"/admin/intake/carrier/{carrier.pk}/change/"
    client.post(address, page.form_on(client.get(address)) | {"name": "Aetna One"})
    address = f"/admin/auth/user/{ada.pk}/change/"
    changed = page.form_on(client.get(address)) | {
        "last_name": "Sentinel",
        "email": builders.CONTACT["email"],
    }
    client.post(address, changed)
    assert get_user_model().objects.get(pk=ada.pk).last_name == "Sentinel"
    lines = LogEntry.objects.order_by("pk")
    assert [line.object_repr for line in lines] == ["Aetna One", "ada"]
    for line in lines:
        assert not any(word in line.change_message for word in PERSONAL | {"Sentinel"})
