"""A console block as it is read, and as it runs: each command, and below it what it prints."""

import os
import re
import subprocess
import sysconfig

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


def run(command, folder):
    """What a command prints in *folder*, and the status that it ends with; seen from a terminal of 80 columns."""
    environment = os.environ | {
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
        "PYTEST_ADDOPTS": "-p no:randomly",
        "PYTHONWARNINGS": "ignore:The configuration option",  # what an old pytest-asyncio says of pytest itself
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for told_on_a_server in ("CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "BUILD_NUMBER", "PYTEST_PLUGINS"):
        environment.pop(told_on_a_server, None)
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return done.stdout.replace(str(folder), "."), done.returncode


def told(text):
    """The text without what differs from machine to machine and from run to run."""
    text = re.sub(r"^(=+ .*?) in \d+\.\d+s( \([\d:]+\))? =+$", r"\1", NOISE.sub("", text), flags=re.MULTILINE)
    text = re.sub(r"^(\d+ .*?) in \d+\.\d+s$", r"\1", text, flags=re.MULTILINE)
    text = re.sub(r"^=+( .*?)(?: =+)?$", r"=\1", text, flags=re.MULTILINE)
    text = re.sub(r"127\.0\.0\.1:\d{5}\b", "127.0.0.1:PORT", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def agree(read, printed):
    """Whether what is to be read was printed; a line of three dots stands for any lines."""
    lines = told(read).splitlines()
    pattern = "".join("(?:.*\n)*" if line == "..." else f"{re.escape(line)}\n" for line in lines)
    return re.fullmatch(pattern, f"{told(printed)}\n" if printed.strip() else "") is not None
