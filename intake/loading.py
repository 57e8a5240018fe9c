"""Default carriers and consent wordings, from the files under `intake/content/`."""

import tomllib
from collections import Counter
from pathlib import Path

from django.utils import timezone

from intake.models import Carrier, ConsentText

CONTENT = Path(__file__).parent / "content"


def load(language: str) -> Counter:
    """Add what is new in the files; never change what is there, since staff may have."""
    folder, counts = CONTENT / language, Counter()
    carriers = tomllib.loads((folder / "carriers.toml").read_text("utf-8"))["carriers"]
    if not Carrier.objects.exists():
        Carrier.objects.bulk_create(Carrier(**carrier) for carrier in carriers)
        counts["created"] += len(carriers)
    for row in tomllib.loads((folder / "consents.toml").read_text("utf-8"))["consents"]:
        # Words that people agreed to stay as they were; new words are a new version.
        if not ConsentText.objects.filter(kind=row["kind"], language=language).exists():
            ConsentText.objects.create(
                kind=row["kind"], language=language, text=row["text"], valid_from=timezone.now()
            )
            counts["created"] += 1
    return counts
