"""Who may import whom. The tables are the rule; don't edit them just to make a test pass."""

import ast
from graphlib import CycleError, TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

ROOT = Path(__file__).parent.parent

# What each package may use of the others. `rehab_site` ties them together, so nothing
# may import it, and it may import everything.
BORROWS = {
    "programs": (),
    "intake": (
        "programs.models",
        "programs.hours",
        "programs.context",
        "programs.generation",
        "programs.languages",
        "programs.templatetags.prose",
    ),
    "rehab_site": ("programs", "intake"),
}

# The modules of `intake`, lowest first: each imports from its own layer or those above it here.
LAYERS = {
    "leaves": "choices phones amounts estimates doubts crypto notices nonces cards card_decoder "
    "uploads windows spoken calendar_file spreadsheet audit_guard",
    "fields": "fields",
    "models": "models",
    "rules": "lookup crisis duty routing offers promises promise_clock cadence appointments seats "
    "reachable leases desk audit changes consent audience outbox pulse throttle abuse canary "
    "parts costs journal second_factor lockout drafts staff_sessions",
    "flows": "submissions by_staff priorities workflow promise_keeping taking moving bulk "
    "assessments merging referrals agreements benefits privacy_requests wishes receipts parking "
    "rotation retention replay copies groups loading seeding audit_anchor audit_check "
    "audit_retention sign_in jobs periods report ledger",
    "edges": "forms form_page views receipt_views wish_views urls staff admin management "
    "migrations apps",
}
HEIGHT = {
    f"intake.{name}": height
    for height, names in enumerate(LAYERS.values())
    for name in names.split()
}


def read_sources() -> dict[str, str]:
    """Return the source of each module of ours by its dotted name."""
    sources = {}
    for package in BORROWS:
        for path in (ROOT / package).rglob("*.py"):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            sources[name.removesuffix(".__init__")] = path.read_text()
    return sources


def imports(sources: dict[str, str], module: str) -> set[str]:
    """Return our modules that this one imports, also those inside functions."""
    found = set()
    is_package = any(name.startswith(f"{module}.") for name in sources)
    package = module if is_package else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(sources[module])):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            # `from intake import crypto` names a module, `from intake.crypto import seal` does not.
            names = {f"{origin}.{alias.name}" for alias in node.names}
            found.update(name if name in sources else origin for name in names)
    return {name for name in found if name.partition(".")[0] in BORROWS}


def layer_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def complaints(sources: dict[str, str]) -> list[str]:
    """Return a sentence for each import that breaks the rule."""
    graph = {module: imports(sources, module) for module in sorted(sources)}
    said = []
    for module, targets in graph.items():
        package = module.partition(".")[0]
        if package == "intake" and module != "intake" and layer_of(module) not in HEIGHT:
            said.append(f"{module} has no layer: add it to LAYERS where it belongs.")
        for target in sorted(targets):
            is_home = target.partition(".")[0] == package
            is_lent = any(f"{target}.".startswith(f"{name}.") for name in BORROWS[package])
            if not is_home and not is_lent:
                said.append(f"{module} must not import {target}.")
            if is_home and HEIGHT.get(layer_of(target), -1) > HEIGHT.get(layer_of(module), 99):
                said.append(f"{module} must not import {target}, a higher layer.")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        said.append(f"These import each other in a circle: {' ← '.join(error.args[1])}.")
    return said


def test_every_import_follows_the_rule():
    said = complaints(read_sources())
    assert not said, "\n".join(said)


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("programs.views", "import intake.models", "must not import intake.models"),
        ("programs.views", "from intake import crypto", "must not import intake.crypto"),
        ("programs.views", "from rehab_site.env import env", "must not import rehab_site.env"),
        ("intake.views", "from rehab_site import env", "must not import rehab_site"),
        ("intake.views", "from programs.views import home", "must not import programs.views"),
        ("intake.crypto", "from intake.models import Lead", "a higher layer"),
        ("intake.models.lead", "from ..workflow import claim", "a higher layer"),
        ("intake.audit", "def later():\n    from intake import views", "a higher layer"),
        ("intake.models", "import intake.models.lead", "in a circle"),
        ("intake.misc", "", "intake.misc has no layer"),
    ],
)
def test_a_wrong_import_is_noticed(module, line, complaint):
    small = {
        "intake": "",
        "intake.crypto": "",
        "intake.models": "",
        "intake.models.lead": "import intake.models",
        "intake.audit": "from intake.models import Lead",
        "intake.workflow": "from intake import audit, crypto",
        "intake.views": "from programs.models import Program\nfrom intake.workflow import claim",
        "programs.models": "",
        "programs.views": "import programs.models",
        "rehab_site.env": "",
    }
    assert complaints(small) == []
    small[module] = f"{small.get(module, '')}\n{line}"
    assert complaint in " ".join(complaints(small))
