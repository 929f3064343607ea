"""What the documents promise: every command is one, every link leads somewhere, every Python compiles, and every sentence of the program can be found."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from documents import controls, messages
from documents.commands import PAGES, ROOT, blocks, called, commands, lines

sys.path.insert(0, str(ROOT / "install"))
from ci import checks
from restyle_install import command
from restyle_server.admin.config import load

ALL = [pytest.param(page, id=page.name) for page in PAGES]
RESTYLE = [pytest.param(words, id=" ".join(words)) for page in PAGES for words in commands(page, "restyle ")]
INSTALL = [pytest.param(words, id=" ".join(words)) for page in PAGES for words in commands(page, "python3 install/install.py")]


@pytest.mark.parametrize("words", RESTYLE)
def test_every_restyle_command_is_understood(words: list[str]) -> None:
    name, _ = called(words[1:])
    assert words[1 : 1 + len(name.split())] == name.split()


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    with pytest.raises(Exception, match="nonsense"):
        called(["image", "photo.jpg", "--style", "night", "-o", "a.png", "--nonsense"])


@pytest.mark.parametrize("words", INSTALL)
def test_every_call_of_the_installer_is_understood(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda _path: True)  # the files that it is given are the reader's
    command.arguments(words[2:])


@pytest.mark.parametrize("page", ALL)
def test_every_other_command_is_a_shells_and_its_scripts_are_there(page: Path) -> None:
    for block in blocks(page, "sh"):
        assert subprocess.run(["sh", "-n"], input=block, text=True, check=False).returncode == 0, block
    for line in lines(page):
        for script in re.findall(r"(?<!\S)(?:install|protos|plugin|tests|server)/[\w./-]+", line):
            assert (ROOT / script).exists(), line
        for part in re.findall(r"--only (\w+)", line):
            assert part in {each.name for each in checks.PARTS}, line


@pytest.mark.parametrize("workflow", [pytest.param(path, id=path.name) for path in sorted((ROOT / ".github/workflows").glob("*.yml"))])
def test_a_workflow_runs_only_what_there_is(workflow: Path) -> None:
    text = workflow.read_text("utf-8")
    scripts = re.findall(r"(?<!\S)install/[\w/-]+\.\w+", text)
    assert scripts
    assert [script for script in scripts if not (ROOT / script).exists()] == []
    assert set(re.findall(r"--only (\w+)", text)) <= {each.name for each in checks.PARTS}
    for words in re.findall(r'"\$restyle" (.+)', text):
        called(shlex.split(words))


@pytest.mark.parametrize("page", ALL)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in {_anchor(title) for title in re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)}, link


def _anchor(title: str) -> str:
    """As GitHub and its kin make one of a heading."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", ALL)
def test_every_python_compiles_and_takes_from_restyle_only_what_there_is(page: Path) -> None:
    import restyle_client

    for block in blocks(page, "python"):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module == "restyle_client":
                assert [each.name for each in node.names if not hasattr(restyle_client, each.name)] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen:
            continue
        seen.add(page)
        ahead += [(page.parent / link).resolve() for link in re.findall(r"\]\(([\w./-]+\.md)(?:#[\w-]+)?\)", page.read_text("utf-8"))]
    assert [page.name for page in PAGES if page not in seen] == []


def test_the_readme_is_one_screen() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 80


def test_the_studios_settings_are_settings(tmp_path: Path) -> None:
    [text] = blocks(ROOT / "docs" / "remote-server.md", "toml")
    (tmp_path / "server.toml").write_text(text)
    for name in tomllib.loads(text)["tls"].values():
        (tmp_path / name).write_text("")
    config = load(file=tmp_path / "server.toml", state_dir=tmp_path / "state", data_dir=tmp_path / "data")
    assert config.host == "10.0.0.5"
    assert config.limits.idle_exit_seconds == 0


# ---- every sentence ----


def test_the_page_of_controls_has_every_parameter_as_it_is_declared() -> None:
    assert controls.table() in controls.PAGE.read_text("utf-8"), "run python tests/documents/controls.py --write"


def test_every_sentence_of_the_program_is_on_the_page() -> None:
    page = messages.PAGE.read_text("utf-8")
    assert page.endswith(messages.listed()), "run: python tests/documents/messages.py --write"


def test_the_list_holds_what_people_have_seen(tmp_path: Path) -> None:
    """Taken from the program as it runs, not from its source: what it says is found by a search for the words between the gaps."""
    said = subprocess.run(
        [sys.executable, "-c", "from restyle_cli.main import main; main()", "image", str(tmp_path / "none.jpg"), "--style", "night", "-o", "a.png"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    ).stderr  # fmt: skip
    assert found(said.removeprefix("restyle: ").strip()), said
    said = subprocess.run(
        [sys.executable, str(ROOT / "install/install.py"), "--dry-run", "--torch", "abacus"], capture_output=True, text=True, check=False
    ).stderr
    assert found(said.strip()), said


def found(sentence: str) -> bool:
    """Whether an entry of the list fits the sentence."""
    entries = [line.removeprefix("- ") for line in messages.listed().splitlines() if line.startswith("- ")]
    return any(re.fullmatch(".*".join(map(re.escape, entry.split(messages.GAP))), sentence, re.DOTALL) for entry in entries if entry.strip(f" {messages.GAP}"))


def test_a_new_sentence_would_be_noticed() -> None:
    tree = ast.parse("class Odd(Exception): ...\n\ndef f(name):\n    raise Odd(f'The moon of {name} is not made of ' + 'cheese; try another.')\n")
    assert list(messages._said(tree, messages._errors([tree]))) == ["The moon of … is not made of cheese; try another."]


def test_a_sentence_of_a_table_would_be_noticed() -> None:
    tree = ast.parse("class Odd(Exception): ...\n\ndef f(name):\n    raise Odd(strings.LOCKED.format(name=name))\n")
    assert list(messages._said(tree, messages._errors([tree]))) == ["The layer “…” is locked. Unlock it in the list of layers, then try again."]
