"""The commands. One about the house talks to its running server, else opens the store itself; never both."""

import argparse
import asyncio
import gc
import io
import logging
import socket
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import segno
import uvloop

from anagnorisis import app, logs
from anagnorisis.api import VERSION, control, routes, server
from anagnorisis.api.control import AddPerson, AskHealth, Errand, ListPeople, NewCode, Scan
from anagnorisis.api.rooms import Rooms
from anagnorisis.auth.hosts import is_loopback
from anagnorisis.config import Settings, load
from anagnorisis.domain import AnagnorisisError, BadValue, Refused

log = logging.getLogger("anagnorisis.serve")


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

    serve = verbs.add_parser("serve", parents=[data], help="open the house to this machine or the LAN")
    serve.add_argument("--library", type=Path, action="append", default=[], help="a folder to take in")
    serve.add_argument("--host", help="address to listen at; this machine only when left out")
    serve.add_argument("--port", type=int)
    serve.add_argument("--cert", type=Path, help="certificate, without which the LAN is not served")
    serve.add_argument("--key", type=Path, help="key of the certificate")
    serve.set_defaults(command=_serve)

    people = verbs.add_parser("people", help="who belongs to the house").add_subparsers(
        required=True, metavar="command"
    )
    add = people.add_parser("add", parents=[data], help="let a further person in")
    add.add_argument("name")
    add.set_defaults(command=lambda asked: _order(asked, AddPerson(asked.name)))
    named = people.add_parser("list", parents=[data], help="name everybody")
    named.set_defaults(command=lambda asked: _order(asked, ListPeople()))

    code = verbs.add_parser("code", parents=[data], help="a new code for a further device of a person")
    code.add_argument("name")
    code.set_defaults(command=lambda asked: _order(asked, NewCode(asked.name)))
    scan = verbs.add_parser("scan", parents=[data], help="look at all folders now")
    scan.set_defaults(command=lambda asked: _order(asked, Scan()))

    health = verbs.add_parser("health", parents=[data], help="ask the running server whether it is well")
    health.set_defaults(command=_health)

    verbs.add_parser("openapi", help="print the API").set_defaults(command=_openapi)
    verbs.add_parser("version", help="print the version").set_defaults(command=lambda _: print(VERSION))
    return parser


def _settings(flags: Mapping[str, Any]) -> Settings:
    try:
        return load(flags)
    except ValueError as error:
        raise BadValue(str(error)) from error


def _serve(asked: argparse.Namespace) -> None:
    flags = {name: getattr(asked, name) for name in ("data", "host", "port", "cert", "key")}
    settings = _settings(flags)
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
    chosen = server.config(app.app(rooms), settings)
    async with control.listening(settings.data, app.obedience(rooms)):
        _greet(settings, listening, await rooms.sessions.setup_code())
        rooms.loaded.add_done_callback(_settle)
        await server.serve(chosen, listening, closing)


def _settle(_: object) -> None:
    """Collect garbage from now on, but leave out what was built: it stays, and looking at it takes long."""
    gc.freeze()
    gc.enable()


def _greet(settings: Settings, listening: socket.socket, code: str | None) -> None:
    """Say where the house is, and how the first person comes in."""
    scheme = "http" if settings.cert is None else "https"
    host, port = _reachable(settings.host), listening.getsockname()[1]
    address = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    lines = [f"Anagnorisis {VERSION} is at {address}", f"Its own files are in {settings.data}"]
    link = f"{address}/#c={code}" if code else address
    if code:
        lines.append(f"Nobody has opened this house yet. Setup code: {code}")
        lines.append(f"Or follow this link, which carries it: {link}")
    if not is_loopback(settings.host):
        picture = io.StringIO()
        segno.make(link).terminal(picture, compact=True)
        lines.append(picture.getvalue())
    print("\n".join(lines), flush=True)


def _reachable(host: str) -> str:
    """The address of this machine as its LAN sees it, when `host` is all of them."""
    if host not in {"0.0.0.0", "::"}:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: only asks which way it would go
        except OSError:
            return socket.gethostname()
        return str(probe.getsockname()[0])


def _order(asked: argparse.Namespace, order: Errand) -> None:
    settings = _settings({"data": asked.data})
    lines = control.ask_running(settings.data, order)
    if lines is None:
        lines = asyncio.run(app.alone(settings, order))
    print("\n".join(lines))


def _health(asked: argparse.Namespace) -> None:
    lines = control.ask_running(_settings({"data": asked.data}).data, AskHealth())
    if lines is None:
        raise Refused("No server runs on this data folder. Start it with: anagnorisis serve")
    print("\n".join(lines))


def _openapi(_: argparse.Namespace) -> None:
    print(routes.openapi().decode())


if __name__ == "__main__":
    sys.exit(main())
