"""A client of the house in an internet of one's own."""

import ssl
import subprocess
from pathlib import Path

import pytest
from tests.internet import World

from anagnorisis.egress.client import Egress
from anagnorisis.egress.pace import Pace
from anagnorisis.store.db import Store


@pytest.fixture
async def egress(store: Store, world: World) -> Egress:
    """A client in `world`, in no hurry to keep hosts apart, with `feeds` switched on."""
    made = Egress(store, "Anagnorisis/test", resolve=world.resolve, wire=world, pace=Pace(0.0))
    await made.switch("feeds", True)
    return made


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For `site.example`: what its server shows, and what a client needs to trust it."""
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-subj", "/CN=site.example", "-addext", "subjectAltName=DNS:site.example", "-days", "2"]
    subprocess.run([*made, "-keyout", key, "-out", cert, *named], check=True, capture_output=True)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(cert, key)
    return shown, ssl.create_default_context(cafile=str(cert))
