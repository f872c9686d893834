"""What PDFium makes of one PDF, in a process of its own within limits: a hostile file ends no more than that.

`pdf_child.py words FILE` writes what `pdf.Told` reads, `… face FILE SIDE` the first page as PNG.
Exit status 1 with a sentence on standard error where the file cannot be read.
"""

import json
import resource
import sys
from io import BytesIO

import pypdfium2

CPU_S, MEMORY = 20, 2 << 30
MOST_PAGES, MOST_CHARACTERS = 5_000, 8 << 20


def words(path: str) -> bytes:
    """What a file says, in JSON; pages beyond the limits are left out. Raises `PdfiumError`."""
    document = pypdfium2.PdfDocument(path)
    said = document.get_metadata_dict()
    pages, left = list[str](), MOST_CHARACTERS
    for number in range(min(len(document), MOST_PAGES)):
        text = document[number].get_textpage().get_text_range()[:left]
        pages.append(text)
        left -= len(text)
    named = {"title": "Title", "author": "Author", "keywords": "Keywords", "created": "CreationDate"}
    told = {ours: said.get(theirs, "") for ours, theirs in named.items()}
    return json.dumps({**told, "pages": pages}).encode()


def face(path: str, side: int) -> bytes:
    """The first page with its longer side at `side` pixels, as PNG. Raises `PdfiumError`."""
    page = pypdfium2.PdfDocument(path)[0]
    picture = page.render(scale=side / max(page.get_width(), page.get_height(), 1)).to_pil()
    out = BytesIO()
    picture.convert("RGB").save(out, "PNG")
    return out.getvalue()


def main() -> int:
    """Do as the command line says; the exit status."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        done = words(sys.argv[2]) if sys.argv[1] == "words" else face(sys.argv[2], int(sys.argv[3]))
    except pypdfium2.PdfiumError as error:
        print("is locked by a password" if "assword" in str(error) else "is no whole PDF", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
