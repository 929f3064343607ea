"""Owns the promise that the command line is a client: it takes nothing of the server's but where a command is about this machine's own server."""

from __future__ import annotations

from house.arrows import Import, imports
from house.test_directions import files

SERVERS = ("restyle_server", "restyle_engine")
ALLOWED = {  # module → why it looks at the server's own code, when its command runs
    "commands/serve.py": "starts the server",
    "commands/work.py": "starts this machine's part of a cluster",
    "commands/weights.py": "lists and installs the weights of this machine, without a server",
    "commands/style_archives.py": "packs and unpacks the library's own archives, whose format has its checks there",
    "runs/checkup.py": "looks at the server's settings and at what it set aside, also where it does not start",
    "runs/log_bundle.py": "names the server's file of settings",
}
LAYERS = ("commands", "runs", "sheets", "terminal")  # each may import those after it


def found() -> list[Import]:
    """What the command line's modules import."""
    return [one for one in imports(files()) if one.source.startswith("restyle_cli.")]


def of_the_server() -> list[Import]:
    return [one for one in found() if one.target.partition(".")[0] in SERVERS]


def test_the_servers_code_is_used_by_the_commands_that_are_about_it_alone() -> None:
    assert {f"{one.source.removeprefix('restyle_cli.').replace('.', '/')}.py" for one in of_the_server()} == set(ALLOWED)


def test_it_is_loaded_when_such_a_command_runs_and_not_before() -> None:
    assert [str(one) for one in of_the_server() if one.runs] == []


def test_each_floor_stands_on_those_below() -> None:
    for one in found():
        here, there = (name.split(".")[1] for name in (one.source, f"{one.target}."))
        if here in LAYERS and there in LAYERS and one.target.startswith("restyle_cli.") and here != there:
            assert LAYERS.index(there) > LAYERS.index(here), str(one)
