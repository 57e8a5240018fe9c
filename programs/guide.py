"""The rules of the guide: what is asked first, where it stops, which level may fit.

Pure decisions over rows. Nothing here knows who asks, and nothing is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from programs.models import FitCriterion, GuideAnswer, GuideQuestion, Program


@dataclass(frozen=True)
class Guide:
    """The questions in their order, and the programs to choose among, most intensive first."""

    questions: list[GuideQuestion]
    programs: list[Program]

    @property
    def first(self) -> list[GuideQuestion]:
        """What is asked before anything else: questions at which the guide may stop."""
        return [question for question in self.questions if question.can_stop]

    @property
    def rest(self) -> list[GuideQuestion]:
        return [question for question in self.questions if not question.can_stop]

    @property
    def is_safe(self) -> bool:
        """Whether it asks about danger. If not, nobody should be led through it."""
        return any(
            answer.leads_to == GuideAnswer.LeadsTo.DANGER
            for question in self.questions
            for answer in question.answers.all()
        )


@dataclass
class Level:
    """A program, with what the answers say for it and for another one."""

    program: Program
    fits: list[FitCriterion] = field(default_factory=list)
    not_fits: list[FitCriterion] = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """The levels that may fit, most intensive first, and those to compare them with."""

    may_fit: list[Level]
    compared: list[Level]


def read(*, with_drafts: bool = False) -> Guide:
    """Return the guide as visitors get it, or with drafts, as an editor tries it out."""
    questions = GuideQuestion.objects.prefetch_related("answers")
    programs = Program.objects.all()
    if not with_drafts:
        questions, programs = questions.filter(is_published=True), programs.published()
    return Guide(list(questions), list(programs))


def answers_by_question() -> list[tuple[str, list[tuple[int, str]]]]:
    """Return all answers as grouped choices, to tie a program's reasons to."""
    return [
        (question.text, [(answer.pk, answer.text) for answer in question.answers.all()])
        for question in GuideQuestion.objects.prefetch_related("answers")
    ]


def stop(chosen: Iterable[GuideAnswer]) -> GuideAnswer | None:
    """Return the answer at which the guide ends, danger before anything else."""
    ends = [answer for answer in chosen if answer.leads_to]
    danger = (answer for answer in ends if answer.leads_to == GuideAnswer.LeadsTo.DANGER)
    return next(danger, ends[0] if ends else None)


def weigh(programs: Iterable[Program], chosen: Iterable[GuideAnswer]) -> Result:
    """Return what the answers say about each program.

    A level may fit when nothing chosen speaks for another one and most speaks for it; on a
    tie, each is named. One step more and one less are compared with it, or all when none fits.
    """
    levels = {program.pk: Level(program) for program in programs}
    criteria = FitCriterion.objects.filter(guide_answer__in=chosen, program__in=levels)
    for criterion in criteria:
        level = levels[criterion.program_id]
        (level.fits if criterion.is_fit else level.not_fits).append(criterion)

    ladder = list(levels.values())
    candidates = [level for level in ladder if level.fits and not level.not_fits]
    most = max((len(level.fits) for level in candidates), default=0)
    may_fit = [level for level in candidates if len(level.fits) == most]
    if not may_fit:
        return Result([], ladder)
    top, bottom = ladder.index(may_fit[0]), ladder.index(may_fit[-1])
    return Result(may_fit, ladder[max(top - 1, 0) : bottom + 2])


def lines(chosen: Iterable[GuideAnswer]) -> list[str]:
    """Return each question with its answer, as it would go along with a request for a call."""
    return [f"{answer.question.text} {answer.text}" for answer in chosen]
