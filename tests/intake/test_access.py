"""Who may open what: every address of the site, as each kind of visitor.

A new address fails the first test until it has a row in the table.
"""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from intake import agreements, groups, privacy_requests
from intake.choices import PrivacyWish
from intake.models import (
    AuditEvent,
    CadenceStep,
    CardImage,
    Carrier,
    ConsentText,
    ContactAttempt,
    InsuranceVerification,
    Lead,
    Outbox,
    PrivacyRequest,
    ReceivingProvider,
    Referral,
    RoutingRule,
    StaffProfile,
    Withdrawal,
)
from programs.models import Article, Center, GuideQuestion, Location, Program, Question
from tests import builders
from tests.intake import desk

# What a GET answers to: a stranger, a content editor, admissions, a manager of theirs, a privacy
# officer, a superuser.
# "login" is a redirect to the login, "on" a redirect within the site.
TABLE = """
/admin/                                                  login  200    200    200    200    200
/admin/login/                                            200    on     on     on     on     on
/admin/login/code/                                       login  login  login  login  login  login
/admin/login/set-up/                                     login  login  login  login  login  login
/admin/account/                                          login  200    200    200    200    200
/admin/account/<slug:action>/                            login  405    405    405    405    405
/admin/report/                                           login  403    403    200    403    200
/admin/report/export/                                    login  405    405    405    405    405
/admin/clock/                                            login  200    200    200    200    200
/admin/lists/                                            login  200    200    200    200    200
/admin/desk/now/                                         login  403    200    200    403    200
/admin/desk/next/                                        login  403    405    405    403    405
/admin/stay/                                             login  405    405    405    405    405
/admin/draft/new/                                        login  405    405    405    405    405
/admin/draft/<uuid:pk>/<slug:action>/                    login  405    405    405    405    405
/admin/logout/                                           on     405    405    405    405    405
/admin/password_change/                                  login  200    200    200    200    200
/admin/password_change/done/                             login  200    200    200    200    200
/admin/autocomplete/                                     login  403    403    403    403    403
/admin/jsi18n/                                           login  200    200    200    200    200
/admin/r/<path:content_type_id>/<path:object_id>/        login  404    404    404    404    404
/admin/auth/group/                                       login  403    403    403    403    200
/admin/auth/group/add/                                   login  403    403    403    403    200
/admin/auth/group/<path:object_id>/history/              login  403    403    403    403    200
/admin/auth/group/<path:object_id>/delete/               login  403    403    403    403    200
/admin/auth/group/<path:object_id>/change/               login  403    403    403    403    200
/admin/auth/group/<path:object_id>/                      login  on     on     on     on     on
/admin/auth/user/<id>/password/                          login  403    403    403    403    200
/admin/auth/user/                                        login  403    403    403    403    200
/admin/auth/user/add/                                    login  403    403    403    403    200
/admin/auth/user/<path:object_id>/history/               login  403    403    403    403    200
/admin/auth/user/<path:object_id>/delete/                login  403    403    403    403    403
/admin/auth/user/<path:object_id>/change/                login  403    403    403    403    200
/admin/auth/user/<path:object_id>/                       login  on     on     on     on     on
/admin/programs/article/<int:pk>/preview/                login  200    403    403    403    200
/admin/programs/article/                                 login  200    403    403    403    200
/admin/programs/article/add/                             login  200    403    403    403    200
/admin/programs/article/<path:object_id>/history/        login  200    403    403    403    200
/admin/programs/article/<path:object_id>/delete/         login  200    403    403    403    200
/admin/programs/article/<path:object_id>/change/         login  200    403    403    403    200
/admin/programs/article/<path:object_id>/                login  on     on     on     on     on
/admin/programs/center/                                  login  on     on     on     on     on
/admin/programs/center/add/                              login  403    403    403    403    403
/admin/programs/center/<path:object_id>/history/         login  200    403    403    403    200
/admin/programs/center/<path:object_id>/delete/          login  403    403    403    403    403
/admin/programs/center/<path:object_id>/change/          login  200    403    403    403    200
/admin/programs/center/<path:object_id>/                 login  on     on     on     on     on
/admin/programs/guidequestion/try/                       login  200    403    403    403    200
/admin/programs/guidequestion/                           login  200    403    403    403    200
/admin/programs/guidequestion/add/                       login  200    403    403    403    200
/admin/programs/guidequestion/<path:object_id>/history/  login  200    403    403    403    200
/admin/programs/guidequestion/<path:object_id>/delete/   login  200    403    403    403    200
/admin/programs/guidequestion/<path:object_id>/change/   login  200    403    403    403    200
/admin/programs/guidequestion/<path:object_id>/          login  on     on     on     on     on
/admin/programs/location/                                login  200    403    403    403    200
/admin/programs/location/add/                            login  200    403    403    403    200
/admin/programs/location/<path:object_id>/history/       login  200    403    403    403    200
/admin/programs/location/<path:object_id>/delete/        login  200    403    403    403    200
/admin/programs/location/<path:object_id>/change/        login  200    403    403    403    200
/admin/programs/location/<path:object_id>/               login  on     on     on     on     on
/admin/programs/program/<int:pk>/preview/                login  200    403    403    403    200
/admin/programs/program/                                 login  200    403    403    403    200
/admin/programs/program/add/                             login  200    403    403    403    200
/admin/programs/program/<path:object_id>/history/        login  200    403    403    403    200
/admin/programs/program/<path:object_id>/delete/         login  200    403    403    403    200
/admin/programs/program/<path:object_id>/change/         login  200    403    403    403    200
/admin/programs/program/<path:object_id>/                login  on     on     on     on     on
/admin/programs/question/                                login  200    403    403    403    200
/admin/programs/question/add/                            login  200    403    403    403    200
/admin/programs/question/<path:object_id>/history/       login  200    403    403    403    200
/admin/programs/question/<path:object_id>/delete/        login  200    403    403    403    200
/admin/programs/question/<path:object_id>/change/        login  200    403    403    403    200
/admin/programs/question/<path:object_id>/               login  on     on     on     on     on
/admin/intake/auditevent/export/                         login  405    405    405    405    405
/admin/intake/auditevent/                                login  403    403    200    200    200
/admin/intake/auditevent/add/                            login  403    403    403    403    403
/admin/intake/auditevent/<path:object_id>/history/       login  403    403    200    200    200
/admin/intake/auditevent/<path:object_id>/delete/        login  403    403    403    403    403
/admin/intake/auditevent/<path:object_id>/change/        login  403    403    200    200    200
/admin/intake/auditevent/<path:object_id>/               login  on     on     on     on     on
/admin/intake/benefitscheck/<uuid:pk>/record/            login  403    on     on     403    on
/admin/intake/benefitscheck/<uuid:pk>/reveal/            login  403    on     on     403    on
/admin/intake/benefitscheck/<uuid:pk>/estimate/          login  403    on     on     403    on
/admin/intake/benefitscheck/<uuid:pk>/estimate/print/    login  403    on     on     403    on
/admin/intake/benefitscheck/<uuid:pk>/do/<slug:action>/  login  405    405    405    405    405
/admin/intake/benefitscheck/                             login  403    200    200    403    200
/admin/intake/benefitscheck/add/                         login  403    403    403    403    403
/admin/intake/benefitscheck/<path:object_id>/history/    login  403    on     on     403    on
/admin/intake/benefitscheck/<path:object_id>/delete/     login  403    403    403    403    403
/admin/intake/benefitscheck/<path:object_id>/change/     login  403    200    200    403    200
/admin/intake/benefitscheck/<path:object_id>/            login  on     on     on     on     on
/admin/intake/cadencestep/                               login  403    403    200    403    200
/admin/intake/cadencestep/add/                           login  403    403    200    403    200
/admin/intake/cadencestep/<path:object_id>/history/      login  403    403    200    403    200
/admin/intake/cadencestep/<path:object_id>/delete/       login  403    403    200    403    200
/admin/intake/cadencestep/<path:object_id>/change/       login  403    403    200    403    200
/admin/intake/cadencestep/<path:object_id>/              login  on     on     on     on     on
/admin/intake/carrier/                                   login  200    200    200    403    200
/admin/intake/carrier/add/                               login  200    403    200    403    200
/admin/intake/carrier/<path:object_id>/history/          login  200    200    200    403    200
/admin/intake/carrier/<path:object_id>/delete/           login  403    403    403    403    200
/admin/intake/carrier/<path:object_id>/change/           login  200    200    200    403    200
/admin/intake/carrier/<path:object_id>/                  login  on     on     on     on     on
/admin/intake/consenttext/                               login  403    403    200    200    200
/admin/intake/consenttext/add/                           login  403    403    403    200    200
/admin/intake/consenttext/<path:object_id>/history/      login  403    403    200    200    200
/admin/intake/consenttext/<path:object_id>/delete/       login  403    403    403    403    403
/admin/intake/consenttext/<path:object_id>/change/       login  403    403    200    200    200
/admin/intake/consenttext/<path:object_id>/              login  on     on     on     on     on
/admin/intake/lead/new/                                  login  403    200    200    403    200
/admin/intake/lead/search/                               login  405    405    405    405    405
/admin/intake/lead/<uuid:pk>/card/<uuid:card>/           login  403    403    403    403    403
/admin/intake/lead/<uuid:pk>/reveal/<uuid:form>/         login  403    on     on     on     on
/admin/intake/lead/<uuid:pk>/same/                       login  403    200    200    200    200
/admin/intake/lead/<uuid:pk>/appointment.ics             login  403    404    404    404    404
/admin/intake/lead/<uuid:pk>/hand-off/<uuid:to>/         login  403    on     on     403    on
/admin/intake/lead/<uuid:pk>/give/<slug:action>/         login  403    404    404    403    404
/admin/intake/lead/<uuid:pk>/print/                      login  403    on     on     on     on
/admin/intake/lead/<uuid:pk>/do/<slug:action>/           login  403    405    405    403    405
/admin/intake/lead/<uuid:pk>/privacy/                    login  403    403    200    200    200
/admin/intake/lead/<uuid:pk>/privacy/<slug:action>/      login  405    405    405    405    405
/admin/intake/lead/                                      login  403    200    200    200    200
/admin/intake/lead/add/                                  login  403    403    403    403    403
/admin/intake/lead/<path:object_id>/history/             login  403    on     on     on     on
/admin/intake/lead/<path:object_id>/delete/              login  403    403    403    403    403
/admin/intake/lead/<path:object_id>/change/              login  403    200    200    200    200
/admin/intake/lead/<path:object_id>/                     login  on     on     on     on     on
/admin/intake/routingrule/try/                           login  403    200    200    403    200
/admin/intake/routingrule/                               login  403    200    200    403    200
/admin/intake/routingrule/add/                           login  403    403    200    403    200
/admin/intake/routingrule/<path:object_id>/history/      login  403    200    200    403    200
/admin/intake/routingrule/<path:object_id>/delete/       login  403    403    200    403    200
/admin/intake/routingrule/<path:object_id>/change/       login  403    200    200    403    200
/admin/intake/routingrule/<path:object_id>/              login  on     on     on     on     on
/admin/intake/staffprofile/                              login  403    200    200    403    200
/admin/intake/staffprofile/add/                          login  403    403    200    403    200
/admin/intake/staffprofile/<path:object_id>/history/     login  403    200    200    403    200
/admin/intake/staffprofile/<path:object_id>/delete/      login  403    403    403    403    200
/admin/intake/staffprofile/<path:object_id>/change/      login  403    200    200    403    200
/admin/intake/staffprofile/<path:object_id>/             login  on     on     on     on     on
/admin/intake/withdrawal/                                login  403    403    200    200    200
/admin/intake/withdrawal/add/                            login  403    403    403    403    403
/admin/intake/withdrawal/<path:object_id>/history/       login  403    403    200    200    200
/admin/intake/withdrawal/<path:object_id>/delete/        login  403    403    403    403    403
/admin/intake/withdrawal/<path:object_id>/change/        login  403    403    200    200    200
/admin/intake/withdrawal/<path:object_id>/               login  on     on     on     on     on
/admin/intake/privacyrequest/                            login  403    403    200    200    200
/admin/intake/privacyrequest/add/                        login  403    403    403    403    403
/admin/intake/privacyrequest/<path:object_id>/history/   login  403    403    200    200    200
/admin/intake/privacyrequest/<path:object_id>/delete/    login  403    403    403    403    403
/admin/intake/privacyrequest/<path:object_id>/change/    login  403    403    200    200    200
/admin/intake/privacyrequest/<path:object_id>/           login  on     on     on     on     on
/admin/intake/receivingprovider/                         login  403    200    200    403    200
/admin/intake/receivingprovider/add/                     login  403    403    200    403    200
/admin/intake/receivingprovider/<path:object_id>/history/ login  403    200    200    403    200
/admin/intake/receivingprovider/<path:object_id>/delete/ login  403    403    403    403    403
/admin/intake/receivingprovider/<path:object_id>/change/ login  403    200    200    403    200
/admin/intake/receivingprovider/<path:object_id>/        login  on     on     on     on     on
/admin/intake/referral/                                  login  403    200    200    403    200
/admin/intake/referral/add/                              login  403    403    403    403    403
/admin/intake/referral/<path:object_id>/history/         login  403    200    200    403    200
/admin/intake/referral/<path:object_id>/delete/          login  403    403    403    403    403
/admin/intake/referral/<path:object_id>/change/          login  403    200    200    403    200
/admin/intake/referral/<path:object_id>/                 login  on     on     on     on     on
/admin/intake/outbox/<int:pk>/do/<slug:action>/          login  403    404    404    403    404
/admin/intake/outbox/                                    login  403    200    200    403    200
/admin/intake/outbox/add/                                login  403    403    403    403    403
/admin/intake/outbox/<path:object_id>/history/           login  403    200    200    403    200
/admin/intake/outbox/<path:object_id>/delete/            login  403    403    403    403    403
/admin/intake/outbox/<path:object_id>/change/            login  403    200    200    403    200
/admin/intake/outbox/<path:object_id>/                   login  on     on     on     on     on
/admin/<app_label>/                                      login  200    200    200    200    200
/admin/<url>                                             login  404    404    404    404    404
/healthz                                                 200    200    200    200    200    200
/readyz                                                  200    200    200    200    200    200
/callback/                                               200    200    200    200    200    200
/help/                                                   200    200    200    200    200    200
/insurance/                                              200    200    200    200    200    200
/receipt/                                                200    200    200    200    200    200
/receipt/insurance/                                      on     on     on     on     on     on
/receipt/time/                                           on     on     on     on     on     on
/receipt/note/                                           on     on     on     on     on     on
/receipt/permissions/                                    on     on     on     on     on     on
/receipt/cancel/                                         on     on     on     on     on     on
/receipt/privacy/                                        on     on     on     on     on     on
/                                                        200    200    200    200    200    200
/programs/                                               200    200    200    200    200    200
/programs/compare/                                       200    200    200    200    200    200
/programs/<slug:slug>/                                   200    200    200    200    200    200
/articles/                                               200    200    200    200    200    200
/articles/<slug:slug>/                                   200    200    200    200    200    200
/locations/<slug:slug>/                                  200    200    200    200    200    200
/find-your-level/                                        200    200    200    200    200    200
/search/                                                 200    200    200    200    200    200
/sitemap.xml                                             200    200    200    200    200    200
/robots.txt                                              200    200    200    200    200    200
/<slug:slug>/                                            200    200    200    200    200    200
"""

