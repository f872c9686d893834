"""The commands. One about the house talks to its running server, else opens the store itself; never both."""

import argparse
import asyncio
import gc
import logging
import re
import socket
import sqlite3
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

import uvicorn
import uvloop

from anagnorisis import app, logs
from anagnorisis.api import VERSION, control, routes, server
from anagnorisis.api.carrying import BringIn, CarryAway
from anagnorisis.api.checkpoint_orders import LookAtCheckpoint, Standing, brought, removal
from anagnorisis.api.control import (
    AddPerson,
    AskHealth,
    Errand,
    GiveRole,
    ListPeople,
    NewAuthority,
    NewCode,
    Scan,
    Train,
    Unlock,
)
from anagnorisis.api.entrance import Entrance, in_letters
from anagnorisis.api.known_orders import KnownModels, PullModel
from anagnorisis.api.model_orders import (
    BenchModels,
    ImportModel,
    ListModels,
    UseModels,
    VerifyModels,
)
from anagnorisis.api.rooms import Rooms
from anagnorisis.api.secured import Secured, secured
from anagnorisis.auth.binding import listens_at
from anagnorisis.auth.hosts import is_loopback
from anagnorisis.config import Settings, Tls, load
from anagnorisis.domain import ROLES, AnagnorisisError, BadValue, Refused
from anagnorisis.export import process
from anagnorisis.jobs.training import BUDGET_S
from anagnorisis.library.checkpoints import named

log = logging.getLogger("anagnorisis.serve")

