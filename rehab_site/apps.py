"""Which admin site Django serves: the one behind our own sign-in."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "intake.staff.site.StaffSite"
