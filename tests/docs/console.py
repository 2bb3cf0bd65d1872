"""A console block as it is read, and as it runs: each command, and below it what it prints."""

import io
import os
import re
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from pytest_usage_contract import cli

PLAIN = re.compile(r"(?:python -m )?(?:pytest|usage-contract|pytest_usage_contract)(?: [^|&;<>*?$`~]*)?")
"""What needs no process of its own: pytest or our command, with nothing that only a shell understands."""

TERMINAL = {
    "COLUMNS": "80",
    "NO_COLOR": "1",
    # The scripts of this Python before all others, whether or not its environment is activated.
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    # Without plugins that reorder, that warn, and that take long to load.
    "PYTEST_ADDOPTS": "-p no:randomly -p no:asyncio -p no:hypothesispytest -p no:cacheprovider",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SSL_CERT_DIR": str(Path(__file__).parent),  # without certificates: clients are made sooner, and reach nobody
}
"""What a command is told of where it runs."""

KEPT_FROM_IT = ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "BUILD_NUMBER", "PYTEST_PLUGINS", "SSL_CERT_FILE")

NOISE = re.compile(
    r"^(platform|cachedir|rootdir|configfile|plugins|asyncio|benchmark|hypothesis profile)\b[ :].*\n", re.MULTILINE
)
"""What pytest says first of the machine that it runs on."""


def commands(block):
    """The commands of a block, each with what is to be read below it."""
    return [
        (command, below)
        for command, _, below in (part.partition("\n") for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:])
    ]


def needs_a_process(command):
    """Whether only a shell can run *command*, or pytest would start workers."""
    return PLAIN.fullmatch(command) is None or "-n" in shlex.split(command)


def run(command, folder, pytester=None):
    """What a command prints in *folder*, and the status that it ends with; seen from a terminal of 80 columns.

    With *pytester*, whose folder it must be, a process is started only for what needs one.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in TERMINAL.items():
            patch.setenv(name, value)
        for name in KEPT_FROM_IT:
            patch.delenv(name, raising=False)
        if pytester is None or needs_a_process(command):
            printed, status = _by_a_shell(command, folder)
        else:
            patch.setattr(sys, "dont_write_bytecode", True)  # a page may write a module twice within one second
            program, *arguments = shlex.split(command.removeprefix("python -m "))
            if program == "pytest":
                result = pytester.runpytest_inprocess(*arguments)
                printed, status = "\n".join([*result.outlines, *result.errlines]), result.ret
            else:
                printed, status = _by_our_command(arguments)
    return printed.replace(str(folder), "."), status


def _by_a_shell(command, folder):
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout, done.returncode


def _by_our_command(arguments):
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed), pytest.raises(SystemExit) as ended:
        sys.exit(cli.main(arguments))
    return printed.getvalue(), ended.value.code


def told(text):
    """The text without what differs from machine to machine, from run to run and from release to release."""
    text = re.sub(r"^(=+ .*?) in \d+\.\d+s( \([\d:]+\))? =+$", r"\1", NOISE.sub("", text), flags=re.MULTILINE)
    text = re.sub(r"^(\d+ .*?) in \d+\.\d+s$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^=+( .*?)(?: =+)?$", r"=\1", text, flags=re.MULTILINE)
    text = re.sub(r"127\.0\.0\.1:\d{5}\b", "127.0.0.1:PORT", text)
    text = re.sub(r"^(usage-contract: )\d+( contracts, )", r"\1N\2", text, flags=re.MULTILINE)
    text = re.sub(r"^(\w+/\w+) {2,}", r"\1  ", text, flags=re.MULTILINE)  # as wide as the longest name there is
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def agree(read, printed):
    """Whether what is to be read was printed; a line of three dots stands for any lines, ` ...` for a line's rest."""
    pattern = "".join(
        "(?:.*\n)*" if line == "..." else re.sub(r"\\ \\\.\\\.\\\.\Z", " .*", re.escape(line)) + "\n"
        for line in told(read).splitlines()
    )
    return re.fullmatch(pattern, f"{told(printed)}\n" if printed.strip() else "") is not None
