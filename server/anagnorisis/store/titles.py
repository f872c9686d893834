"""How a title is filed: by the word a person would look under."""

import re
import unicodedata

ARTICLES = "the|a|an|der|die|das|ein|eine|le|la|les|un|une|el|los|las|il|lo|gli|uno|una|de|het|een"
LEADING = re.compile(rf"(?:(?:{ARTICLES})\s+|l['’])(?=\w)")
PUNCTUATION = re.compile(r"\W+")


def letter_of(name: str) -> str:
    """The capital letter a name is filed under, # for what begins with none."""
    first = unicodedata.normalize("NFKD", name.strip())[:1].upper()
    return first if first.isalpha() else "#"


def sort_title(title: str) -> str:
    """`title` without case, accents, leading punctuation and article; empty only if `title` is blank."""
    folded = unicodedata.normalize("NFKD", title.casefold()).strip()
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    worded = plain[opening.end() :] if (opening := PUNCTUATION.match(plain)) else plain
    article = LEADING.match(worded)
    return worded[article.end() :] if article else worded or title.strip()
