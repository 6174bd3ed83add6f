"""The files handed over by nginx, with the very lines that the page on operating gives."""

import http.client
import os
import re
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.base import OPERATOR
from app.services import redacting
from tests.conftest import testimony
from tests.recording import give, refs, sound
from tests.served import free_port
from tests.serving import Served

OPERATING = Path(__file__).resolve().parents[1] / "docs" / "operating.md"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def configuration(folder: Path, port: int, behind: int, media: Path) -> Path:
    """The lines of the page, with our ports and our folder, in a server of their own."""
    lines = re.findall(r"^    (?! *#)(.*)$", OPERATING.read_text().partition("# X_ACCEL=")[2], re.M)
    told = "\n".join(lines[: 1 + max(n for n, line in enumerate(lines) if line == "}")])
    told = told.replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace("/srv/archive/media", str(media))
    places = "\n".join(f"{name}_temp_path {folder / name};" for name in TEMPORARY)
    user = "user root;" if os.getuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(
        f"{user} daemon off; pid {folder / 'pid'}; error_log {folder / 'log'}; events {{}}\n"
        f"http {{ {places}\nserver {{ listen 127.0.0.1:{port};\n{told}\n}} }}\n"
    )
    return file


def ask(
    port: int, path: str, method: str = "GET", **headers: str
) -> tuple[int, list[tuple[str, str]], bytes]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request(method, path, headers={name.replace("_", "-"): said for name, said in headers.items()})
        answer = line.getresponse()
        return answer.status, answer.getheaders(), answer.read()
    finally:
        line.close()


def test_nginx_hands_over_what_the_archive_allows_and_tells_nothing_else(
    archive, keep, client, work, tmp_path
):
    identifier = keep(testimony("a", "One.", "Two.", "Three."))
    give(archive, identifier, sound(tmp_path / "canary-name.wav", 6.0), "audio")
    work()
    media = f"/media/{refs(client.get(f'/testimonies/{identifier}.json'))['opus']}"
    whole = client.get(media).data
    port = free_port()
    served = Served(replace(archive.settings, x_accel="/sealed/"), tmp_path / "served.log").start()
    file = configuration(tmp_path, port, served.port, archive.settings.home / "media")
    nginx = subprocess.Popen([str(NGINX), "-c", str(file)], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until and not (tmp_path / "pid").exists():
            time.sleep(0.05)
        status, headers, body = ask(port, media)
        tag = dict(headers)["ETag"]
        assert (status, body == whole) == (200, True)
        names = [name for name, _ in headers]
        assert len(names) == len(set(names))
        assert not {"Last-Modified", "X-Accel-Redirect"} & set(names)
        assert "canary" not in str(headers)
        assert {"Content-Security-Policy", "Cross-Origin-Resource-Policy", "X-Frame-Options"} <= set(names)
        past, future = (f"Wed, 21 Oct {year} 07:28:00 GMT" for year in (1999, 2099))
        size = len(whole)
        for asked, expected, part in (
            ({"Range": "bytes=5-99"}, 206, whole[5:100]),
            ({"Range": "bytes=-50"}, 206, whole[-50:]),
            ({"Range": f"bytes={size - 9}-"}, 206, whole[-9:]),
            ({"Range": "bytes=5-99", "If_Range": tag}, 206, whole[5:100]),
            ({"Range": "bytes=5-99", "If_Range": '"another"'}, 200, whole),
            ({"Range": "bytes=5-99", "If_Range": past}, 200, whole),
            ({"Range": f"bytes={size}-"}, 416, None),
            ({"If_None_Match": tag}, 304, b""),
            ({"If_Match": '"another"'}, 412, None),
            ({"If_Unmodified_Since": past}, 200, whole),  # the time of the file is told to nobody
            ({"If_Unmodified_Since": future}, 200, whole),
            ({"If_Modified_Since": future}, 200, whole),
        ):
            status, headers, body = ask(port, media, **asked)
            assert (status, part is None or body == part) == (expected, True), asked
        several = ask(port, media, Range="bytes=0-9,20-29")
        assert several[0] == 206
        assert whole[20:30] in several[2]
        status, headers, body = ask(port, media, "HEAD")
        assert (status, dict(headers)["Content-Length"], body) == (200, str(size), b"")
        for key in list(archive.store.keys()):
            assert ask(port, f"/sealed/{key}")[0] == 404
        with archive.writing():
            redacting.redact(identifier, 1, 1, "danger", OPERATOR)
        assert ask(port, media)[0] == ask(port, media, "HEAD")[0] == 404
        assert ask(port, media, Range="bytes=0-9")[0] == 404
    finally:
        nginx.terminate()
        nginx.wait(20)
        served.stop()
