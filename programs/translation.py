"""Which texts editors write once for each language. django-modeltranslation reads this file.

Each gets a column per language of `settings.LANGUAGES`; a page shows the one in its own
language or else the English. Names of people, places and companies, numbers and addresses
are the same in every language. `translation_reviewed_*` are of one language alone.
"""

from modeltranslation.translator import TranslationOptions, translator

from programs.models import (
    Article,
    Center,
    FitCriterion,
    GuideAnswer,
    GuideQuestion,
    Location,
    Program,
    ProgramSection,
    Question,
    Service,
)

REVIEW = ("translation_reviewed_by", "translation_reviewed_on")
TRANSLATED = {
    Article: ("title", "summary", "body", *REVIEW),
    Center: (
        "tagline", "introduction", "answered_by", "complaints_to", "crisis_wording", *REVIEW,
    ),
    FitCriterion: ("text",),
    GuideAnswer: ("text", "says", "ask"),
    GuideQuestion: ("text", "hint"),
    Location: ("name", "description", *REVIEW),
    Program: (
        "name", "short_name", "summary", "level_name", "level_edition", "supervision",
        "length_note", *REVIEW,
    ),
    ProgramSection: ("heading", "body"),
    Question: ("question", "answer"),
    Service: ("name", "note"),
}  # fmt: skip

for model, texts in TRANSLATED.items():
    translator.register(model, type("Options", (TranslationOptions,), {"fields": texts}))
