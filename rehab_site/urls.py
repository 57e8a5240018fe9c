"""Where each path leads."""

from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from rehab_site import health

admin.site.site_header = admin.site.site_title = _("Admissions desk")
admin.site.index_title = _("What would you like to do?")

handler400 = "programs.views.bad_request"
handler404 = "programs.views.not_found"
handler500 = "programs.views.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("", include("intake.urls")),
    path("", include("programs.urls")),
]
