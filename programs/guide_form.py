"""The guide's questions as a form. What is sent with it is read once and kept nowhere."""

from django import forms
from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.html import conditional_escape as escape
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from programs import languages
from programs.models import GuideAnswer, GuideQuestion

CHOOSE = _("Please choose one of these answers.")


def _marked(row: Model, name: str) -> str:
    """Return a text, marked up as English where it is not translated."""
    text, language = getattr(row, name), languages.of_text(row, name)
    if language == languages.current():
        return text
    return format_html('<span lang="{}">{}</span>', language, text)


class GuideForm(forms.Form):
    """One list of answers for each question."""

    prefix = "q"

    def __init__(self, questions: list[GuideQuestion], data=None, *, is_required: bool = False):
        super().__init__(data)
        self.answers: dict[str, dict[str, GuideAnswer]] = {}
        for question in questions:
            answers = self.answers[question.slug] = {
                answer.slug: answer for answer in question.answers.all()
            }
            self.fields[question.slug] = forms.ChoiceField(
                label=_marked(question, "text"),
                # crispy writes help texts out as HTML.
                help_text=escape(_marked(question, "hint")),
                choices=[(slug, _marked(answer, "text")) for slug, answer in answers.items()],
                widget=forms.RadioSelect,
                required=is_required,
                error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
            )

    @cached_property
    def chosen(self) -> list[GuideAnswer]:
        """The answers that were chosen from our lists, whatever else was sent."""
        self.full_clean()
        return [self.answers[name][slug] for name, slug in self.cleaned_data.items() if slug]

    @property
    def sent(self) -> list[tuple[str, str]]:
        """The same as names and values, to be carried along by the next page."""
        return [(self.add_prefix(answer.question.slug), answer.slug) for answer in self.chosen]
