"""The guide "find your level". Answers come by POST, are answered, and leave no trace.

No session, no row, no log line, no address and no cache holds them. Every page of the guide
has the same title, so that a browser's history does not tell what was chosen.
"""

from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.text import get_text_list
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from programs import guide as rules
from programs.guide import Guide
from programs.guide_form import GuideForm
from programs.models import GuideAnswer

# The button under the last question; until it is pressed, there is more to ask.
DONE = "done"


@csrf_exempt  # It changes nothing and answers everybody alike, so it needs no cookie.
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def find_your_level(request):
    return guide_page(request, rules.read())


def guide_page(request, guide: Guide, *, is_preview: bool = False):
    """Answer with the questions that come next, the place where they stop, or the result."""
    if not guide.is_safe:
        return render(request, "programs/guide.html", {"is_preview": is_preview})
    if request.method != "POST":
        return _ask(request, guide, GuideForm(guide.first), is_preview=is_preview)
    response = _answer(request, guide, is_preview=is_preview)
    add_never_cache_headers(response)
    return response


def _answer(request, guide: Guide, *, is_preview: bool):
    first = GuideForm(guide.first, request.POST, is_required=True)
    if end := rules.stop(first.chosen):
        is_danger = end.leads_to == GuideAnswer.LeadsTo.DANGER
        context = {"end": end, "is_danger": is_danger, "is_preview": is_preview}
        return render(request, "programs/guide_stop.html", context)
    if first.errors:
        return _ask(request, guide, first, is_preview=is_preview)

    rest = GuideForm(guide.rest, request.POST)
    if rest.errors or (rest.fields and DONE not in request.POST):
        return _ask(request, guide, rest, before=first, is_preview=is_preview)

    chosen = first.chosen + rest.chosen
    result = rules.weigh(guide.programs, chosen)
    context = {
        "may_fit": result.may_fit,
        "named": get_text_list([level.program.name for level in result.may_fit]),
        "levels": result.compared,
        "ask": [answer.ask for answer in chosen if answer.ask],
        "lines": rules.lines(chosen),
        "sent": first.sent + rest.sent,
        "is_preview": is_preview,
    }
    return render(request, "programs/guide_result.html", context)


def _ask(request, guide: Guide, form: GuideForm, *, before=None, is_preview: bool):
    """Show the first questions, or the rest with what was chosen `before`."""
    context = {
        "form": form,
        "before": before,
        # On paper the first page carries all of them.
        "later": [] if before else guide.rest,
        "done": DONE,
        "is_preview": is_preview,
    }
    return render(request, "programs/guide.html", context, status=422 if form.errors else 200)
