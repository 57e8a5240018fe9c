"""What the head of a page and its end say to machines: one title twice, and JSON-LD."""

import json

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Nothing inside may end the script element or begin another one.
ESCAPES = {ord(char): f"\\u{ord(char):04x}" for char in "<>&"}


@register.filter
def json_ld(data: dict) -> SafeString:
    """Return data as a script element that browsers do not run."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308  (escaped)


@register.tag
def remember(parser, token):
    """{% remember name %}…{% endremember %}: keep what stands inside under a name.

    So that a block can be shown in two places, an attribute among them.
    """
    _tag, name = token.split_contents()
    inside = parser.parse(("endremember",))
    parser.delete_first_token()
    return RememberNode(name, inside)


class RememberNode(template.Node):
    def __init__(self, name: str, inside: template.NodeList):
        self.name, self.nodelist = name, inside

    def render(self, context) -> str:
        text = self.nodelist.render(context).strip().replace('"', "&quot;")
        context[self.name] = mark_safe(text)  # noqa: S308  (rendered, so escaped already)
        return ""
