"""Which packages a bundle gets: wheels, what they need, their lock file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from codeact_server.bundle import BundleError
from codeact_server.bundle.choice import PackageChoice
from codeact_server.bundle.distribution import PyodideDistribution
from codeact_server.bundle.given_source import GivenSource
from codeact_server.bundle.package import Package, read_wheel
from codeact_server.bundle.packages import lock_file
from codeact_server.bundle.pins import load_pins
from codeact_server.bundle.resolve import Resolved, resolve
from codeact_server.bundle.wheel_cache import WheelCache
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from support.wheels import INFO, TARGET, make_distribution, make_wheel


class Folder:
    """All versions of the wheels in a folder, and which were asked for."""

    def __init__(self, folder: Path) -> None:
        self.cache = WheelCache(folder)

    def find(self, name: NormalizedName, specifier: SpecifierSet) -> Package | None:
        path = self.cache.newest(name, specifier, TARGET)
        return read_wheel(path, TARGET) if path else None

    def why_not(self, name: NormalizedName) -> str:
        return ""


def resolved(folder: Path, *roots: str) -> dict[str, tuple[str, ...]]:
    found = resolve([Requirement(each) for each in roots], [Folder(folder)], TARGET)
    return {str(each.package): tuple(each.depends) for each in found}


def test_an_entry_tells_what_pyodides_loader_needs(tmp_path: Path) -> None:
    wheel = make_wheel(
        tmp_path, "My_Package", "1.2", files=["extra.py", "fast.cpython-314-wasm32.so", "data/x.txt"]
    )
    package = read_wheel(wheel, TARGET)
    lock = json.loads(lock_file([Resolved(package, (canonicalize_name("B"),))], TARGET))
    assert lock["packages"]["my-package"] == {
        "name": "my-package",
        "version": "1.2",
        "file_name": "My_Package-1.2-py3-none-any.whl",
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": ["My_Package", "extra", "fast"],
        "depends": ["b"],
        "unvendored_tests": False,
    }


@pytest.mark.parametrize(
    ("tags", "fits"),
    [
        ("py3-none-any", True),
        ("py2.py3-none-any", True),
        ("py314-none-any", True),
        ("cp314-cp314-pyemscripten_2026_0_wasm32", True),
        ("cp310-abi3-pyemscripten_2026_0_wasm32", True),
        ("py2-none-any", False),
        ("py315-none-any", False),
        ("cp313-cp313-pyemscripten_2026_0_wasm32", False),
        ("cp314-cp314-pyemscripten_2025_0_wasm32", False),
        ("cp310-abi3-manylinux_2_17_x86_64", False),
    ],
)
def test_wheels_must_be_for_the_bundles_python(tmp_path: Path, tags: str, fits: bool) -> None:
    wheel = make_wheel(tmp_path, "a", tags=tags)
    if fits:
        assert read_wheel(wheel, TARGET).name == "a"
    else:
        with pytest.raises(BundleError, match=r"is not for Python 3\.14 on pyemscripten_2026_0_wasm32"):
            read_wheel(wheel, TARGET)


def test_what_is_no_wheel_is_told(tmp_path: Path) -> None:
    for name in ("a.zip", "a.whl", "a-1.0.tar.gz"):
        (tmp_path / name).write_text("text")
        with pytest.raises(BundleError, match="is not a wheel: its name"):
            read_wheel(tmp_path / name, TARGET)
    broken = tmp_path / "a-1.0-py3-none-any.whl"
    broken.write_text("text")
    with pytest.raises(BundleError, match="is not a wheel that can be read: File is not a zip file"):
        read_wheel(broken, TARGET)


def test_a_wheel_for_another_python_is_told(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "a", headers="Requires-Python: <3.14\n")
    with pytest.raises(BundleError, match=r"needs Python <3\.14, and this bundle has 3\.14\.2"):
        read_wheel(wheel, TARGET)


@pytest.mark.parametrize(
    ("marker", "wanted"),
    [
        ("sys_platform == 'emscripten'", True),
        ("platform_system == 'Emscripten'", True),
        ("platform_machine == 'wasm32'", True),
        ("python_version >= '3.14'", True),
        ("python_full_version < '3.14.1'", False),
        ("implementation_name == 'cpython' and os_name == 'posix'", True),
        ("sys_platform == 'linux' or platform_machine == 'x86_64'", False),
        ("extra == 'more'", False),
    ],
)
def test_markers_are_read_for_the_bundles_python(marker: str, wanted: bool) -> None:
    assert TARGET.wants(Marker(marker)) is wanted


def test_everything_needed_is_found_and_nothing_else(tmp_path: Path) -> None:
    here = ["b>=1; sys_platform == 'emscripten'", "c; python_version < '3.14'", "d; extra == 'more'"]
    make_wheel(tmp_path, "a", requires=here)
    make_wheel(tmp_path, "b", requires=["e", "a"])
    for name in "cde":
        make_wheel(tmp_path, name)
    assert resolved(tmp_path, "a") == {"a 1.0": ("b",), "b 1.0": ("a", "e"), "e 1.0": ()}
    assert resolved(tmp_path, "A[More]")["a 1.0"] == ("b", "d")
    assert resolved(tmp_path, "c; sys_platform == 'win32'") == {}


def test_extras_of_dependencies_count_whoever_comes_first(tmp_path: Path) -> None:
    make_wheel(tmp_path, "a", requires=["x"])
    make_wheel(tmp_path, "b", requires=["x[more]"])
    make_wheel(tmp_path, "x", requires=["y; extra == 'more'"])
    make_wheel(tmp_path, "y")
    for roots in (("a", "b"), ("b", "a"), ("x", "a", "b")):
        assert resolved(tmp_path, *roots)["x 1.0"] == ("y",)


def test_a_later_demand_changes_the_version_and_what_it_needs(tmp_path: Path) -> None:
    make_wheel(tmp_path, "a", requires=["b"])
    make_wheel(tmp_path, "b", "2.0", requires=["only-of-two"])
    make_wheel(tmp_path, "b", "1.5")
    make_wheel(tmp_path, "z", requires=["b<2"])
    make_wheel(tmp_path, "only_of_two")
    assert resolved(tmp_path, "a", "z") == {"a 1.0": ("b",), "b 1.5": (), "z 1.0": ("b",)}


def test_all_that_is_missing_is_named_with_who_wants_it(tmp_path: Path) -> None:
    make_wheel(tmp_path, "a", requires=["gone>=2", "b"])
    make_wheel(tmp_path, "b", requires=["gone<5"])
    make_wheel(tmp_path, "c", "1.0")
    with pytest.raises(BundleError) as raised:
        resolved(tmp_path, "a", "c>1", "nothing")
    assert str(raised.value) == (
        "No wheel for Python 3.14 on pyemscripten_2026_0_wasm32 was found of: c>1 (wanted by you); "
        "gone<5,>=2 (wanted by a 1.0 and b 1.0); nothing (wanted by you). "
        "Compiled packages such as numpy are in Pyodide's own distribution: name one with --pyodide-dist."
    )


def test_demands_that_exclude_each_other_are_told(tmp_path: Path) -> None:
    make_wheel(tmp_path, "a", requires=["x<2"])
    make_wheel(tmp_path, "b", requires=["x>=2"])
    for version in ("1.0", "2.0"):
        make_wheel(tmp_path, "x", version)
    with pytest.raises(BundleError, match=r"x<2,>=2 \(wanted by a 1\.0 and b 1\.0\)"):
        resolved(tmp_path, "a", "b")


def test_the_lock_file_names_exactly_the_packages(tmp_path: Path) -> None:
    make_wheel(tmp_path, "a", requires=["b"])
    make_wheel(tmp_path, "b")
    make_wheel(tmp_path, "unwanted")
    packages = resolve([Requirement("a")], [Folder(tmp_path)], TARGET)
    lock = json.loads(lock_file(packages, TARGET))
    assert lock["info"] == INFO
    assert {name: entry["depends"] for name, entry in lock["packages"].items()} == {"a": ["b"], "b": []}
    assert lock["packages"]["a"]["file_name"] == "a-1.0-py3-none-any.whl"
    assert lock_file(packages[::-1], TARGET) == lock_file(packages, TARGET)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a,b", ["a", "b"]),
        (" a , b>=1,<2,c ", ["a", "b<2,>=1", "c"]),
        ("a[x,y]==1,b", ["a[x,y]==1", "b"]),
        ("none", []),
        ("", []),
        ("default,a", [*load_pins(), "a"]),
    ],
)
def test_packages_are_separated_by_commas(text: str, names: list[str]) -> None:
    assert [str(each) for each in PackageChoice(text).roots()] == names


@pytest.mark.parametrize(
    ("text", "message"), [("a b", "is not a package's name"), ("a @ https://x.invalid/a.whl", "is an address")]
)
def test_what_is_no_package_is_told(text: str, message: str) -> None:
    with pytest.raises(BundleError, match=message):
        PackageChoice(text).roots()


def test_default_packages_are_pinned_with_hashes() -> None:
    pins = load_pins()
    asked = {"sympy", "networkx", "openpyxl", "beautifulsoup4", "plotly", "cloudpickle"}
    assert asked <= set(pins)
    for name, pin in pins.items():
        assert pin.hashes, name
        assert [each.operator for each in pin.requirement.specifier] == ["=="]


def test_pins_are_read_in_pips_form(tmp_path: Path) -> None:
    file = tmp_path / "pins.txt"
    file.write_text(f"# a comment\n\nA_b==1.0 \\\n    --hash=sha256:{'0' * 64} \\\n    --hash=sha256:{'1' * 64}\n")
    (pin,) = load_pins(file).items()
    assert (pin[0], str(pin[1].requirement), pin[1].hashes) == ("a-b", "A_b==1.0", {"0" * 64, "1" * 64})


def test_given_wheels_are_wanted_as_they_are(tmp_path: Path) -> None:
    given = GivenSource([make_wheel(tmp_path, "a", "1.0rc1")], TARGET)
    assert [str(each) for each in given.roots] == ["a===1.0rc1"]
    assert given.find(canonicalize_name("a"), given.roots[0].specifier)
    assert given.find(canonicalize_name("a"), SpecifierSet(">1")) is None
    assert given.why_not(canonicalize_name("a")) == "but a 1.0rc1 was given"


def test_given_wheels_that_cannot_be_taken_are_told(tmp_path: Path) -> None:
    wheels = [make_wheel(tmp_path, "a", version) for version in ("1.0", "2.0")]
    with pytest.raises(BundleError, match=r"are both of a: give one of them"):
        GivenSource(wheels, TARGET)
    with pytest.raises(BundleError, match="is not a file"):
        GivenSource([tmp_path / "b-1.0-py3-none-any.whl"], TARGET)


def test_a_distributions_packages_come_as_its_lock_file_says(tmp_path: Path) -> None:
    compiled = make_wheel(tmp_path / "w", "Num", tags="cp314-cp314-pyemscripten_2026_0_wasm32")
    needs = make_wheel(tmp_path / "w", "frames", requires=["not-in-its-lock"])
    folder = make_distribution(tmp_path / "dist", {compiled: [], needs: ["num"]})
    dist = PyodideDistribution(str(folder), TARGET, tmp_path / "cache")
    found = resolve([Requirement("frames")], [dist], TARGET)
    assert [(each.package.spec.name, each.depends) for each in found] == [("frames", ("num",)), ("Num", ())]
    assert found[1].package.path.read_bytes() == compiled.read_bytes()
    assert not (tmp_path / "cache").exists()
    with pytest.raises(BundleError, match=r"num>1 \(wanted by you, but .* has 1\.0\)"):
        resolve([Requirement("num>1")], [dist], TARGET)


def test_a_distribution_that_is_damaged_or_of_another_abi_is_told(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "a")
    cache = tmp_path / "cache"
    with pytest.raises(BundleError, match=r"pyodide-lock\.json is missing"):
        PyodideDistribution(str(tmp_path), TARGET, cache)
    other = make_distribution(tmp_path / "other", {wheel: []}, abi_version="2025_0")
    with pytest.raises(
        BundleError, match=r"is for Python 3\.14 on pyemscripten_2025_0_wasm32, and this bundle for Python"
    ):
        PyodideDistribution(str(other), TARGET, cache)
    (other / "pyodide-lock.json").write_text('{"packages": 1}')
    with pytest.raises(BundleError, match="is not a lock file of Pyodide"):
        PyodideDistribution(str(other), TARGET, cache)
    changed = make_distribution(tmp_path / "changed", {wheel: []})
    (changed / wheel.name).write_bytes(b"other")
    dist = PyodideDistribution(str(changed), TARGET, cache)
    with pytest.raises(BundleError, match=r"has the SHA-256 .*; its lock file says"):
        dist.find(canonicalize_name("a"), SpecifierSet())
    (changed / wheel.name).unlink()
    with pytest.raises(BundleError, match="is missing"):
        dist.find(canonicalize_name("a"), SpecifierSet())


def test_the_cache_gives_the_newest_that_fits(tmp_path: Path) -> None:
    for version in ("1.0", "1.10", "2.0rc1"):
        make_wheel(tmp_path, "a", version)
    make_wheel(tmp_path, "a", "3.0", tags="cp314-cp314-manylinux_2_17_x86_64")
    compiled = make_wheel(tmp_path, "a", "1.10", tags="cp314-cp314-pyemscripten_2026_0_wasm32")
    cache, name = WheelCache(tmp_path), canonicalize_name("a")
    assert cache.newest(name, SpecifierSet(), TARGET) == compiled
    assert cache.newest(name, SpecifierSet("<1.5"), TARGET) == tmp_path / "a-1.0-py3-none-any.whl"
    assert cache.newest(name, SpecifierSet(">4"), TARGET) is None
