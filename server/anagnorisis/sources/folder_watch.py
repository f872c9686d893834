"""Changes below a folder, as the kernel tells them; without its help, a look at everything once a minute."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor

from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

from anagnorisis.domain import SourceAway
from anagnorisis.sources.found import EVERYWHERE
from anagnorisis.sources.presence import identity

QUIET_MS = 100
"""Changes are told once nothing further has changed for so long."""
LONGEST_MS = 500
"""But never later than this after the first of them."""
GLANCE_S = 30.0
"""Between two looks at whether the folder is still the same one."""
DEAF_S = 60.0
"""Between two looks at everything while changes cannot be heard."""
BROKEN_S = 1.0
"""Rest after the ear broke, so that a file with a bad name, growing, does not keep the house busy."""


class FolderWatch:
    """An ear on one folder. It waits in a thread of its own: the shared ones are for work."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.deaf = ""
        self._below = os.fsencode(address).rstrip(b"/") + b"/"
        self._identity: tuple[int, int] | None = None
        self._notify: RustNotify | None = None
        self._ending = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="watch")

    async def changed(self) -> set[bytes]:
        """Paths below the folder that changed; `EVERYWHERE` when it cannot be told which."""
        while not self._ending.is_set():
            if self._notify is None:
                await asyncio.sleep(GLANCE_S if self._identity is None else DEAF_S)
                heard = {EVERYWHERE}
            else:
                heard = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._hear, self._notify
                )
            if EVERYWHERE in heard:
                await self.listen()
            if heard:
                return heard
        return set()

    async def listen(self) -> None:
        """Begin anew; no change is missed after it returns, unless `deaf` says why."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._listen)

    def close(self) -> None:
        """End the waiting within a moment. Blocks nobody."""
        self._ending.set()
        self._thread.shutdown(wait=False)

    def _listen(self) -> None:
        if self._notify is not None:
            self._notify.close()
        self._notify, self._identity, self.deaf = None, None, ""
        try:
            self._identity = identity(self.address)
            self._notify = RustNotify([self.address], False, False, 0, True, True)
        except SourceAway as away:
            self.deaf = away.what
        except (OSError, WatchfilesRustInternalError) as error:
            self.deaf = (
                f"Changes in {self.address} cannot be heard ({error}), so it is looked at once a minute. "
                "Raise fs.inotify.max_user_watches and max_user_instances to hear of them at once."
            )

    def _hear(self, notify: RustNotify) -> set[bytes]:
        """Wait for changes or a glance. A name that is not UTF-8 breaks the ear: all may have changed."""
        try:
            said = notify.watch(LONGEST_MS, QUIET_MS, int(GLANCE_S * 1000), self._ending)
        except WatchfilesRustInternalError:
            self._ending.wait(BROKEN_S)
            return {EVERYWHERE}
        paths = set() if isinstance(said, str) else {path for _, path in said}
        if (said == "timeout" or self.address in paths) and not self._is_the_same():
            return {EVERYWHERE}
        return {os.fsencode(path).removeprefix(self._below) for path in paths - {self.address}}

    def _is_the_same(self) -> bool:
        try:
            return identity(self.address) == self._identity
        except SourceAway:
            return False
