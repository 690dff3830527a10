"""The bundler's pure parts: archives, the output folder, and its sentences."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import struct
import zipfile
from pathlib import Path

import brotli
import pytest
from codeact_server.bundle import BundleError, build_site
from codeact_server.bundle.archive import zip_package
from codeact_server.bundle.image import make_image
from codeact_server.bundle.output import RECORD, Output
from codeact_server.bundle.source import Source
from codeact_server.bundle.sparse import pack
from codeact_server.policy import display_csp, frame_csp

PAGE = 4096
TEXT = b"export const x = 1;\n" * 100


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "sub").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "b.py").write_text("b = 1\n")
    (folder / "sub" / "a.py").write_text("a = 1\n")
    (folder / "notes.txt").write_text("not code")
    return folder


def test_an_archive_holds_the_code_under_the_packages_name(package: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(zip_package(package))) as archive:
        assert archive.namelist() == ["package/__init__.py", "package/b.py", "package/sub/a.py"]
        assert archive.read("package/b.py") == b"b = 1\n"
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_an_archives_bytes_depend_on_the_files_alone(package: Path) -> None:
    first = zip_package(package)
    os.utime(package / "b.py", (1, 1))
    (package / "b.py").chmod(0o755)
    (package / "notes.txt").write_text("changed")
    assert zip_package(package) == first
    (package / "b.py").write_text("b = 2\n")
    assert zip_package(package) != first


@pytest.mark.parametrize(
    "image",
    [
        b"",
        bytes(10),
        bytes(5 * PAGE),
        b"x" * (3 * PAGE),
        bytes(PAGE) + b"x" + bytes(3 * PAGE),
        b"x" + bytes(2 * PAGE) + b"y" * PAGE + bytes(PAGE) + b"end",
    ],
    ids=lambda image: f"{len(image)}",
)
def test_a_sparse_image_holds_all_but_empty_pages(image: bytes) -> None:
    packed = pack(image)
    size, runs = struct.unpack_from("<II", packed)
    unpacked = bytearray(size)
    data = 8 + 8 * runs
    for run in range(runs):
        offset, length = struct.unpack_from("<II", packed, 8 + 8 * run)
        unpacked[offset : offset + length] = packed[data : data + length]
        data += length
    assert data == len(packed)
    assert bytes(unpacked) == image
    pages = [image[start : start + PAGE] for start in range(0, len(image), PAGE)]
    assert len(packed) == 8 + 8 * runs + sum(len(page) for page in pages if any(page))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {RECORD}


def test_a_text_is_written_with_compressed_siblings(tmp_path: Path) -> None:
    assert Output(tmp_path).write("deep/er/x.js", TEXT) == "deep/er/x.js"
    written = tmp_path / "deep" / "er" / "x.js"
    assert written.read_bytes() == TEXT
    assert brotli.decompress(Path(f"{written}.br").read_bytes()) == TEXT
    assert gzip.decompress(Path(f"{written}.gz").read_bytes()) == TEXT


@pytest.mark.parametrize(("name", "data"), [("x.js", b"short"), ("x.png", TEXT), ("x.zip", TEXT)])
def test_what_compression_would_not_help_is_written_alone(tmp_path: Path, name: str, data: bytes) -> None:
    Output(tmp_path).write(name, data)
    assert files(tmp_path) == {name}


def test_compressed_bytes_are_reproducible(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        Output(tmp_path / folder).write("x.js", TEXT)
    for ending in (".br", ".gz"):
        assert len({(tmp_path / folder / f"x.js{ending}").read_bytes() for folder in ("one", "two")}) == 1


def test_a_hashed_name_tells_the_content(tmp_path: Path) -> None:
    digest = hashlib.sha256(TEXT).hexdigest()[:16]
    assert Output(tmp_path).write_hashed("a/x.min.js", TEXT) == f"a/x.min.{digest}.js"
    assert (tmp_path / "a" / f"x.min.{digest}.js").read_bytes() == TEXT


def test_what_others_put_into_the_folder_stays(tmp_path: Path) -> None:
    for content in (TEXT, b"short"):
        out = Output(tmp_path)
        out.write("ours.js", content)
        (tmp_path / "theirs.txt").write_text("kept")
        out.close()
    assert files(tmp_path) == {"ours.js", "theirs.txt"}


def test_a_folder_of_others_is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "theirs.txt").write_text("kept")
    with pytest.raises(BundleError, match="holds files that are not of a bundle"):
        Output(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.txt"]


def test_a_file_is_no_folder_to_write_into(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    for out in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BundleError, match=r"cannot be written: Not a directory\."):
            Output(out)
    assert (tmp_path / "file").read_text() == "kept"


def test_what_an_interrupted_build_left_is_removed_by_the_next(tmp_path: Path) -> None:
    Output(tmp_path).write("left.js", TEXT)  # not closed
    again = Output(tmp_path)
    again.write("kept.js", b"short")
    again.close()
    assert files(tmp_path) == {"kept.js"}


def _age(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))


def _rewritten(folder: Path) -> set[str]:
    return {name for name in files(folder) if (folder / name).stat().st_mtime != 1}


def test_only_what_changed_is_rewritten(tmp_path: Path) -> None:
    out = Output(tmp_path)
    out.write("same.js", TEXT)
    out.write("changed.js", TEXT)
    _age(tmp_path)
    again = Output(tmp_path)
    again.write("same.js", TEXT)
    again.write("changed.js", TEXT + b"//")
    again.close()
    assert _rewritten(tmp_path) == {"changed.js", "changed.js.br", "changed.js.gz"}
    assert brotli.decompress((tmp_path / "changed.js.br").read_bytes()) == TEXT + b"//"


def test_a_missing_sibling_is_written_again(tmp_path: Path) -> None:
    Output(tmp_path).write("x.js", TEXT)
    (tmp_path / "x.js.gz").unlink()
    Output(tmp_path).write("x.js", TEXT)
    assert files(tmp_path) == {"x.js", "x.js.br", "x.js.gz"}


def test_stale_files_are_removed(tmp_path: Path) -> None:
    out = Output(tmp_path)
    for name in ("kept.js", "shrinks.js", "gone.js", "folder/gone.js"):
        out.write(name, TEXT)
    out.close()
    again = Output(tmp_path)
    again.write("kept.js", TEXT)
    again.write("shrinks.js", b"short")
    again.close()
    assert files(tmp_path) == {"kept.js", "kept.js.br", "kept.js.gz", "shrinks.js"}


def test_policies_name_exactly_their_script() -> None:
    for make in (frame_csp, display_csp):
        policy = make(b"let x = 1;")
        # printf 'let x = 1;' | openssl dgst -sha256 -binary | base64
        assert "script-src 'sha256-qtc3jf64UXA5J6U02kfQ0Cvn9Uz4wXUaN3NNUVgR2v4='" in policy
        assert policy.startswith("default-src 'none'; ")
        assert make(b"let x = 2;") != policy
    assert "connect-src 'none'" in frame_csp(b"")


def test_without_npm_packages_the_mend_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(Source, "pyodide", tmp_path / "nothing")
    with pytest.raises(BundleError, match=r"The npm packages are missing\. Run: make setup"):
        Source.of_checkout()
    with pytest.raises(BundleError, match="Run: make setup"):
        build_site(tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_outside_a_checkout_the_mend_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import codeact_server.bundle.source as module

    monkeypatch.setattr(module, "__file__", str(tmp_path / "a" / "b" / "c" / "source.py"))
    with pytest.raises(BundleError, match="only be built from a checkout"):
        Source.of_checkout()


@pytest.fixture
def no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codeact_server.bundle.image.make_image_in_browser", lambda pyodide, runtime: None)


def _engine(folder: Path, script: str) -> str:
    engine = folder / "node"
    engine.write_text(f"#!/bin/sh\n{script}\n")
    engine.chmod(0o755)
    return str(engine)


@pytest.mark.usefixtures("no_browser")
def test_without_an_engine_for_the_image_the_mend_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CODEACT_NODE", raising=False)
    with pytest.raises(BundleError, match=r"install .* Node 25 or newer, and run make again\."):
        make_image(Source(tmp_path), b"")


@pytest.mark.usefixtures("no_browser")
def test_an_engine_without_jspi_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CODEACT_NODE", _engine(tmp_path, "exit 3"))
    with pytest.raises(BundleError, match="none was found"):
        make_image(Source(tmp_path), b"")


def test_an_engine_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CODEACT_NODE", _engine(tmp_path, "echo no good >&2; exit 1"))
    with pytest.raises(BundleError, match="Making the boot image failed:\nno good"):
        make_image(Source(tmp_path), b"")


def test_the_image_is_what_the_engine_wrote(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # node MAKER PYODIDE RUNTIME IMAGE
    monkeypatch.setenv("CODEACT_NODE", _engine(tmp_path, 'cat "$3" "$3" > "$4"'))
    assert make_image(Source(tmp_path), b"runtime ") == b"runtime runtime "