FLAGS = ("data", "host", "port", "cert", "key", "lan", "tls", "guide_port")
"""Of `serve` and `doctor`, which are settings too."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out the command in `arguments` (without the program's name). 0 when it was, 1 when not."""
    logs.to_console()
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.command(asked) or 0)
    except AnagnorisisError as error:
        print(f"anagnorisis: {error.what}", file=sys.stderr)
    except (OSError, sqlite3.Error) as error:
        print(f"anagnorisis: {error}. Is the disk there, and are its files yours?", file=sys.stderr)
    except KeyboardInterrupt:
        print("anagnorisis: ended by you.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("anagnorisis", description="A media server for one household.")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument("--data", type=Path, help="the folder where the house keeps its own files")
    verbs = parser.add_subparsers(required=True, metavar="command")

    door = _door()
    serve = verbs.add_parser("serve", parents=[data, door], help="open the house to this machine or the LAN")
    serve.add_argument("--library", type=Path, action="append", default=[], help="a folder to take in")
    serve.set_defaults(command=_serve)
    doctor = verbs.add_parser("doctor", parents=[data, door], help="say what keeps phones out")
    doctor.set_defaults(command=_doctor)

    _about_people(verbs, data)
    _about_taste(verbs, data)
    _about_models(verbs, data)
    code = verbs.add_parser("code", parents=[data], help="a new code for a further device of a person")
    code.add_argument("name")
    code.set_defaults(command=lambda asked: _order(asked, NewCode(asked.name)))
    scan = verbs.add_parser("scan", parents=[data], help="look at all folders now")
    scan.set_defaults(command=lambda asked: _order(asked, Scan()))

    train = verbs.add_parser("train", parents=[data], help="form a second opinion from all ratings")
    train.add_argument("--budget", type=_seconds, default=BUDGET_S, help="time to learn: 90s, 10m, 2h")
    train.set_defaults(command=_train)

    certificate = verbs.add_parser("certificate", help="what the house shows to phones").add_subparsers(
        required=True, metavar="command"
    )
    new = certificate.add_parser("new-ca", parents=[data], help="a new authority, to be trusted anew")
    new.set_defaults(command=lambda asked: _order(asked, NewAuthority()))
    bench = verbs.add_parser("bench", help="measure this machine").add_subparsers(
        required=True, metavar="what"
    )
    vectors = bench.add_parser("vectors", parents=[data], help="how fast neighbours are found, in a minute")
    vectors.add_argument("--write", action="store_true", help="put what is recommended into the settings")
    vectors.set_defaults(command=_bench_vectors)
    health = verbs.add_parser("health", parents=[data], help="ask the running server whether it is well")
    health.set_defaults(command=_health)

    verbs.add_parser("openapi", help="print the API").set_defaults(command=_openapi)
    verbs.add_parser("version", help="print the version").set_defaults(command=lambda _: print(VERSION))
    return parser


def _door() -> argparse.ArgumentParser:
    """Where the house listens and how it is encrypted."""
    door = argparse.ArgumentParser(add_help=False)
    door.add_argument("--lan", action="store_true", default=None, help="let phones at home in, encrypted")
    door.add_argument("--host", help="address to listen at; this machine only when left out")
    door.add_argument("--port", type=int)
    door.add_argument("--tls", choices=get_args(Tls), help="whose certificate; found out when left out")
    door.add_argument("--cert", type=Path, help="a certificate of your own, PEM")
    door.add_argument("--key", type=Path, help="its key, PEM")
    door.add_argument("--guide-port", type=int, help="where the guide for phones answers")
    return door


def _about_people(verbs: Any, data: argparse.ArgumentParser) -> None:
    """`people …`"""
    people = verbs.add_parser("people", help="who belongs to the house").add_subparsers(
        required=True, metavar="command"
    )
    add = people.add_parser("add", parents=[data], help="let a further person in")
    add.add_argument("name")
    add.set_defaults(command=lambda asked: _order(asked, AddPerson(asked.name)))
    named = people.add_parser("list", parents=[data], help="name everybody")
    named.set_defaults(command=lambda asked: _order(asked, ListPeople()))

    role = people.add_parser("role", parents=[data], help="change what a person may do")
    role.add_argument("name")
    role.add_argument("role", choices=[role for role in ROLES if role != "screen"])
    role.set_defaults(command=lambda asked: _order(asked, GiveRole(asked.name, asked.role)))

    unlock = people.add_parser("unlock", parents=[data], help="take away a lost password and passkeys")
    unlock.add_argument("name")
    unlock.set_defaults(command=lambda asked: _order(asked, Unlock(asked.name)))


def _about_taste(verbs: Any, data: argparse.ArgumentParser) -> None:
    """`taste …`"""
    taste = verbs.add_parser("taste", help="carry a taste to another house").add_subparsers(
        required=True, metavar="command"
    )
    for verb, order, says in (
        ("export", CarryAway, "put all that a person did, and what was made of it, into a file"),
        ("import", BringIn, "take such a file in as done by a person of this house"),
    ):
        one = taste.add_parser(verb, parents=[data], help=says)
        one.add_argument("name")
        one.add_argument("file", type=Path)
        one.set_defaults(command=partial(_carry, order))


def _about_models(verbs: Any, data: argparse.ArgumentParser) -> None:
    """`models …`"""
    models = verbs.add_parser("models", help="what sees, hears and reads the items").add_subparsers(
        required=True, metavar="command"
    )
    told = models.add_parser("list", parents=[data], help="those installed, and those at work")
    told.set_defaults(command=lambda asked: _order(asked, ListModels()))
    new = models.add_parser("import", parents=[data], help="take in a folder with a model of your own")
    new.add_argument("folder", type=Path)
    new.set_defaults(command=lambda asked: _order(asked, ImportModel(_absolute(asked.folder))))
    use = models.add_parser("use", parents=[data], help="have a kind seen by a model, or by several joined")
    use.add_argument("names", nargs="+", metavar="name")
    use.set_defaults(command=lambda asked: _order(asked, UseModels(asked.names)))
    gone = models.add_parser("remove", parents=[data], help="take a model and its vectors out of the house")
    gone.add_argument("name")
    gone.set_defaults(command=lambda asked: _order(asked, removal(asked.name)))
    there = models.add_parser("known", parents=[data], help="those that could be fetched")
    there.set_defaults(command=lambda asked: _order(asked, KnownModels()))
    pull = models.add_parser("pull", parents=[data], help="fetch a known model, and go on where it ended")
    pull.add_argument("name")
    pull.add_argument("--agree", action="store_true", help="to its licence and to what the site states")
    pull.set_defaults(command=lambda asked: _order(asked, PullModel(asked.name, asked.agree)))
    whole = models.add_parser("verify", parents=[data], help="compare every file with its SHA-256")
    whole.set_defaults(command=lambda asked: _order(asked, VerifyModels()))
    away = models.add_parser(
        "export", parents=[data], help="a Hugging Face checkpoint into a folder that `import` takes"
    )
    away.add_argument("checkpoint", type=Path, help="its folder, or the site's owner/name[@revision]")
    away.add_argument("into", type=Path, help="a folder that is not there yet")
    away.add_argument("--agree", action="store_true", help="to what was told of a named one: fetch it")
    away.add_argument("--name", default="", help="what the model is called; else as its folder")
    away.add_argument("--licence", default="", help="its terms; else what its model card says")
    away.add_argument("--source", default="", help="where its weights come from")
    away.add_argument("--int8", action="store_true", help="weights of 8 bits: a quarter of the size")
    away.add_argument("--on", type=Path, metavar="FOLDER", help="things to calibrate and compare it on")
    away.set_defaults(command=_export)
    bench = models.add_parser("bench", parents=[data], help="how fast each is here, and which one suits")
    bench.add_argument("names", nargs="*", metavar="name")
    bench.set_defaults(command=lambda asked: _order(asked, BenchModels(asked.names)))


def _export(asked: argparse.Namespace) -> None:
    on_site = None if asked.checkpoint.expanduser().exists() else named(str(asked.checkpoint))
    if on_site is None:
        _exported(asked, Standing("whole", _absolute(asked.checkpoint)))
    elif asked.agree:
        process.check(Path(_absolute(asked.into)))
        carry_out = partial(_carried_out, _settings({"data": asked.data}))
        with brought(*on_site, bool(asked.licence), carry_out, print) as there:
            _exported(asked, there)
    else:
        print(f"There is no folder {asked.checkpoint}, so the site of models is asked for that name.")
        _order(asked, LookAtCheckpoint(*on_site))


def _exported(asked: argparse.Namespace, there: Standing) -> None:
    process.run(
        Path(there.folder),
        Path(_absolute(asked.into)),
        name=asked.name or there.name,
        licence=asked.licence or there.licence,
        source=asked.source or there.source,
        eight_bits=asked.int8,
        given=Path(_absolute(asked.on)) if asked.on else None,
        made_by=there.made_by,
    )


def _carry(order: type[CarryAway] | type[BringIn], asked: argparse.Namespace) -> None:
    _order(asked, order(asked.name, _absolute(asked.file)))


def _absolute(path: Path) -> str:
    """As the server finds it, wherever that was started."""
    return str(path.expanduser().resolve())


def _settings(flags: Mapping[str, Any]) -> Settings:
    try:
        return load(flags)
    except ValueError as error:
        raise BadValue(str(error)) from error


def _flags(asked: argparse.Namespace) -> dict[str, Any]:
    return {name: getattr(asked, name) for name in FLAGS}


def _serve(asked: argparse.Namespace) -> None:
    settings = _settings(_flags(asked))
    logs.to_console(settings.log_level)
    gc.disable()  # a third of the start went into looking through what had only just been made
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_house(settings, asked.library))


