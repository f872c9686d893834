"""Numbers of rows as they come in addresses and bodies: no larger than what SQLite counts by."""

from typing import Annotated

from litestar.params import PathParameter, QueryParameter
from msgspec import Meta

LARGEST = 2**63 - 1

InPath = Annotated[int, PathParameter(ge=0, le=LARGEST)]
InQuery = Annotated[int, QueryParameter(ge=0, le=LARGEST)]
InBody = Annotated[int, Meta(ge=0, le=LARGEST)]
