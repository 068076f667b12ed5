"""Makes `.venv/bin/seedbed` on a bare Debian or Ubuntu with Python 3.11: packages, a browser, its fonts.

Standard library only, because it runs before anything is installed. What was done is noted in the virtual
environment, so that the second call does nothing and an interrupted one goes on where it stopped.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "seedbed-setup.json"
LOG = VENV / "seedbed-setup.log"
CONSTRAINTS = VENV / "seedbed-constraints.txt"
INPUTS = ("pyproject.toml", "constraints.txt", "scripts/setup.py")
"""Files after whose change set-up runs again."""

TORCH = "2.13.0"
TORCHVISION = "0.28.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PROBE = ("--timeout", "5", "--retries", "0")
"""How long pip looks at an index that may be unreachable."""
BROWSER_DOWNLOAD_S = 600
LAUNCH = """
from playwright.sync_api import sync_playwright
from envs.browser.chromium import FLAGS, executable
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=executable(playwright), args=list(FLAGS))
    browser.new_page().goto("data:text/html,ready")
    print(browser.version)
    browser.close()
"""


class SetupFailed(Exception):
    """Something that set-up cannot mend; the message says what, and what to do."""

    def __init__(self, message: str, output: str = "") -> None:
        super().__init__(message)
        self.output = output
        """The last lines that the failed command printed."""


@dataclass(frozen=True)
class Stage:
    name: str
    work: Callable[[], str]
    """Does the stage and returns what it found or did, in a few words."""


def main() -> int:
    if sys.version_info[:2] != (3, 11):
        print(f"Seedbed needs Python 3.11; this is {sys.version.split()[0]}", file=sys.stderr)
        return 2
    extra = "cuda" if has_nvidia_gpu() else "cpu"
    fingerprint = _fingerprint(extra)
    if _done().get("finished") == fingerprint and (VENV / "bin" / "seedbed").exists():
        return 0
    VENV.mkdir(exist_ok=True)
    with (VENV / "seedbed-setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _done().get("finished") == fingerprint:
            return 0  # Another `make` has done it meanwhile.
        try:
            _run_stages(_stages(extra), fingerprint)
        except SetupFailed as error:
            print(error.output, f"set-up stopped: {error}", sep="", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("set-up interrupted; `make setup` goes on from here", file=sys.stderr)
            return 130
    return 0


def has_nvidia_gpu() -> bool:
    """Whether the driver lists a GPU; its tool alone is not enough (containers often have it without one)."""
    if not shutil.which("nvidia-smi"):
        return False
    listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and "GPU" in listed.stdout


def _stages(extra: str) -> list[Stage]:
    stages = [
        Stage("virtual environment", make_venv),
        Stage("system libraries", install_libraries),
    ]
    if extra == "cpu":
        stages.append(Stage("torch for the CPU", install_torch))
    stages += [
        Stage("packages", lambda: install_packages(extra)),
        Stage("torch companions", remove_broken_companions),
        Stage("fonts", install_fonts),
        Stage("browser", install_browser),
        Stage("seedbed", check_command),
    ]
    return stages


def _run_stages(stages: Sequence[Stage], fingerprint: str) -> None:
    done = _done()
    if done.get("begun") != fingerprint:
        done = {"begun": fingerprint, "stages": []}
    began = time.monotonic()
    for stage in stages:
        if stage.name in done["stages"]:
            continue
        start = time.monotonic()
        print(f"  {stage.name:<20} ", end="", flush=True)
        try:
            found = stage.work()
        except BaseException:
            print("failed", flush=True)
            raise
        print(f"{found} ({time.monotonic() - start:.0f} s)", flush=True)
        done["stages"].append(stage.name)
        _write_stamp(done)
    _write_stamp({"finished": fingerprint})
    print(f"  ready: {VENV.name}/bin/seedbed ({time.monotonic() - began:.0f} s)", flush=True)


def make_venv() -> str:
    """A virtual environment with a working pip; one that is broken or half made is made anew."""
    if not (PYTHON.exists() and _works(PYTHON, "-m", "pip", "--version")):
        if not _works(sys.executable, "-c", "import ensurepip"):
            _apt("python3-venv", "python3.11-venv")
        _call([sys.executable, "-m", "venv", "--clear", str(VENV)], "the virtual environment could not be made")
    _pip("install", "--upgrade", "pip", why="pip could not be brought up to date")
    return VENV.name


def install_libraries() -> str:
    """Shared libraries that vLLM's own code loads and that a slim system image lacks."""
    missing = [package for library, package in (("libnuma.so.1", "libnuma1"),) if not _loads(library)]
    if not missing:
        return "present"
    _apt(*missing)
    return f"installed {', '.join(missing)}"


