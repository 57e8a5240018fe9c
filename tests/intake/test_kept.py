"""What every form asks of the content is read once, until somebody changes it."""

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from intake import consent
from intake.models import Lead, RoutingRule
from programs import generation
from programs.models import Center, Program
from tests import builders, page
from tests.benchmarks import load

FORM = "/callback/"
OF_CONTENT = ("programs_", "intake_consenttext", "intake_routingrule")


@pytest.fixture
def content(transactional_db):
    builders.center(phone="916-555-0100")
    builders.program("iop")


def asked_for(do) -> list[str]:
    """Return the statements that ask for content."""
    with CaptureQueriesContext(connection) as captured:
        do()
    # What is read of a table stands behind its FROM.
    return [
        query["sql"]
        for query in captured
        if any(f'FROM "{table}' in query["sql"] for table in OF_CONTENT)
    ]


def send(client):
    response = client.post(FORM, load.callback_form(), secure=True)
    assert response.status_code == 303, page.text_of(response)


def test_the_second_callback_asks_for_no_content(client, content):
    assert asked_for(lambda: send(client))
    assert asked_for(lambda: send(client)) == []
    assert [lead.program.slug for lead in Lead.objects.all()] == ["iop", "iop"]


def test_a_change_is_seen_at_once(client, content):
    assert "916-555-0100" in page.text_of(client.get(FORM))
    center = Center.objects.get()
    center.phone = "916-555-0199"
    center.save()
    assert "916-555-0199" in page.text_of(client.get(FORM))
    Program.objects.update(is_published=True, name="Evening program")
    generation.renew()
    assert "Evening program" in page.text_of(client.get(FORM))
    consent.publish(kind="voicemail", language="en", text="A new wording.", at=timezone.now())
    assert "A new wording." in page.text_of(client.get(FORM))


def test_a_rule_of_routing_is_followed_from_when_it_is_saved(client, content):
    send(client)
    rule = RoutingRule.objects.create(number=10, target="queue", language="en")
    send(client)
    rule.delete()
    send(client)
    because = Lead.objects.order_by("received_at").values_list("routed_because", flat=True)
    assert ["10" in words for words in because] == [False, True, False]


def test_a_date_that_comes_needs_no_change(client, content, monkeypatch):
    now = timezone.now()
    program = Program.objects.get()
    program.published_until = now + timedelta(hours=1)
    program.save()
    later = now + timedelta(hours=2)
    consent.publish(kind="voicemail", language="en", text="Words for later.", at=later)
    said = client.get(FORM).content.decode()
    assert 'value="iop"' in said
    assert "Words for later." not in said
    monkeypatch.setattr(timezone, "now", lambda: later)
    said = client.get(FORM).content.decode()
    assert 'value="iop"' not in said
    assert "Words for later." in said


def test_each_language_has_its_own_words(client, content):
    at = timezone.now()
    consent.publish(kind="text", language="es", text="Palabras en español.", at=at)
    consent.publish(kind="text", language="en", text="Words in English.", at=at)
    for _ in range(2):
        assert "Palabras en español." in page.text_of(client.get(f"/es{FORM}"))
        assert "Words in English." in page.text_of(client.get(FORM))


def test_what_a_transaction_reads_of_its_own_changes_is_not_kept(content):
    def phone():
        return generation.kept("a phone", lambda: Center.objects.get().phone)

    assert phone() == "916-555-0100"
    with transaction.atomic():
        Center.objects.update(phone="916-555-0199")
        assert phone() == "916-555-0199"
        transaction.set_rollback(True)
    assert phone() == "916-555-0100"


def test_a_change_that_could_not_be_told_is_seen_after_a_minute(client, content, monkeypatch):
    def disk_full(path):
        raise OSError(28, "No space left on device")

    assert "916-555-0100" in page.text_of(client.get(FORM))
    monkeypatch.setattr(generation, "_grow", disk_full)
    center = Center.objects.get()
    center.phone = "916-555-0199"
    center.save()
    assert "916-555-0100" in page.text_of(client.get(FORM))
    now = time.monotonic() + generation.KEPT + 1
    monkeypatch.setattr(generation.time, "monotonic", lambda: now)
    assert "916-555-0199" in page.text_of(client.get(FORM))


def test_where_nobody_can_tell_the_generation_everything_is_read_anew(
    client, content, settings, tmp_path
):
    (tmp_path / "a-file").touch()
    settings.GENERATION_FILE = tmp_path / "a-file" / "generation"
    send(client)
    assert len(asked_for(lambda: send(client))) == 5