async def _house(settings: Settings, libraries: Sequence[Path]) -> None:
    closing = asyncio.Event()
    with server.signals(closing), server.bind(settings) as listening:
        async with app.opened(settings, closing) as rooms:
            with logs.to_files(settings.data):  # only now: before, another server might hold the data
                log.info("Anagnorisis %s begins", VERSION)
                await _serve_at(listening, rooms, libraries, closing)
                log.info("Anagnorisis ends")


async def _serve_at(
    listening: socket.socket, rooms: Rooms, libraries: Sequence[Path], closing: asyncio.Event
) -> None:
    settings = rooms.settings
    await app.take_in(rooms, libraries)
    rooms.entrance.port = listening.getsockname()[1]
    async with (
        secured(settings, rooms.entrance, rooms.hosts, rooms.egress, rooms.renewal) as served,
        control.listening(settings.data, app.obedience(rooms)),
    ):
        with _ports(settings, rooms, served, listening) as ports:
            _greet(settings, rooms.entrance, await rooms.sessions.setup_code())
            rooms.loaded.add_done_callback(_settle)
            await server.serve(ports, closing)


@contextmanager
def _ports(
    settings: Settings, rooms: Rooms, served: Secured, listening: socket.socket
) -> Iterator[list[tuple[uvicorn.Config, socket.socket]]]:
    """The app's port, and that of the guide where there is one."""
    ports = [(server.config(app.app(rooms), served.context), listening)]
    if served.guide is None:
        yield ports
        return
    with server.bind_guide(settings) as guiding:
        rooms.entrance.guide_port = guiding.getsockname()[1]
        yield [*ports, (server.config(served.guide), guiding)]


