"""For supervisors and load balancers: is the process alive, can it serve."""

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from intake import outbox
from programs.models import Center


@require_safe
@never_cache
def alive(request):
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request):
    """503 while the database is away or behind; a late outbox is told but still serves."""
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return HttpResponse("migrations are missing\n", status=503, content_type="text/plain")
        if not Center.objects.exists():
            return HttpResponse("run load_content first\n", status=503, content_type="text/plain")
        late = outbox.late(at=timezone.now()).count()
    except Error:
        return HttpResponse("the database is away\n", status=503, content_type="text/plain")
    return HttpResponse(f"ok\nlate notifications: {late}\n", content_type="text/plain")
