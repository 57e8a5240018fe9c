"""Staff's accounts, for superusers: ways back in, and nothing that removes a trail."""

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from intake import sign_in

User = get_user_model()
admin.site.unregister(User)


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Accounts are personal. Who leaves is made inactive: the audit trail keeps the name."""

    list_display = ["username", "first_name", "last_name", "has_second_factor", "is_active"]
    list_select_related = ["second_factor"]
    list_filter = ["is_active", "groups"]
    actions = ["unlock", "reset_second_factor", "sign_out_everywhere"]

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user):
        factor = getattr(user, "second_factor", None)
        return bool(factor and factor.confirmed_at)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_actions(self, request):
        return super().get_actions(request) if request.user.is_superuser else {}

    @admin.action(description=_("Unlock, to try again at once"))
    def unlock(self, request, queryset):
        self._each(request, queryset, sign_in.unlock)

    @admin.action(description=_("Reset second factor"))
    def reset_second_factor(self, request, queryset):
        if queryset.filter(pk=request.user.pk).exists():
            self.message_user(
                request, _("Reset your own on your account page, please."), messages.WARNING
            )
        self._each(request, queryset.exclude(pk=request.user.pk), sign_in.reset_second_factor)

    @admin.action(description=_("Sign out everywhere"))
    def sign_out_everywhere(self, request, queryset):
        self._each(request, queryset, sign_in.sign_out_everywhere)

    def _each(self, request, queryset, do) -> None:
        users = list(queryset)
        for user in users:
            do(user, by=request.user, at=timezone.now())
        said = ngettext("Done for %(number)d person.", "Done for %(number)d people.", len(users))
        self.message_user(request, said % {"number": len(users)})
