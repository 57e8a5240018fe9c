"""What visitors read is in Spanish too: every word of the templates, the forms and the times."""

import ast
import re
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.utils.translation import override
from django.utils.translation.template import templatize

from intake import choices
from programs.models import OpeningHours, Program, Service

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "locale/es/LC_MESSAGES"
PO, MO = FOLDER / "django.po", FOLDER / "django.mo"

# Staff work in English; what they print for a family is in its language.
FOR_STAFF = {"admin", "registration"}
PRINTED = ROOT / "templates/admin/intake/benefits"
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if not FOR_STAFF & set(path.relative_to(ROOT / "templates").parts)
] + [PRINTED / "estimate_sheet.html", PRINTED / "_estimate.html"]
PUBLIC_FORMS = ("appointment", "callback", "contact", "inputs", "insurance", "receipt", "wishes")
MODULES = [
    *(ROOT / "intake/forms" / f"{name}.py" for name in PUBLIC_FORMS),
    *(ROOT / "intake" / f"{name}.py" for name in ("cards", "form_page", "phones")),
    *(ROOT / "intake" / f"{name}.py" for name in ("estimates", "doubts")),
    *(
        ROOT / "intake" / f"{name}.py"
        for name in ("receipt_views", "spoken", "views", "windows", "wishes")
    ),
    *(ROOT / "programs" / f"{name}.py" for name in ("guide_form", "ranges", "trails")),
    ROOT / "programs/search/documents.py",
]
VOCABULARIES = [
    *(choices.ForWhom, choices.Relationship, choices.Adult, choices.Window, choices.Language),
    *(choices.HeardFrom, choices.PlanType, choices.HolderRelationship, choices.PrivacyWish),
    choices.Network,
    *(Program.Sleeps, Service.Kind, OpeningHours.Weekday),
]
# Names that are said alike in both.
ALIKE = {"English", "Tagalog", "HMO", "PPO", "EPO", "POS", "Medicare"}
# On the printed sheet, the line for the staff member who prints it.
BY_THE_PRINTER = {"Back to the estimate"}

STRING = r"""u?(?P<{}>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
CALL = re.compile(
    rf"\b(?:_|gettext|ngettext)\(\s*{STRING.format('one')}(?:, *{STRING.format('many')})?"
)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
MARKUP = re.compile(r"<[^>]+>")


def of_templates() -> set[str]:
    """Return what the templates say, as `makemessages` would find it."""
    found = set()
    for path in TEMPLATES:
        for call in CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
            found |= {ast.literal_eval(each) for each in call.groups() if each}
    return found


def of_modules() -> set[str]:
    """Return what the public modules say in a call of gettext."""
    found = set()
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id in {"_", "gettext", "gettext_lazy", "ngettext"}:
                found |= {one.value for one in node.args if isinstance(one, ast.Constant)}
    return found


def of_vocabularies() -> set[str]:
    with override("en"):
        return {str(label) for vocabulary in VOCABULARIES for label in vocabulary.labels}


def pairs() -> list[tuple[str, str]]:
    """Return (English, Spanish) of the .po file; of plurals each form with its English one."""
    texts, key, found = {}, None, []
    for line in [*PO.read_text(encoding="utf-8").splitlines(), ""]:
        if match := re.fullmatch(r'(msg\w+(?:\[\d\])?) (".*")', line):
            key = match[1]
            texts[key] = ast.literal_eval(match[2])
        elif line.startswith('"'):
            texts[key] += ast.literal_eval(line)
        elif not line and texts:
            forms = [said for key, said in texts.items() if key.startswith("msgstr")]
            first, *others = forms
            found.append((texts["msgid"], first))
            found += [(texts["msgid_plural"], said) for said in others]
            texts = {}
    return found


@pytest.mark.parametrize("source", [of_templates, of_modules, of_vocabularies])
def test_everything_said_to_visitors_is_said_in_spanish(source):
    # A language is called by its own name: 한국어 (Korean).
    own_names = {label for label in choices.Language.labels if label.endswith(")")}
    spared = ALIKE | own_names | BY_THE_PRINTER
    assert source() - {english for english, _said in pairs()} - spared == set()


def test_makemessages_finds_every_word():
    # It knows gettext by its own names and by _, and passes over any other.
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                assert {name.asname for name in node.names} <= {None, "_"}, path.name


def test_what_is_compiled_is_what_was_written():
    with MO.open("rb") as file:
        compiled = GNUTranslations(file)._catalog.values()
    assert set(compiled) == {said for _english, said in pairs()}


def test_a_translation_keeps_what_is_put_in_and_where_links_lead():
    for english, said in pairs()[1:]:
        assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(english)), english
        assert sorted(MARKUP.findall(said)) == sorted(MARKUP.findall(english)), english
        assert english[:1].isspace() == said[:1].isspace(), english


def test_whoever_is_told_to_call_988_is_told_how_to_be_answered_in_spanish():
    told = [said for english, said in pairs() if re.search(r"(?i)call or text\b.+988", english)]
    assert told
    assert all("marque 2 para español" in said for said in told if len(said) > 40)
