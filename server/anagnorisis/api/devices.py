"""The devices of the household: what each is called, what it may do, and sending it away."""

from typing import Annotated

from litestar import delete, get, patch, put
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from anagnorisis.api.numbers import InPath
from anagnorisis.api.session import one_line
from anagnorisis.auth.household import Household
from anagnorisis.auth.sessions import Caller
from anagnorisis.domain import BadValue, Device, Role


class DeviceOut(Struct, frozen=True):
    """A device as the list shows it."""

    device: Device
    person: str
    role: Role
    """What it may do: its person's role, or `screen`."""
    this: bool
    """Whether it is the one that asks."""


class NewName(Struct, frozen=True, forbid_unknown_fields=True):
    """What to call a device."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]


class Narrowing(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a device does no more than play."""

    screen: bool


@get("/devices")
async def list_devices(
    household: NamedDependency[Household], caller: NamedDependency[Caller]
) -> list[DeviceOut]:
    """Every device for an owner, one's own for others."""
    return [
        DeviceOut(
            device, person.name, "screen" if device.screen else person.role, device.id == caller.device.id
        )
        for person, device in await household.devices(caller)
    ]


@patch("/devices/{device:int}")
async def rename_device(
    device: InPath,
    data: JSONBody[NewName],
    household: NamedDependency[Household],
    caller: NamedDependency[Caller],
) -> Device:
    """Call a device something else. 404 for one that is not the caller's, unless they are an owner."""
    name = one_line(data.name)
    if not name:
        raise BadValue("A device needs a name.")
    return await household.rename(caller, device, name)


@put("/devices/{device:int}/screen")
async def narrow_device(
    device: InPath,
    data: JSONBody[Narrowing],
    household: NamedDependency[Household],
    caller: NamedDependency[Caller],
) -> Device:
    """Let a device do no more than play, or all that its person may."""
    return await household.narrow(device, data.screen, caller.by())


@delete("/devices/{device:int}", status_code=204)
async def revoke_device(
    device: InPath, household: NamedDependency[Household], caller: NamedDependency[Caller]
) -> None:
    """Send a device away: its session and what streams to it end at once."""
    await household.revoke(caller, device)
