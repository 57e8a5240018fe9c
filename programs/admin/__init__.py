"""Where content editors work. Who is an editor is decided by permissions alone."""

from programs.admin.article import ArticleAdmin
from programs.admin.center import CenterAdmin
from programs.admin.guide import GuideQuestionAdmin
from programs.admin.location import LocationAdmin
from programs.admin.program import ProgramAdmin
from programs.admin.question import QuestionAdmin

__all__ = [
    "ArticleAdmin",
    "CenterAdmin",
    "GuideQuestionAdmin",
    "LocationAdmin",
    "ProgramAdmin",
    "QuestionAdmin",
]
