"""Settings come from the file, the environment and the flags, in that order, and misfits are named."""

from pathlib import Path

import pytest

from anagnorisis.config import load


def write(data: Path, text: str) -> None:
    data.mkdir(exist_ok=True)
    (data / "anagnorisis.toml").write_text(text, "utf-8")


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'host = "10.0.0.1"\nport = 1111\nthreads = 3\n')
    settings = load(
        {"data": tmp_path, "host": "127.0.0.2", "port": None},
        {"ANAGNORISIS_PORT": "2222", "ANAGNORISIS_HOST": "10.0.0.2", "OTHER_PORT": "3333"},
    )
    assert (settings.host, settings.port, settings.threads) == ("127.0.0.2", 2222, 3)


def test_the_data_folder_of_the_environment_is_where_the_file_is_read(tmp_path: Path) -> None:
    write(tmp_path / "kept", "cache_mb = 7\n")
    settings = load({"data": None}, {"ANAGNORISIS_DATA": str(tmp_path / "kept")})
    assert (settings.data, settings.cache_mb) == (tmp_path / "kept", 7)


def test_without_anything_said_the_house_listens_on_loopback_alone(tmp_path: Path) -> None:
    settings = load({"data": tmp_path}, {})
    assert (settings.host, settings.cert, settings.names) == ("127.0.0.1", None, ())
    assert settings.threads >= 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("data = '/srv'", "--data"),
        ("port = 'many'", "port"),
        ("prot = 80", "prot"),
        ("port = = 1", "line 1"),
        ("names = 4", "names"),
    ],
)
def test_a_setting_that_does_not_fit_is_named_with_the_file(tmp_path: Path, text: str, named: str) -> None:
    write(tmp_path, text + "\n")
    with pytest.raises(ValueError, match=named) as refusal:
        load({"data": tmp_path}, {})
    assert str(tmp_path / "anagnorisis.toml") in str(refusal.value)


def test_names_of_the_environment_are_parted_by_commas(tmp_path: Path) -> None:
    settings = load({"data": tmp_path}, {"ANAGNORISIS_NAMES": "music.lan, house.example ,"})
    assert settings.names == ("music.lan", "house.example")
    write(tmp_path, 'names = ["one.lan"]\n')
    assert load({"data": tmp_path}, {}).names == ("one.lan",)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "anagnorisis.toml").write_bytes(b"host = '\xff'")
    with pytest.raises(ValueError, match=r"anagnorisis\.toml"):
        load({"data": tmp_path}, {})


def test_a_folder_may_be_written_from_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load({"data": tmp_path, "cert": "~/cert.pem"}, {}).cert == tmp_path / "cert.pem"


def test_lists_of_the_environment_are_parted_by_commas(tmp_path: Path) -> None:
    settings = load({"data": tmp_path}, {"ANAGNORISIS_TRUSTED_PROXIES": "10.0.0.2, 10.1.0.0/16,"})
    assert settings.trusted_proxies == ("10.0.0.2", "10.1.0.0/16")
    assert load({"data": tmp_path}, {"ANAGNORISIS_WORKER_DEVICES": "0,GPU-5a"}).worker_devices == (
        "0",
        "GPU-5a",
    )
    assert load({"data": tmp_path}, {"ANAGNORISIS_LAN": "true", "ANAGNORISIS_ANNOUNCE": "false"}).lan is True


def test_what_concerns_vectors_has_a_table_of_its_own_and_the_environment_reaches_into_it(
    tmp_path: Path,
) -> None:
    write(tmp_path, '[vectors]\nmode = "exact"\nthreads = 3\n')
    vectors = load({"data": tmp_path}, {"ANAGNORISIS_VECTORS_THREADS": "1"}).vectors
    assert (vectors.mode, vectors.threads, vectors.engine) == ("exact", 1, "core")
    for text, named in (('[vectors]\nengine = "faiss"\n', "engine"), ("[vectors]\nspeed = 1\n", "speed")):
        write(tmp_path, text)
        with pytest.raises(ValueError, match=named):
            load({"data": tmp_path}, {})
    write(tmp_path, "vectors = 3\n")
    with pytest.raises(ValueError, match="vectors"):
        load({"data": tmp_path}, {})
