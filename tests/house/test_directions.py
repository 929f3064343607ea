"""Arrows between packages point one way: what a table here allows, and nothing else; no package and no module leads back to itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from house.arrows import Import, between_modules, between_rooms, cycles, forbidden, imports, modules, strangers, unused

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {  # roots, and those of their packages that the table names
    "server": {"restyle_server", "restyle_engine", "restyle_imaging", "restyle_painters"},
    "plugin": {"restyle_contract", "restyle_client", "restyle_editor", "restyle_cli"},
    "plugin/gimp/restyle": {"restyle_gimp"},
    "plugin/krita": {"restyle"},
    "install": {"restyle_install"},
}
FOLDED = {"restyle_client.conversion", "restyle_client.wire"}  # the client is one room: what crosses the wire, and how

# By room: what it may import, beside itself. A room is a package, a package within one, or a module with a place of its own; what lies in none of a package's
# rooms is the package's own, and lies under them all. Imports inside functions and for type checkers count: they too are known.
ENGINE_BASE = {"restyle_engine"}
NETWORK = ENGINE_BASE | {"restyle_engine.network"}
OPTIM = ENGINE_BASE | {"restyle_engine.optim"}
LARGE = NETWORK | OPTIM | {"restyle_engine.large"}
MOTION = ENGINE_BASE | {"restyle_engine.motion"}
OBJECTIVE = LARGE | MOTION | {"restyle_engine.objective"}
STAGES = OBJECTIVE | {"restyle_engine.telling"}
ENGINE = OBJECTIVE | {"restyle_engine.feedforward", "restyle_engine.stylizer", "restyle_engine.agreement"}

IMAGING_BASE = {"restyle_imaging"}
PLANES = IMAGING_BASE | {"restyle_imaging.resample", "restyle_imaging.color", "restyle_imaging.planes"}
IMAGING = PLANES | {"restyle_imaging.io"}
PICTURES = IMAGING_BASE | {"restyle_imaging.planes", "restyle_imaging.io"}

FILES = {"restyle_contract.files"}  # how a file is replaced: all of the contract that who knows no client needs
CONTRACT = {"restyle_contract"}
CLIENT = CONTRACT | {"restyle_client"}
EDITOR = CLIENT | {"restyle_editor"}
GIMP = EDITOR | {"restyle_gimp.strings", "restyle_gimp.host"}
KRITA = {"restyle.packages", "restyle.strings", "restyle.host", "restyle.host.api"}  # restyle.packages finds the others, which lie inside the plug-in

SERVER_BASE = {"restyle_server"}
SIZES = ENGINE_BASE | {"restyle_engine.large"}  # with parameters: what knows no torch of it
RECORDS = SERVER_BASE | {"restyle_server.records"}

ALLOWED: dict[str, set[str]] = {
    "restyle_contract": set(),
    "restyle_contract.files": set(),
    "restyle_client": CONTRACT | FILES,
    "restyle_editor": CLIENT | FILES,
    "restyle_cli.terminal": CLIENT,
    "restyle_cli.sheets": {"restyle_client", "restyle_cli.terminal", "restyle_imaging"},
    # doctor looks at this machine's own server.toml and what was set aside, --logs takes the former along
    "restyle_cli.runs": EDITOR
    | FILES
    | PICTURES
    | {"restyle_imaging.film", "restyle_imaging.resample", "restyle_cli.terminal", "restyle_cli.sheets", "restyle_server.admin", "restyle_server.jobs"},
    # what is about this machine's own server: serve starts it, weights and archives of styles are its folders
    "restyle_cli.commands": EDITOR
    | {"restyle_imaging", "restyle_imaging.io"}
    | {"restyle_cli.terminal", "restyle_cli.sheets", "restyle_cli.runs", "restyle_install", "restyle_engine"}
    | {f"restyle_server.{room}" for room in ("admin", "styles", "weights", "cluster", "server")},
    "restyle_cli": {"restyle_client", "restyle_cli.terminal", "restyle_cli.commands"},
    "restyle_gimp.strings": {"restyle_editor"},
    "restyle_gimp.host": EDITOR | {"restyle_gimp.strings"},
    "restyle_gimp.ui": GIMP,
    "restyle_gimp": GIMP - {"restyle_client"} | {"restyle_gimp.ui"},
    "restyle.host.api": set(),
    "restyle.host.language": {"restyle.host.api"},  # known before the first word is read, and so under the rest of the host
    "restyle.packages": EDITOR | {"restyle.host.language"},
    "restyle.strings": {"restyle_editor", "restyle.packages"},
    "restyle.host": {"restyle.packages", "restyle.strings", "restyle.host.api"},
    "restyle.model": KRITA,
    "restyle.ui": CONTRACT | KRITA | {"restyle.model"},
    "restyle": KRITA | {"restyle.model", "restyle.ui"},
    "restyle_install": CONTRACT | FILES | {"restyle_client", "restyle_imaging", "restyle_server.admin", "restyle_cli.runs"},
    "restyle_engine": set(),
    "restyle_engine.network": ENGINE_BASE,
    "restyle_engine.optim": ENGINE_BASE,
    "restyle_engine.large": NETWORK | OPTIM,
    "restyle_engine.motion": ENGINE_BASE,
    "restyle_engine.objective": NETWORK | MOTION | {"restyle_engine.large"},
    "restyle_engine.telling": ENGINE_BASE | {"restyle_engine.network", "restyle_engine.objective", "restyle_engine.optim"},
    "restyle_engine.stages": STAGES,
    "restyle_engine.stylizer": ENGINE_BASE | {f"restyle_engine.{room}" for room in ("network", "motion", "objective", "optim", "telling", "stages")},
    "restyle_engine.agreement": NETWORK | {"restyle_engine.stylizer"},
    "restyle_engine.feedforward": NETWORK | {"restyle_engine.objective", "restyle_engine.stylizer"},
    "restyle_imaging": set(),
    "restyle_imaging.resample": IMAGING_BASE,
    "restyle_imaging.color": IMAGING_BASE | {"restyle_imaging.resample"},
    "restyle_imaging.planes": IMAGING_BASE | {"restyle_imaging.resample", "restyle_imaging.color"},
    "restyle_imaging.io": IMAGING_BASE | {"restyle_imaging.color", "restyle_imaging.planes"},
    "restyle_imaging.film": PICTURES | {"restyle_imaging.color"},
    "restyle_server": CONTRACT,
    "restyle_server.wire": set(),
    "restyle_server.records": CONTRACT | SERVER_BASE | FILES | {"restyle_engine", "restyle_imaging.planes"},
    "restyle_server.admin": CONTRACT | FILES | SERVER_BASE,
    "restyle_server.styles": CONTRACT | SERVER_BASE | {"restyle_engine"} | PICTURES,
    "restyle_server.looks": CONTRACT | SERVER_BASE | FILES | {"restyle_engine.feedforward"},
    "restyle_server.weights": RECORDS | FILES | {"restyle_engine", "restyle_engine.motion", "restyle_engine.network"},
    "restyle_server.worker": CONTRACT | RECORDS | FILES | ENGINE | IMAGING | {"restyle_server.looks", "restyle_server.weights"},
    "restyle_server.jobs": RECORDS | FILES | {"restyle_engine"},
    "restyle_server.devices": RECORDS | FILES | SIZES | {"restyle_engine.optim", "restyle_server.jobs", "restyle_server.worker"},
    "restyle_server.lowering": RECORDS | FILES | IMAGING_BASE | {"restyle_imaging.planes"},
    "restyle_server.cluster": SERVER_BASE | FILES | {f"restyle_server.{room}" for room in ("admin", "devices", "worker")},
    "restyle_server.rpc": CONTRACT
    | RECORDS
    | SIZES
    | {"restyle_engine.network", "restyle_imaging.color", "restyle_imaging.planes"}
    | {f"restyle_server.{room}" for room in ("wire", "admin", "styles", "looks", "weights", "worker", "jobs", "devices", "lowering")},
    "restyle_server.server": RECORDS
    | {f"restyle_server.{room}" for room in ("wire", "admin", "styles", "looks", "weights", "worker", "jobs", "devices", "cluster", "lowering", "rpc")},
    "restyle_server.__main__": SERVER_BASE | {"restyle_server.admin", "restyle_server.server"},
    "restyle_painters": FILES
    | {"restyle_engine", "restyle_imaging", "restyle_imaging.planes"}
    | {f"restyle_server.{room}" for room in ("records", "styles", "weights", "worker")},
}


def files() -> dict[str, Path]:
    return {name: path for source, packages in SOURCES.items() for name, path in modules(ROOT / source, frozenset(packages)).items()}


def house() -> list[Import]:
    return imports(files())


def test_every_import_is_an_arrow_of_the_table() -> None:
    assert forbidden(house(), ALLOWED) == []


def test_every_arrow_of_the_table_is_an_import() -> None:
    assert unused(house(), ALLOWED) == []


def test_every_package_has_its_row() -> None:
    assert {name for name, path in files().items() if path.name == "__init__.py"} - FOLDED - ALLOWED.keys() == set()


def test_the_table_leads_nowhere_back_and_names_only_what_there_is() -> None:
    assert cycles(ALLOWED) == []
    assert set().union(*ALLOWED.values()) <= ALLOWED.keys()


def test_no_room_leads_back_to_itself() -> None:
    assert cycles(between_rooms(house(), ALLOWED)) == []


def test_no_module_leads_back_to_itself() -> None:
    """By what is imported when a file is run: an import inside a function, or for type checkers alone, waits until both are there."""
    assert cycles(between_modules(house())) == []


@pytest.mark.parametrize(
    ("room", "unwanted"),
    [
        ("restyle_contract", {"grpc", "google", "torch", "numpy", "PIL"}),
        ("restyle_client", {"grpc", "google", "torch", "numpy", "PIL"}),
        ("restyle_editor", {"grpc", "google", "torch", "numpy", "PIL", "gi", "PyQt5", "PyQt6", "krita"}),
        ("restyle_cli", {"grpc", "google", "torch"}),
        ("krita/restyle/model", {"PyQt5", "PyQt6"}),
        ("restyle_engine", {"grpc", "google", "sqlite3"}),
        ("restyle_imaging", {"grpc", "google", "sqlite3", "torch"}),
        ("restyle_server/records", {"grpc", "google", "torch"}),
        ("restyle_server/jobs", {"torch"}),
        ("restyle_server/rpc", {"torch"}),
        ("restyle_server/devices", {"torch", "grpc"}),
        ("restyle_server/worker", {"grpc", "google"}),
        ("restyle_server/lowering", {"grpc", "google", "torch"}),
    ],
)
def test_rooms_keep_away_from_what_is_not_theirs(room: str, unwanted: set[str]) -> None:
    package = room.removeprefix("krita/").partition("/")[0]
    inside = {name: path for name, path in files().items() if name.partition(".")[0] == package and f"/{room}/" in path.as_posix()}
    assert inside
    assert strangers(inside, unwanted) == []


MADE_UP = {
    "above/__init__.py": "",
    "above/roof.py": "from below import cellar\nfrom below.cellar import Wine\nimport json\n",
    "below/__init__.py": "",
    "below/cellar.py": "from . import walls\nclass Wine: ...\n",
    "below/walls.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .cellar import Wine\n\ndef late():\n    from . import cellar\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in MADE_UP.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def found(tree: Path) -> list[Import]:
    return imports(modules(tree, frozenset({"above", "below"})))


RIGHT: dict[str, set[str]] = {"above": {"below"}, "below": set()}


def test_a_made_up_tree_whose_arrows_point_down_passes(tree: Path) -> None:
    assert forbidden(found(tree), RIGHT) == []
    assert cycles(between_rooms(found(tree), RIGHT)) == []
    assert cycles(between_modules(found(tree))) == []


@pytest.mark.parametrize(
    "line",
    [
        "import above.roof\n",
        "import above.roof as top\n",
        "from above import roof\n",
        "from above.roof import cellar\n",
        "def later():\n    from above import roof\n",
        "try:\n    import above.roof\nexcept ImportError:\n    pass\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from above import roof\n",
    ],
)
def test_an_arrow_that_points_up_is_found(tree: Path, line: str) -> None:
    (tree / "below" / "walls.py").write_text(line, "utf-8")
    (wrong,) = forbidden(found(tree), RIGHT)
    assert wrong.endswith("imports above.roof: below may not know above")
    assert cycles(between_rooms(found(tree), RIGHT)) == [["above", "below"]]


def test_an_arrow_between_inner_rooms_is_found(tree: Path) -> None:
    inner: dict[str, set[str]] = {"above": {"below"}, "below": set(), "below.cellar": {"below"}}
    assert [wrong.rpartition(": ")[2] for wrong in forbidden(found(tree), inner)] == [
        "above may not know below.cellar",
        "above may not know below.cellar",
        "below may not know below.cellar",
        "below may not know below.cellar",
    ]


def test_an_arrow_that_nobody_needs_is_found(tree: Path) -> None:
    assert unused(found(tree), RIGHT) == []
    (tree / "above" / "roof.py").write_text("import json\n", "utf-8")
    assert unused(found(tree), RIGHT) == ["above knows nothing of below"]


def test_modules_that_import_each_other_are_found(tree: Path) -> None:
    (tree / "below" / "walls.py").write_text("from .cellar import Wine\n", "utf-8")
    assert cycles(between_modules(found(tree))) == [["below.cellar", "below.walls"]]


def test_a_stranger_is_found_wherever_it_is_imported(tree: Path) -> None:
    (tree / "below" / "walls.py").write_text("def late():\n    from grpc import aio\nimport google.rpc.code_pb2\n", "utf-8")
    files = modules(tree, frozenset({"below"}))
    assert strangers(files, {"grpc", "google"}) == ["below.walls:2 imports grpc", "below.walls:3 imports google.rpc.code_pb2"]
