# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of scripts/ as modules, and directories of files for them to look at."""
import importlib.machinery
import importlib.util
import sys
import tempfile
import textwrap
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "Tests" / "Acceptance")]


def load(name):
    """The program of that name, as a module."""
    loader = importlib.machinery.SourceFileLoader(name.replace("-", "_"), str(ROOT / "scripts" / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@contextmanager
def files(**contents):
    """A directory with these files; `__` in a name stands for a slash, and each is a Swift file."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for file, text in contents.items():
            path = directory / (file.replace("__", "/") + ".swift")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        yield directory
