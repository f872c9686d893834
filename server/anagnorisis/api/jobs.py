"""What the house is busy with, and the hand that may hold it."""

from typing import Literal

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from anagnorisis.domain import Job
from anagnorisis.jobs.board import Board


@get("/jobs")
async def list_jobs(board: NamedDependency[Board]) -> list[Job]:
    """Every job as it stands now."""
    return board.rows()


@post("/jobs/{name:str}/{verb:str}", status_code=204)
async def steer_job(
    name: FromPath[str], verb: FromPath[Literal["pause", "resume"]], board: NamedDependency[Board]
) -> None:
    """Pause a job or let it go on; a pause outlives a restart. 404 for an unknown job."""
    await (board.pause(name) if verb == "pause" else board.resume(name))