ROLES = ["stranger", "editor", "admissions", "manager", "privacy", "superuser"]
ROWS = [line.split() for line in TABLE.strip().splitlines()]
EXPECTED = {address: dict(zip(ROLES, answers, strict=True)) for address, *answers in ROWS}


def patterns(resolver=None, before: str = ""):
    """Yield the pattern of every address, written from the root."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from patterns(entry, pattern)
        else:
            pattern = re.sub(r"\^?\(\?P<(\w+)>.*?\)", r"<\1>", pattern)
            yield "/" + pattern.removesuffix("$")


@pytest.fixture
def site(db):
    """Everything that an address can name, once."""
    builders.center()
    place = Location.objects.create(name="Oak Park", slug="oak-park", city="Oak", region="CA")
    program = builders.program("iop")
    published = {"summary": "S.", "body": "B.", "published_at": timezone.now()}
    article = Article.objects.create(title="Family", slug="family", **published)
    privacy = Article.Kind.LEGAL
    Article.objects.create(title="Privacy", slug="privacy", kind=privacy, **published)
    question = Question.objects.create(question="Who?", answer="You.")
    safety = GuideQuestion.objects.create(text="Is anybody in danger?", slug="danger")
    safety.answers.create(text="Yes", slug="danger-yes", leads_to="danger")
    lead = builders.lead(name="Maria Luz", message="He uses fentanyl.")
    desk.send_insurance(lead, images=1)
    builders.carrier()
    CadenceStep.objects.create(attempt=1, wait_hours=3)
    colleague = builders.staff("colleague", "Admissions")
    builders.profile(colleague)
    RoutingRule.objects.create(number=10)
    told = {"kinds": ["text"], "told": "phone", "today": timezone.localdate()}
    agreements.withdraw(lead, by=colleague, at=timezone.now(), **told)
    asked = {"at": timezone.now(), "today": timezone.localdate()}
    privacy_requests.ask(lead, PrivacyWish.COPY, **asked)
    provider = ReceivingProvider.objects.create(name="North House", phone="916-555-0177")
    Referral.objects.create(
        lead=lead, provider=provider, reason="age", referred_at=timezone.now(), by=colleague
    )
    return {
        "article": article,
        "program": program,
        "location": place,
        "question": question,
        "lead": lead,
    }


@pytest.fixture
def visitors(site):
    """A signed-in browser for each role."""
    users = {
        "editor": builders.staff("eve", "Content editors"),
        "admissions": builders.staff("ada", "Admissions"),
        "manager": builders.staff("max", "Admissions managers"),
        "privacy": builders.staff("olga", "Privacy officers"),
        "superuser": builders.staff("root", is_superuser=True),
    }
    clients = {role: Client() for role in ROLES}
    for role, user in users.items():
        clients[role].force_login(user)
    return clients


def fill_in(pattern: str) -> str:
    """Return an address of that pattern that names something that exists."""
    for name, model in MODELS.items():
        if f"/{name}/" in pattern:
            pattern = re.sub(r"<(path:object_id|int:pk|id|uuid:pk)>", str(first_id(model)), pattern)
    slug = next((slug for path, slug in SLUGS.items() if pattern.startswith(path)), "")
    return (
        pattern.replace("<uuid:card>", str(CardImage.objects.get().pk))
        .replace("/draft/<uuid:pk>", f"/draft/{first_id(Lead)}")
        .replace("/account/<slug:action>", "/account/begin")
        .replace("<uuid:to>", str(Referral.objects.get().pk))
        .replace("<uuid:form>", str(InsuranceVerification.objects.get().pk))
        .replace("<slug:action>", "claim")
        .replace("<slug:slug>", slug)
        .replace("<path:content_type_id>/<path:object_id>", "1/1")
        .replace("<app_label>", "intake")
        .replace("<url>", "no-such-page")
    )


def first_id(model):
    return model.objects.order_by("pk").values_list("pk", flat=True).first()


SLUGS = {
    "/programs/": "iop",
    "/articles/": "family",
    "/locations/": "oak-park",
    "/<slug:slug>/": "privacy",
}
MODELS = {
    "auth/group": Group,
    "auth/user": get_user_model(),
    "programs/article": Article,
    "programs/center": Center,
    "programs/guidequestion": GuideQuestion,
    "programs/location": Location,
    "programs/program": Program,
    "programs/question": Question,
    "intake/auditevent": AuditEvent,
    "intake/benefitscheck": InsuranceVerification,
    "intake/carrier": Carrier,
    "intake/consenttext": ConsentText,
    "intake/lead": Lead,
    "intake/cadencestep": CadenceStep,
    "intake/outbox": Outbox,
    "intake/privacyrequest": PrivacyRequest,
    "intake/receivingprovider": ReceivingProvider,
    "intake/referral": Referral,
    "intake/routingrule": RoutingRule,
    "intake/staffprofile": StaffProfile,
    "intake/withdrawal": Withdrawal,
}


def answer_of(client, address: str) -> str:
    response = client.get(address)
    if response.status_code not in (301, 302, 303):
        return str(response.status_code)
    return "login" if response.url.startswith("/admin/login/") else "on"


def test_every_address_has_a_row_in_the_table():
    assert sorted(patterns()) == sorted(EXPECTED)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_may_open_what_the_table_says_and_nothing_else(visitors, role):
    answers = {pattern: answer_of(visitors[role], fill_in(pattern)) for pattern in EXPECTED}
    assert answers == {pattern: expected[role] for pattern, expected in EXPECTED.items()}


@pytest.mark.parametrize("role", ["stranger", "editor"])
def test_no_page_tells_of_a_lead_to_who_is_not_of_admissions(visitors, role):
    reference = Lead.objects.get().reference
    pages = [pattern for pattern, expected in EXPECTED.items() if expected[role] == "200"]
    assert len(pages) >= 15
    for pattern in pages:
        html = visitors[role].get(fill_in(pattern)).content.decode()
        for secret in (reference, "Maria", "fentanyl", "5550123", "/admin/intake/lead/"):
            assert secret not in html, pattern
    assert not AuditEvent.objects.exclude(action__in=["received", "refused", "withdrawn"]).exists()


@pytest.mark.parametrize("role", ["stranger", "editor"])
def test_no_post_of_who_is_not_of_admissions_touches_a_lead(visitors, role):
    before = everything_about_leads()
    for pattern in [pattern for pattern in EXPECTED if pattern != "/admin/logout/"]:
        for data in ({}, {"post": "yes", "claim-version": "1", "_save": "Save", "name": "X"}):
            visitors[role].post(fill_in(pattern), data)
    assert everything_about_leads() == before


def test_admissions_change_nothing_outside_the_workflow(visitors):
    """Whatever they send to the stock pages of any model, they are refused."""
    for pattern in EXPECTED:
        if re.match(r"/admin/(auth|programs|intake)/\w+/.*(add|change|delete|password)/$", pattern):
            response = visitors["admissions"].post(fill_in(pattern), {"post": "yes", "_save": "S"})
            assert response.status_code in (403, 405), pattern


def everything_about_leads() -> list:
    return [
        list(Lead.objects.values_list("version", "status", "owner", "audit_seq", "pin_digest")),
        AuditEvent.objects.exclude(lead=None).count(),
        *(model.objects.count() for model in (CardImage, ContactAttempt, Outbox)),
    ]


def test_who_left_or_is_no_staff_stays_outside(client, site):
    builders.staff("left", "Admissions", is_active=False)
    assert not client.login(username="left", password="a password for tests")
    get_user_model().objects.create_user("visitor", password="a password for tests")
    assert client.login(username="visitor", password="a password for tests")
    assert answer_of(client, desk.QUEUE) == "login"


def test_the_groups_have_the_permissions_of_the_table_and_no_others(db):
    group = Group.objects.create(name=groups.ADMISSIONS)
    group.permissions.set(Permission.objects.filter(codename__startswith="delete_"))
    groups.ensure()
    groups.ensure()
    held = {codename for (codename,) in group.permissions.values_list("codename")}
    assert held == {
        "view_lead",
        "change_lead",
        "reveal_lead",
        "view_benefitscheck",
        "change_benefitscheck",
        "approve_benefitscheck",
        "add_withdrawal",
        "view_outbox",
        "change_outbox",
        "view_carrier",
        "view_receivingprovider",
        "view_referral",
        "view_staffprofile",
        "view_duty",
        "view_dutychange",
        "view_routingrule",
    }
    editors = Group.objects.get(name=groups.CONTENT_EDITORS).permissions
    of_people = editors.filter(content_type__app_label="intake")
    assert {codename for (codename,) in of_people.values_list("codename")} == {
        "view_carrier",
        "add_carrier",
        "change_carrier",
    }
    assert not editors.exclude(content_type__app_label__in=["programs", "intake"]).exists()
    table = groups.GROUPS[groups.CONTENT_EDITORS]
    assert editors.count() == sum(len(actions) for actions in table.values())
