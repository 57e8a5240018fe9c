"""What a page says about its language: which parts are in English, and who has reviewed it."""

from django import template
from django.db.models import Model
from django.utils.safestring import SafeString, mark_safe

from programs import languages

register = template.Library()


@register.simple_tag(takes_context=True)
def lang(context, row: Model, name: str) -> SafeString:
    """Mark up the language of a text that is shown in English for want of a translation.

    `<p{% lang program "summary" %}>{{ program.summary }}</p>`
    """
    if not row or languages.of_text(row, name) == languages.current():
        return ""
    context.get("in_english", set()).add(name)
    return mark_safe(f' lang="{languages.DEFAULT}"')  # noqa: S308  (a code of our settings)


@register.tag
def translated(parser, token):
    """{% translated %}…{% endtranslated %}: what stands inside, with notes on its language."""
    inside = parser.parse(("endtranslated",))
    parser.delete_first_token()
    return TranslatedNode(inside)


class TranslatedNode(template.Node):
    """Made after what stands inside: only then is it known whether all of it is translated."""

    def __init__(self, nodelist: template.NodeList):
        self.nodelist = nodelist

    def render(self, context) -> str:
        inside = self.nodelist.render(context)
        if languages.current() == languages.DEFAULT:
            return inside
        around = context.template.engine.get_template("_translated.html")
        # A page of its own has its own review; what is put together has that of the center.
        page = context.get("page_of") or context.get("center")
        review = page.translation_review(languages.current()) if page else None
        with context.push(inside=inside, review=review):
            return around.render(context)
