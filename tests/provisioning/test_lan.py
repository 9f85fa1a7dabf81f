"""Pages by https on the LAN: the office signs, the box serves, a PC that trusts the district gets its camera."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import sync_playwright
from starlette.types import ASGIApp

from node.cli import tls_files
from node.redirect import Redirector
from protocol.errors import Damaged, Distrusted, Refused
from protocol.settings import Settings, read_settings
from provisioning import lan
from provisioning.cli import main
from provisioning.district import District, make_district
from provisioning.doctor import examine
from provisioning.findings import Level
from provisioning.mosquitto import free_port
from provisioning.office import open_office
from tests.node.station import Desk
from tests.provisioning.conftest import BOYA, DAFENG


def asks_the_office(district: District, station: str, *names: str) -> Path:
    out = district.folder / f"{station}.crt"
    assert main(["--office", str(district.folder), "pages", station, *names, "--out", str(out)]) == 0
    return out


@pytest.fixture
def box(district: District) -> Settings:
    """dafeng, whose pages are served as dafeng.lan and, for this machine's sake, 192.0.2.7."""
    certificate = asks_the_office(district, "dafeng", "dafeng.lan", "192.0.2.7")
    assert main(["pages-install", str(certificate), "--folder", str(district.stations["dafeng"].folder)]) == 0
    return read_settings(district.stations["dafeng"].folder)


@pytest.mark.broker  # the doctor knocks at the pages
def test_the_certificate_is_for_the_names_of_the_station_and_for_nothing_else(box: Settings) -> None:
    certificate = lan.read_pages(box.pages_crt.read_bytes())
    assert lan.names_of(certificate) == ["dafeng.lan", "192.0.2.7"]
    with pytest.raises(x509.ExtensionNotFound):
        certificate.extensions.get_extension_for_class(x509.NameConstraints)
    assert box.http.tls
    assert tls_files(box) == (box.pages_crt, box.tls_key)
    lines = {line.check: line for line in examine(box.folder, certificate.not_valid_after_utc)}
    assert lines["page_certificate"].level is Level.WARN


def test_no_station_gets_a_name_of_the_districts_servers(district: District, capsys) -> None:
    with open_office(district.folder) as office:
        hub = office.broker.host
    for name in (hub, "localhost", "127.0.0.9", "*.lan", "a b", "dafeng.lan/x", ""):
        assert (
            main(["--office", str(district.folder), "pages", "dafeng", name, "--out", str(district.folder / "x")]) == 20
        )
    assert not (district.folder / "x").exists()
    assert "不能用作站点页面的名称" in capsys.readouterr().err


def test_another_boxs_certificate_is_not_installed_and_a_box_without_one_does_not_start(tmp_path, now) -> None:
    district = make_district(tmp_path / "d", [DAFENG, BOYA], now)
    dafeng = district.stations["dafeng"]
    foreign = asks_the_office(district, "boya", "boya.lan").read_bytes()
    with pytest.raises(Distrusted):
        lan.install_pages(dafeng, foreign, 0, now)
    with pytest.raises(Distrusted):
        lan.install_pages(dafeng, dafeng.tls_crt.read_bytes(), 0, now)  # it is a client's
    with pytest.raises(Distrusted):
        lan.install_pages(dafeng, b"no certificate", 0, now)
    assert not read_settings(dafeng.folder).http.tls
    with pytest.raises(Damaged):
        tls_files(replace(dafeng, http=replace(dafeng.http, tls=True)))
    dafeng.pages_crt.write_bytes(foreign)
    with pytest.raises(Damaged):
        tls_files(replace(dafeng, http=replace(dafeng.http, tls=True)))
    with pytest.raises(Refused):
        lan.origin_of(dafeng)


