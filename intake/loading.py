"""Default carriers, providers, cadence and consent wordings, from `intake/content/`."""

import tomllib
from collections import Counter
from pathlib import Path

from django.utils import timezone

from intake import consent
from intake.models import CadenceStep, Carrier, ConsentText, ReceivingProvider
from programs import languages

CONTENT = Path(__file__).parent / "content"


def load() -> Counter:
    """Add what is new in the files; never change what is there, since staff may have."""
    counts = Counter()
    # Names of companies, the same in every language.
    carriers = _rows(languages.DEFAULT, "carriers")
    if not Carrier.objects.exists():
        Carrier.objects.bulk_create(Carrier(**carrier) for carrier in carriers)
        counts["created"] += len(carriers)
    if not CadenceStep.objects.exists():
        steps = tomllib.loads((CONTENT / "cadence.toml").read_text("utf-8"))["steps"]
        CadenceStep.objects.bulk_create(CadenceStep(**step) for step in steps)
        counts["created"] += len(steps)
    providers = tomllib.loads((CONTENT / "providers.toml").read_text("utf-8"))["providers"]
    if not ReceivingProvider.objects.exists():
        ReceivingProvider.objects.bulk_create(ReceivingProvider(**row) for row in providers)
        counts["created"] += len(providers)
    for language in languages.codes():
        counts += _load_wordings(language)
    return counts


def _load_wordings(language: str) -> Counter:
    counts = Counter()
    for row in _rows(language, "consents"):
        # Words that people agreed to stay as they were; new words are a new version. Once
        # staff have published words of their own, the file has no more say.
        known = ConsentText.objects.filter(kind=row["kind"], language=language)
        latest = known.order_by("valid_from").last()
        if latest is None or (latest.published_by is None and latest.text != row["text"]):
            text = {"kind": row["kind"], "language": language, "text": row["text"]}
            consent.publish(**text, at=timezone.now())
            counts["created"] += 1
    return counts


def _rows(language: str, name: str) -> list[dict]:
    """Return the tables of a file; none where the language has no such file."""
    path = CONTENT / language / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8"))[name] if path.exists() else []
