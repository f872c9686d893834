"""What Apple devices are given: a profile that holds the authority and replaces its own older copy."""

import plistlib
from datetime import datetime
from pathlib import Path

from cryptography import x509

from anagnorisis.auth.certificates.authority import new_authority
from anagnorisis.auth.certificates.kept import Files, Given
from anagnorisis.auth.certificates.profile import der, mobileconfig
from anagnorisis.auth.certificates.reach import Reach


def test_the_profile_holds_the_authority_and_its_tag(moment: datetime) -> None:
    ours = new_authority([], moment)
    profile = plistlib.loads(mobileconfig(ours))
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.security.root"
    assert x509.load_der_x509_certificate(payload["PayloadContent"]) == ours.certificate
    assert payload["PayloadContent"] == der(ours)
    assert profile["PayloadDisplayName"].endswith(f"(box {ours.tag})")


def test_a_second_download_replaces_the_first_and_another_authority_does_not(moment: datetime) -> None:
    ours, other = new_authority([], moment), new_authority([], moment)
    uuids = []
    for authority in (ours, ours, other):
        profile = plistlib.loads(mobileconfig(authority))
        uuids.append((profile["PayloadUUID"], profile["PayloadContent"][0]["PayloadUUID"]))
    assert uuids[0] == uuids[1] and uuids[0][0] != uuids[0][1]
    assert not set(uuids[0]) & set(uuids[2])


def test_files_of_somebody_elses_are_taken_again_when_they_were_replaced(
    tmp_path: Path, moment: datetime, at_home: Reach
) -> None:
    files = Files(tmp_path / "c.pem", tmp_path / "k.pem")
    files.certificate.write_text("one")
    files.key.write_text("one")
    given = Given(files)
    assert given.refresh(at_home, moment) == files
    assert given.refresh(at_home, moment) is None
    (tmp_path / "new").write_text("two")
    (tmp_path / "new").rename(files.certificate)
    assert given.refresh(at_home, moment) == files
    assert given.refresh(at_home, moment) is None
