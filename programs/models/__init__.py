"""The public content. Nothing here is about a person who asked for help."""

from programs.models.article import Article
from programs.models.center import (
    Center,
    ClosedDay,
    LanguageNotice,
    Licence,
    Location,
    OpeningHours,
)
from programs.models.guide import GuideAnswer, GuideQuestion
from programs.models.loaded import LoadedContent
from programs.models.old_slug import OldSlug
from programs.models.program import FitCriterion, Program, ProgramSection, Question, Service
from programs.models.search_term import SearchTerm

__all__ = [
    "Article",
    "Center",
    "ClosedDay",
    "FitCriterion",
    "GuideAnswer",
    "GuideQuestion",
    "LanguageNotice",
    "Licence",
    "LoadedContent",
    "Location",
    "OldSlug",
    "OpeningHours",
    "Program",
    "ProgramSection",
    "Question",
    "SearchTerm",
    "Service",
]
