"""For supervisors and load balancers: is the process alive, can it serve."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from intake import pulse
from programs.models import Center


@require_safe
@never_cache
def alive(request):
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request):
    """503 while the database is away or behind; late mail or no worker is told but serves."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return HttpResponse("migrations are missing\n", status=503, content_type="text/plain")
        if not Center.objects.exists():
            return HttpResponse("run load_content first\n", status=503, content_type="text/plain")
        mail = pulse.standing(at=timezone.now())
    except Error:
        return HttpResponse("the database is away\n", status=503, content_type="text/plain")
    said = [
        "ok",
        f"late notifications: {mail.late}",
        f"worker: {'running' if mail.has_worker else 'missing'}",
    ]
    return HttpResponse("\n".join([*said, ""]), content_type="text/plain")
