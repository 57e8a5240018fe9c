"""The site search: an inverted index of word stems, the same hits on every database.

`find` answers a visitor. Whoever changes content says so: `index_program`,
`index_article`, `index_question`, `prune` after deleting, or `rebuild`.
"""

from programs.search.index import (
    index_article,
    index_program,
    index_question,
    prune,
    rebuild,
)
from programs.search.query import find

__all__ = [
    "find",
    "index_article",
    "index_program",
    "index_question",
    "prune",
    "rebuild",
]
