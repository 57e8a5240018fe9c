"""Where each path leads."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from programs import machines
from rehab_site import health

admin.site.site_header = admin.site.site_title = _("Admissions desk")
admin.site.index_title = _("What would you like to do?")

handler400 = "programs.views.bad_request"
handler403 = "programs.views.forbidden"
handler404 = "programs.views.not_found"
handler500 = "programs.views.server_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("robots.txt", machines.robots, name="robots"),
    # English at the root, every other language under its code: /es/programs/.
    *i18n_patterns(
        path("", include("intake.urls")),
        path("", include("programs.urls")),
        prefix_default_language=False,
    ),
]
