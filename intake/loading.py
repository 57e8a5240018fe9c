"""Default carriers, cadence and consent wordings, from the files under `intake/content/`."""

import tomllib
from collections import Counter
from pathlib import Path

from django.utils import timezone

from intake import consent
from intake.models import CadenceStep, Carrier, ConsentText

CONTENT = Path(__file__).parent / "content"


def load(language: str) -> Counter:
    """Add what is new in the files; never change what is there, since staff may have."""
    folder, counts = CONTENT / language, Counter()
    carriers = tomllib.loads((folder / "carriers.toml").read_text("utf-8"))["carriers"]
    if not Carrier.objects.exists():
        Carrier.objects.bulk_create(Carrier(**carrier) for carrier in carriers)
        counts["created"] += len(carriers)
    steps = tomllib.loads((CONTENT / "cadence.toml").read_text("utf-8"))["steps"]
    if not CadenceStep.objects.exists():
        CadenceStep.objects.bulk_create(CadenceStep(**step) for step in steps)
        counts["created"] += len(steps)
    for row in tomllib.loads((folder / "consents.toml").read_text("utf-8"))["consents"]:
        # Words that people agreed to stay as they were; new words are a new version. Once
        # staff have published words of their own, the file has no more say.
        known = ConsentText.objects.filter(kind=row["kind"], language=language)
        latest = known.order_by("valid_from").last()
        if latest is None or (latest.published_by is None and latest.text != row["text"]):
            text = {"kind": row["kind"], "language": language, "text": row["text"]}
            consent.publish(**text, at=timezone.now())
            counts["created"] += 1
    return counts
