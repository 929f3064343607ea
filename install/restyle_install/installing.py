"""Owns the installation on a user's machine, step by step; every step can be repeated, and what is done already is left alone. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from . import home, making, placing, shortcut, stopping
from .home import Choices, Source
from .making import Machine, Say, program_of, python_of
from .places import Places, editors, name_of, not_yet
from .placing import PlacingError, Profile
from .running import attend

VGG19_MB = 575  # to download
CONNECT = "restyle connect HOST:PORT --ca ca.pem --cert me.pem --key me-key.pem"


@dataclass(frozen=True)
class Order:
    """What the caller wants. vgg19: whether to download it, too. vgg19_from: its file, instead of the network."""

    source: Source
    choices: Choices
    vgg19: bool = False
    vgg19_from: Path | None = None


@dataclass(frozen=True)
class Installer:
    """attend: runs a program on the caller's own terminal."""

    places: Places
    machine: Machine
    say: Say
    attend: Callable[[Sequence[str | Path]], int] = attend

    def plan(self, order: Order) -> None:
        """Tells what would be done; changes nothing. EnvironmentProblem where it could not."""
        stamp = home.kept(self.places.environment)
        if home.fits(stamp, order.source, order.choices):
            self.say(f"Restyle {order.source.version} is installed already in {self.places.environment}.")
        else:
            making.check(self.machine, self.places.environment, order.choices.need)
            self.say(f"Would install Restyle {order.source.version} into {self.places.environment}.")
        self.tell_build(order)
        self.tell_vgg19(order)
        self.say(f"Would make the command {self.places.command}.")
        for editor, profile in editors():
            self.say(f"Would put the plug-in into {name_of(editor, profile)}: {profile.folder}")
        self._tell_missing()
        self.say("Nothing was changed.")

    def install(self, order: Order) -> bool:
        """Does it. Returns whether every part succeeded; what failed was told. EnvironmentProblem when the packages can't be installed."""
        places = self.places
        with making.alone(places.environment, self.say), making.sentences(places.environment):
            self.tell_vgg19(order)
            if home.fits(home.kept(places.environment), order.source, order.choices):
                self.say(f"Restyle {order.source.version} is installed already in {places.environment}.")
            else:
                self.tell_build(order)
                stopping.stop_server(places, self.say)
                places.data.mkdir(mode=0o700, parents=True, exist_ok=True)
                home.install(order.source, places.environment, order.choices, self.machine, self.say)
            whole = home.kept(places.environment)
            self.launcher(order.source.version, python_of(places.environment), client=whole is not None and bool(whole["client"]))
            done = [self._command(), self.plugins(order.source.version, list(editors()))]
            self._tell_missing()
        if self._lacks_vgg19(order):
            self._vgg19(order)
        return all(done)

    def settle(self, version: str, python: Path, *, client: bool, renew: bool = False) -> bool:
        """The same for packages that are there already, put in by pip, pipx or uv: launcher and plug-ins. Whether every part succeeded.

        python: theirs. renew: only plug-ins that are there already.
        """
        with making.alone(self.places.environment, self.say), making.sentences(self.places.data):
            self.launcher(version, python, client=client)
            done = self.plugins(version, [(editor, profile) for editor, profile in editors() if not renew or editor.target_of(profile).is_dir()])
        if not renew:
            self._tell_missing()
        return done

    def tell_build(self, order: Order) -> None:
        """Which build of PyTorch, and why."""
        build = order.choices.build
        if build is None:
            self.say("Without PyTorch: painting is done by a server on another machine (--client-only).")
            return
        self.say(f"Chosen: {build.sentence}.")
        if build.caution:
            self.say(build.caution)

    def tell_vgg19(self, order: Order) -> None:
        """How large its download is, before anything is fetched."""
        if self._lacks_vgg19(order) and order.vgg19_from is None:
            self.say(f"VGG19 comes along, because a graphics card will paint: {VGG19_MB} MB to download; --no-vgg19 leaves it out.")

    def closing(self, *, client: bool, command: bool = True) -> None:
        """One thing to try. command: whether it was made here, and so must be reachable."""
        if command and not shortcut.reachable(self.places.command, self.machine.variables):
            self.say(shortcut.advice(self.places.command))
        if client:
            self.say(f"Restyle is installed. Name the server, once: {CONNECT}")
            return
        for editor, _profile in editors():
            self.say(f"Restyle is installed. Try it: {editor.AFTERWARDS}")
            return
        self.say("Restyle is installed. Try it: restyle image photo.jpg --style woodcut -o woodcut.png")

    def launcher(self, version: str, python: Path, *, client: bool) -> None:
        """How editors start the server. One that the user has changed, with options for example, is kept as long as it starts this very Python.

        A client's names no command: it only tells the plug-ins where the user's state folder is.
        """
        try:
            command = json.loads(self.places.launcher.read_text("utf-8"))["command"]
            kept = command if command[0] == str(python) else None
        except (OSError, ValueError, KeyError, IndexError, TypeError):
            kept = None
        placing.write_launcher([] if client else kept or [str(python), "-P", "-m", "restyle_server"], version)

    def _command(self) -> bool:
        try:
            if shortcut.put(self.places.command, program_of(self.places.environment, "restyle"), self.places.environment):
                self.say(f"Made the command {self.places.command}.")
        except PlacingError as problem:
            self.say(str(problem))
            return False
        return True

    def plugins(self, version: str, wanted: Sequence[tuple[ModuleType, Profile]]) -> bool:
        """Puts them into these profiles. Whether all got theirs; one that fails keeps none of the others away."""
        done = True
        for editor, profile in wanted:
            try:
                placed = editor.install(profile, version)
            except PlacingError as problem:
                self.say(f"{name_of(editor, profile)}: {problem}")
                done = False
                continue
            self.say(f"{'Replaced' if placed.replaced else 'Installed'} the plug-in in {name_of(editor, profile)}: {placed.target}")
            if placed.note:
                self.say(placed.note)
        return done

    def _tell_missing(self) -> None:
        for sentence in not_yet():
            self.say(sentence)

    def _lacks_vgg19(self, order: Order) -> bool:
        """Whether VGG19 is wanted, and not there yet."""
        return (order.vgg19 or order.vgg19_from is not None) and not (self.places.data / "weights" / "vgg19.safetensors").is_file()

    def _vgg19(self, order: Order) -> None:
        """A failure is told and forgiven: vgg16 came along."""
        command: list[str | Path] = [program_of(self.places.environment, "restyle"), "weights", "install", "vgg19"]
        if order.vgg19_from:
            command += ["--from", order.vgg19_from]
        if self.attend(command):
            self.say("VGG19 was not installed, so Restyle paints with VGG16, which came along; try again at any time: restyle weights install vgg19")