def install_torch() -> str:
    """The pair of torch and torchvision without CUDA: from pip's configured sources, else PyTorch's own index.

    A torchvision that was built for CUDA does beside a CPU torch, too: `vlm/torchvision_shim.py` declares the
    operators that it misses. So torchvision is worth a look of a few seconds, not a failure.
    """
    torch, vision = f"torch=={TORCH}+cpu", f"torchvision=={TORCHVISION}+cpu"
    online = f"{TORCHVISION}+cpu" in _output(
        *_pip_command("index", "versions", "torchvision", "--index-url", CPU_INDEX, *PROBE)
    )
    index = ("--extra-index-url", CPU_INDEX) if online else ()
    try:
        _pip("install", torch, why="")
    except SetupFailed:
        if not online:
            raise SetupFailed(
                f"no torch {TORCH} for the CPU: pip's configured sources lack it and {CPU_INDEX} cannot be "
                f"reached; give pip a source that has torch-{TORCH}+cpu (PIP_FIND_LINKS) and run `make setup`"
            ) from None
        _pip("install", torch, *index, why=f"torch {TORCH} could not be installed from {CPU_INDEX}")
    try:
        _pip("install", vision, *index, *(() if online else PROBE), why="")
    except SetupFailed:
        return f"torch {TORCH}+cpu; no CPU build of torchvision in reach, the general one will do"
    return f"torch {TORCH}+cpu, torchvision {TORCHVISION}+cpu"


