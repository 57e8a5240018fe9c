"""The admin site behind our own door. `rehab_site.apps` makes it Django's default one."""

from django.contrib import admin
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from intake import pulse, sign_in, staff_sessions
from intake.staff import account, desk, door, idle, pages, report


class StaffSite(admin.AdminSite):
    """Lets nobody in without the second factor, where it is asked for."""

    def has_permission(self, request):
        return super().has_permission(request) and sign_in.is_enough(request)

    def each_context(self, request):
        context = super().each_context(request)
        if context["has_permission"]:
            page = urlencode({"why": "away", "next": pages.of(request, request.get_full_path())})
            context |= {
                "seconds_left": staff_sessions.seconds_left(request.session, at=timezone.now()),
                "seconds_of_warning": int(staff_sessions.WARNING.total_seconds()),
                "when_signed_out": f"{reverse('admin:login')}?{page}",
            }
            if request.user.has_perm("intake.view_outbox"):
                context["mail"] = SimpleLazyObject(lambda: pulse.standing(at=timezone.now()))
        return context

    def get_urls(self):
        def inside(view):
            return self.admin_view(view, cacheable=False)

        def at_door(view):
            return never_cache(lambda request: view(self, request))

        return [
            path("login/code/", at_door(door.code), name="login_code"),
            path("login/set-up/", at_door(door.set_up), name="login_set_up"),
            path("account/", inside(lambda request: account.show(self, request)), name="account"),
            path(
                "account/<slug:action>/",
                inside(lambda request, action: account.act(self, request, action)),
                name="account_act",
            ),
            path("lists/", inside(self.lists), name="lists"),
            path("desk/now/", inside(desk.now), name="desk_now"),
            path("desk/next/", inside(desk.take_next), name="take_next"),
            path("report/", inside(lambda request: report.show(self, request)), name="report"),
            path("report/export/", inside(report.export), name="report_export"),
            path("clock/", inside(idle.clock), name="clock"),
            path("stay/", inside(idle.stay), name="stay"),
            path("draft/new/", inside(idle.draft), name="draft_new_lead"),
            path("draft/<uuid:pk>/<slug:action>/", inside(idle.draft), name="draft"),
            *super().get_urls(),
        ]

    @method_decorator(never_cache)
    def index(self, request, extra_context=None):
        """Show admissions staff their desk, and everybody else the list of models."""
        if request.user.has_perm(desk.PERMISSION):
            return desk.show(self, request)
        return self.lists(request, extra_context)

    def lists(self, request, extra_context=None):
        """Django's own first page: all lists somebody may open."""
        return super().index(request, extra_context)

    @method_decorator(never_cache)
    def login(self, request, extra_context=None):
        return door.password(self, request)

    def logout(self, request, extra_context=None):
        return door.leave(request)

    def password_change(self, request, extra_context=None):
        return account.change_password(self, request)