def _settle(_: object) -> None:
    """Collect garbage from now on, but leave out what was built: it stays, and looking at it takes long."""
    gc.freeze()
    gc.enable()


def _greet(settings: Settings, entrance: Entrance, code: str | None) -> None:
    """Say where the house is, how phones find it, and how the first person comes in."""
    lines = [f"Anagnorisis {VERSION} is at {entrance.app}", f"Its own files are in {settings.data}"]
    link = f"{entrance.app}/#c={code}" if code else entrance.app
    if entrance.guide_port:
        lines.append(f"Phones begin at {entrance.guide} and meet box {entrance.tag}")
    if code:
        lines.append(f"Nobody has opened this house yet. Setup code: {code}")
        lines.append(f"Or follow this link, which carries it: {link}")
    if not is_loopback(listens_at(settings)):
        lines.append(in_letters(entrance.guide if entrance.guide_port else link))
    else:
        lines.append("For this machine only; `serve --lan` lets phones in.")
    print("\n".join(lines), flush=True)


def _order(asked: argparse.Namespace, order: Errand) -> None:
    print("\n".join(_carried_out(_settings({"data": asked.data}), order)))


def _carried_out(settings: Settings, order: Errand) -> list[str]:
    """By the running server, else by this process."""
    lines = control.ask_running(settings.data, order)
    return asyncio.run(app.alone(settings, order)) if lines is None else lines


def _doctor(asked: argparse.Namespace) -> int:
    """Print what was found; 1 when something stands in the way."""

    async def tell() -> int:
        # Imported for this command alone: it brings along what no other needs.
        examine = import_module("anagnorisis.api.doctor.examine").examine
        worst = 0
        async for finding in examine(_settings(_flags(asked))):
            print(finding, flush=True)
            worst = max(worst, int(finding.verdict == "wrong"))
        return worst

    return asyncio.run(tell())


def _bench_vectors(asked: argparse.Namespace) -> None:
    from anagnorisis.store import measure  # noqa: PLC0415  # no other command needs it

    settings = _settings({"data": asked.data})
    found = measure.measure(lambda line: print(line, flush=True))
    print("\n".join(measure.report(found)))
    if asked.write:
        print(f"Written to {measure.write(settings.data, found)}; it holds from the next start.")
    else:
        print("Put it there with: anagnorisis bench vectors --write")


def _health(asked: argparse.Namespace) -> None:
    _of_running(asked, AskHealth())


def _train(asked: argparse.Namespace) -> None:
    _of_running(asked, Train(asked.budget))


def _of_running(asked: argparse.Namespace, order: AskHealth | Train) -> None:
    """What only a running server can do."""
    lines = control.ask_running(_settings({"data": asked.data}).data, order)
    if lines is None:
        raise Refused("No server runs on this data folder. Start it with: anagnorisis serve")
    print("\n".join(lines))


def _seconds(told: str) -> int:
    """The seconds of `90s`, `10m` or `2h`."""
    if not (parts := re.fullmatch(r"([1-9]\d{0,4})([smh])", told)):
        raise argparse.ArgumentTypeError(f"{told} is no time; say 90s, 10m or 2h")
    return int(parts[1]) * {"s": 1, "m": 60, "h": 3600}[parts[2]]


def _openapi(_: argparse.Namespace) -> None:
    print(routes.openapi().decode())


if __name__ == "__main__":
    sys.exit(main())
