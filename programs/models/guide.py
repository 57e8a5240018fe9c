"""The questions of the guide, and where each answer leads."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class GuideQuestion(models.Model):
    """A plain question. Those with an answer at which the guide stops are asked first."""

    text = models.CharField(_("question"), max_length=200)
    slug = models.SlugField(
        _("short name"), unique=True, help_text=_("Not shown. One or two words, like: home.")
    )
    hint = models.CharField(
        _("hint"), max_length=300, blank=True, help_text=_("One sentence under the question.")
    )
    is_published = models.BooleanField(
        _("published"),
        default=True,
        help_text=_("Not ticked: asked only when you try the guide out here."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("question of the guide")
        verbose_name_plural = _("guide: find your level")
        ordering = ["order", "pk"]

    def __str__(self):
        return self.text

    @property
    def can_stop(self) -> bool:
        """Whether one of its answers ends the guide."""
        return any(answer.leads_to for answer in self.answers.all())


class GuideAnswer(models.Model):
    """One of the answers to choose from. Reasons of the programs hang on it."""

    class LeadsTo(models.TextChoices):
        DANGER = "danger", _("Stop: 911, 988 and the phone")
        PERSON = "person", _("Stop: to a person, nothing more is asked")

    question = models.ForeignKey(GuideQuestion, models.CASCADE, related_name="answers")
    text = models.CharField(_("answer"), max_length=200)
    slug = models.SlugField(_("short name"), unique=True, help_text=_("Not shown: home-unsafe."))
    leads_to = models.CharField(
        _("where it leads"),
        max_length=10,
        choices=LeadsTo.choices,
        blank=True,
        help_text=_("Empty: the guide goes on."),
    )
    says = models.TextField(
        _("what the page says then"),
        blank=True,
        help_text=_("Only where the guide stops. Markdown. The phone numbers follow."),
    )
    ask = models.CharField(
        _("worth asking"),
        max_length=200,
        blank=True,
        help_text=_("A question to ask us, shown with the result. Left out while empty."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(leads_to__in=["", "danger", "person"]), name="guide_answer_leads_to"
            )
        ]

    def __str__(self):
        return self.text
