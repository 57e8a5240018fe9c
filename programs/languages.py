"""The languages of the site, and where a page stands in each: the path alone says which.

English stands at the root, every other language under its code (`/es/programs/`). A third
one is a line in `settings.LANGUAGES` (docs/languages.md).
"""

from django.conf import settings
from django.db.models import Field, Model
from django.utils.translation import get_language
from modeltranslation.fields import TranslationField
from modeltranslation.translator import NotRegistered, translator

DEFAULT = settings.LANGUAGE_CODE


def codes() -> list[str]:
    return [code for code, _name in settings.LANGUAGES]


def names() -> dict[str, str]:
    """Return what each language is called by those who speak it."""
    return dict(settings.LANGUAGES)


def others() -> list[str]:
    """Return the languages that English is translated into."""
    return [code for code in codes() if code != DEFAULT]


def current() -> str:
    """Return the language that is being spoken; English where nobody has said."""
    language = get_language()
    return language if language in codes() else DEFAULT


# Addresses


def of_path(path: str) -> str:
    """Return the language of an address on the site: /es/callback/ is Spanish."""
    first = path.lstrip("/").split("/", 1)[0]
    return first if first in others() else DEFAULT


def path_in(language: str, path: str) -> str:
    """Return the address of the same page in another language."""
    here = of_path(path)
    bare = path if here == DEFAULT else path.removeprefix(f"/{here}") or "/"
    return bare if language == DEFAULT else f"/{language}{bare}"


def alternates(path: str) -> list[dict[str, str]]:
    """Return the address of the page in each language, as search engines are told of them."""
    found = [
        {"lang_code": language, "location": settings.PUBLIC_URL + path_in(language, path)}
        for language in codes()
    ]
    return [*found, {"lang_code": "x-default", "location": found[0]["location"]}]


# Texts: a translated column has a twin for each language, `title_es`


def texts(model: type[Model]) -> list[str]:
    """Return the names of the columns that are written once for each language."""
    try:
        return list(translator.get_options_for_model(model).fields)
    except NotRegistered:
        return []


def in_language(name: str, language: str) -> str:
    """Return the name of a text's own column in that language."""
    return f"{name}_{language}"


def said(row: Model, name: str, language: str):
    """Return a text in that language and no other; empty when nobody has written it."""
    return getattr(row, in_language(name, language)) or ""


def of_text(row: Model, name: str) -> str:
    """Return the language in which a text is shown: English where it is not translated."""
    language = current()
    if name not in texts(type(row)) or said(row, name, language):
        return language
    return DEFAULT if said(row, name, DEFAULT) else language


def is_english_twin(column: Field) -> bool:
    """Whether a column only repeats what the text's first column holds."""
    return isinstance(column, TranslationField) and column.language == DEFAULT


def missing(row: Model, language: str) -> list[str]:
    """Return the texts of a row that are written in English alone."""
    return [
        name
        for name in texts(type(row))
        if not name.startswith("translation_")
        and said(row, name, DEFAULT)
        and not said(row, name, language)
    ]