def test_a_pc_is_told_whom_to_trust_and_what_it_may_open(box: Settings, tmp_path: Path, capsys) -> None:
    root = x509.load_pem_x509_certificate(box.district_ca.read_bytes())
    here = f"https://dafeng.lan:{box.http.port}"
    for kind in lan.HOMES:
        assert main(["kiosk-policy", kind, "--folder", str(box.folder)]) == 0
        told = json.loads(capsys.readouterr().out)
        assert base64.b64decode(told["CACertificates"][0]) == root.public_bytes(Encoding.DER)
        assert told["VideoCaptureAllowedUrls"] == [here]
        if kind == "desk":
            assert "URLBlocklist" not in told
        else:
            assert (told["URLBlocklist"], told["URLAllowlist"]) == (["*"], [here])
        assert ("IdleTimeout" in told) == (kind in ("ticket", "kiosk", "form", "query"))
    assert main(["ca-install", str(tmp_path / "root.crt"), "--folder", str(box.folder)]) == 0
    said = capsys.readouterr().out
    assert "certutil -addstore Root root.crt" in said
    assert f"https://dafeng.lan:{box.http.port}/desk" in said
    assert (tmp_path / "root.crt").read_bytes() == box.district_ca.read_bytes()


@pytest.mark.broker
def test_who_types_http_is_led_to_https_and_nothing_else_is_answered() -> None:
    redirector = Redirector("127.0.0.1", 0, 8443)
    redirector.start()
    try:

        def asks(method: str, path: str, host: str) -> tuple[int, str | None]:
            wire = http.client.HTTPConnection("127.0.0.1", redirector.port, timeout=5)
            try:
                wire.putrequest(method, path, skip_host=True)
                wire.putheader("Host", host)
                wire.endheaders()
                answer = wire.getresponse()
                answer.read()
                return answer.status, answer.headers["Location"]
            finally:
                wire.close()

        assert asks("GET", "/screen?x=1", "dafeng.lan:8080") == (307, "https://dafeng.lan:8443/screen")
        assert asks("HEAD", "/", "[::1]") == (307, "https://[::1]:8443/")
        assert asks("GET", "//evil.example/", "dafeng.lan")[1] == "https://dafeng.lan:8443/evil.example/"
        assert asks("GET", "/desk", "evil.example/x@dafeng.lan")[0] == 400
        assert asks("POST", "/sign-in", "dafeng.lan")[0] == 501
    finally:
        redirector.stop()
        redirector.stop()


@contextmanager
def serving(app: ASGIApp, box: Settings) -> Iterator[int]:
    files = tls_files(box)
    assert files is not None
    port = free_port()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, lifespan="off", log_config=None, ws="none",
        ssl_certfile=files[0], ssl_keyfile=files[1],
    )  # fmt: skip
    server = uvicorn.Server(config)
    started = threading.Event()
    announce = server.startup

    async def startup(sockets=None) -> None:
        await announce(sockets)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert started.wait(20)
        yield port
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.pages
def test_a_pc_that_trusts_the_district_has_a_camera_at_the_desk_and_another_has_no_page(
    box: Settings, tmp_path: Path
) -> None:
    desk = Desk(tmp_path / "desk")
    try:
        with serving(desk.app, box) as port:
            # a PC with the district's root: the name fits, the chain ends where it should
            trusting = ssl.create_default_context(cafile=str(box.district_ca))
            wire = http.client.HTTPSConnection("127.0.0.1", port, context=trusting, timeout=10)
            with pytest.raises(ssl.SSLCertVerificationError):
                wire.request("GET", "/sign-in")  # by an address that is none of its names
            wire.close()
            _walks(box, port)
    finally:
        desk.close()


def _walks(box: Settings, port: int) -> None:
    key = lan.read_pages(box.pages_crt.read_bytes()).public_key()
    pinned = base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    )
    address = f"https://dafeng.lan:{port}/sign-in"
    resolving = ["--no-sandbox", "--host-resolver-rules=MAP dafeng.lan 127.0.0.1"]
    with sync_playwright() as playwright:
        stranger = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=resolving)
        page = stranger.new_page()
        with pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
            page.goto(address)
        stranger.close()
        trusts = f"--ignore-certificate-errors-spki-list={pinned.decode()}"
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*resolving, trusts])
        page = browser.new_page()
        page.goto(address)
        assert page.evaluate("[window.isSecureContext, !!navigator.mediaDevices]") == [True, True]
        page.fill("[name=name]", "limin")
        page.fill("[name=password]", "correct horse battery")
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk")
        cookies = page.context.cookies()
        assert cookies
        assert all(one["secure"] for one in cookies)
        browser.close()
