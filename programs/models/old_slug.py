"""Addresses that pages had before, so that links to them still lead somewhere."""

from django.db import models
from django.db.models import Q

PAGES = ("program", "article", "location")


class OldSlugManager(models.Manager):
    def remember(self, slug: str, *, of: models.Model) -> None:
        """Lead from a slug that the page had before; the page that had it last wins."""
        page = of._meta.model_name
        self.update_or_create(slug=slug, **{f"{page}__isnull": False}, defaults={page: of})


class OldSlug(models.Model):
    """A slug that one page had. It points at the page itself, so no chain can form."""

    slug = models.SlugField()
    program = models.ForeignKey(
        "programs.Program", models.CASCADE, related_name="old_slugs", null=True
    )
    article = models.ForeignKey(
        "programs.Article", models.CASCADE, related_name="old_slugs", null=True
    )
    location = models.ForeignKey(
        "programs.Location", models.CASCADE, related_name="old_slugs", null=True
    )

    objects = OldSlugManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(program=None, article=None, location__isnull=False)
                | Q(program=None, article__isnull=False, location=None)
                | Q(program__isnull=False, article=None, location=None),
                name="old_slug_of_one_page",
            ),
            *(
                models.UniqueConstraint(
                    fields=["slug"],
                    condition=Q(**{f"{page}__isnull": False}),
                    name=f"old_slug_of_one_{page}",
                )
                for page in PAGES
            ),
        ]

    def __str__(self):
        return self.slug