def install_packages(extra: str) -> str:
    """Seedbed itself, in place, with everything that it needs at the tested versions."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    if extra == "cuda":
        # vLLM for CUDA brings the torch that it was built with; the exact versions are those of the CPU set.
        lines = [line for line in lines if not line.startswith(("torch", "triton", "vllm"))]
    CONSTRAINTS.write_text("\n".join(lines) + "\n")
    _pip(
        "install", "--constraint", str(CONSTRAINTS), "--editable", f"{ROOT}[{extra},games,dev]",
        why="the packages could not be installed",
    )  # fmt: skip
    return f"seedbed[{extra},games,dev]"


def remove_broken_companions() -> str:
    """Takes out torchaudio and torchcodec where they do not load: nothing of ours uses them, but transformers
    imports what it finds, and a build for another torch would take it down."""
    broken = [name for name in ("torchaudio", "torchcodec") if not _works(PYTHON, "-c", f"import {name}")]
    installed = [name for name in broken if _works(PYTHON, "-m", "pip", "show", name)]
    if installed:
        _pip("uninstall", "--yes", *installed, why=f"{', '.join(installed)} could not be removed")
        return f"removed {', '.join(installed)}, which cannot load here"
    return "in order"


def install_fonts() -> str:
    """Fonts decide what a model that reads pixels sees: DejaVu and Liberation are those of the training data."""
    present = _output("fc-list", ":", "family")
    wanted = {"DejaVu Sans": "fonts-dejavu-core", "Liberation Sans": "fonts-liberation"}
    missing = [package for family, package in wanted.items() if family not in present]
    if not missing:
        return "present"
    try:
        _apt(*missing, *([] if shutil.which("fc-list") else ["fontconfig"]))
    except SetupFailed as error:
        return f"{', '.join(missing)} missing: pages will look different from those in training ({error})"
    return f"installed {', '.join(missing)}"


def install_browser() -> str:
    """A Chromium that starts: one that is there, else Playwright's own, else the distribution's package."""
    if version := _launch():
        return f"Chromium {version}, already here"
    env = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}
    try:
        _call([str(PYTHON), "-m", "playwright", "install", "chromium"], "", env=env, timeout_s=BROWSER_DOWNLOAD_S)
        if not _launch():
            _as_root(str(PYTHON), "-m", "playwright", "install-deps", "chromium", why="")
        if version := _launch():
            return f"Chromium {version}, Playwright's own"
    except SetupFailed:
        pass  # The distribution's package is the next thing to try; the log keeps what happened.
    _apt("chromium")
    if version := _launch():
        return f"Chromium {version}, the distribution's"
    raise SetupFailed("Chromium is installed but does not start; the log above says why")


def check_command() -> str:
    _call([str(VENV / "bin" / "seedbed"), "--help"], "`seedbed --help` does not run")
    return "seedbed --help runs"


def _launch() -> str:
    """The version of the Chromium that Seedbed would use, if it starts."""
    try:
        return _output(str(PYTHON), "-c", LAUNCH, timeout_s=60).strip()
    except subprocess.TimeoutExpired:
        return ""


def _apt(*packages: str) -> None:
    if not shutil.which("apt-get"):
        raise SetupFailed(f"please install {', '.join(packages)} (there is no apt-get here to do it with)")
    # An old package list may still do; where it does not, the installation below says so.
    with contextlib.suppress(SetupFailed):
        _as_root("apt-get", "update", why="")
    _as_root(
        "apt-get",
        "install",
        "--yes",
        "--no-install-recommends",
        *packages,
        why=f"apt-get could not install {', '.join(packages)}",
    )


def _as_root(*command: str, why: str) -> None:
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise SetupFailed(f"please run as root: {' '.join(command)}")
        # Without a terminal sudo could only wait for a password that nobody will type.
        prefix = ["sudo"] if sys.stdin.isatty() else ["sudo", "--non-interactive"]
    _call([*prefix, *command], why, env={"DEBIAN_FRONTEND": "noninteractive"})


def _pip_command(*arguments: str) -> list[str]:
    return [str(PYTHON), "-m", "pip", *arguments, "--disable-pip-version-check", "--no-input"]


def _pip(*arguments: str, why: str) -> None:
    _call(_pip_command(*arguments), why)


def _call(
    command: Sequence[str], why: str, *, env: dict[str, str] | None = None, timeout_s: float | None = None
) -> None:
    """Run a command with its output in the log; on failure raise with `why` and the log's end.

    `why` is empty where the caller has something else to try.
    """
    with LOG.open("a") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        log.flush()
        offset = log.tell()
        try:
            code = subprocess.run(
                command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, check=False, timeout=timeout_s,
                env={**os.environ, **(env or {})},
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            log.write(f"stopped after {timeout_s:.0f} s\n")
            code = 124
    if code == 0:
        return
    tail = LOG.read_bytes()[offset:].decode(errors="replace").splitlines()[-15:]
    output = "".join(f"    {line}\n" for line in tail)
    raise SetupFailed(f"{why} (all of it: {LOG.relative_to(ROOT)})", output)


def _output(*command: str, timeout_s: float = 120) -> str:
    """What a command prints, or nothing where it fails or does not exist."""
    if not shutil.which(command[0]):
        return ""
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=timeout_s)
    with LOG.open("a") as log:
        log.write(f"\n$ {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout if done.returncode == 0 else ""


def _works(*command: str | Path) -> bool:
    return subprocess.run(command, capture_output=True, cwd=ROOT, check=False).returncode == 0


def _loads(library: str) -> bool:
    return _works(sys.executable, "-c", f"import ctypes; ctypes.CDLL({library!r})")


def _fingerprint(extra: str) -> str:
    """Changes when the inputs do, and when the checkout has moved (an editable installation names its folder)."""
    digest = hashlib.sha256(f"{extra} {ROOT}".encode())
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _done() -> dict:
    try:
        return json.loads(STAMP.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _write_stamp(done: dict) -> None:
    beside = STAMP.with_suffix(".part")
    beside.write_text(json.dumps(done))
    beside.replace(STAMP)


if __name__ == "__main__":
    sys.exit(main())
