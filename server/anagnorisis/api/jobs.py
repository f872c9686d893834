"""What the house is busy with, and the hand that may hold it."""

from typing import Literal

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec.structs import replace

from anagnorisis.domain import Job
from anagnorisis.jobs.board import Board
from anagnorisis.store.visibility import Sight


@get("/jobs")
async def list_jobs(board: NamedDependency[Board], sight: NamedDependency[Sight]) -> list[Job]:
    """Every job as it stands now; who does not see everything is not told what of, nor how much."""
    rows = board.rows()
    return rows if sight.whole else [replace(job, done=0, total=0, detail="") for job in rows]


@post("/jobs/{name:str}/{verb:str}", status_code=204)
async def steer_job(
    name: FromPath[str], verb: FromPath[Literal["pause", "resume"]], board: NamedDependency[Board]
) -> None:
    """Pause a job or let it go on; a pause outlives a restart. 404 for an unknown job."""
    await (board.pause(name) if verb == "pause" else board.resume(name))
