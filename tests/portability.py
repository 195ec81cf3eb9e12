"""`make test-portability`: do all notebooks print the same words on other machines?

    make test-portability               every page, on every machine below
    make test-portability CHAPTER=04a   one page
    make test-portability ARGS=noise    only the machines whose name holds "noise"

Other processors are emulated by the switches of OpenBLAS and NumPy. Noise moves what may differ between any two
machines (tests/noise). A word that changes is a fault of the experiment: change the experiment, not the comparison.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from book.tools import plan  # noqa: E402
from book.tools.testing import NBVAL  # noqa: E402

AVX512 = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
NOISE = Path(__file__).with_name("noise")


def noisy(seed: int) -> dict[str, str]:
    path = os.pathsep.join([str(NOISE), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path, "DLNOTES_NOISE": str(seed)}


MACHINES = {
    "Sandybridge": {"OPENBLAS_CORETYPE": "Sandybridge"},
    "Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "SkylakeX": {"OPENBLAS_CORETYPE": "SkylakeX"},
    "Zen": {"OPENBLAS_CORETYPE": "Zen"},
    "NumPy without AVX512": {"NPY_DISABLE_CPU_FEATURES": AVX512},
    "NumPy without AVX2": {"NPY_DISABLE_CPU_FEATURES": f"AVX2 FMA3 {AVX512}"},
    "two threads": {"OPENBLAS_NUM_THREADS": "2"},
    **{f"noise {seed}": noisy(seed) for seed in (1, 2, 3)},
}


# Work for BLAS and for NumPy's own loops, which dies where a switch asks for instructions that are not there.
PROBE = "import numpy as np; a = np.ones((200, 200)); np.linalg.svd(a @ a + np.exp(a))"


def within_reach(machine: dict[str, str]) -> bool:
    """Whether this processor can act as that machine."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env=os.environ | machine, capture_output=True
    )
    return done.returncode == 0


def differs(notebooks: list[str], machine: dict[str, str]) -> str:
    """What pytest says of the notebooks on that machine; nothing if all words stand."""
    workers = ["-n2", "--dist=loadfile", "--no-loadscope-reorder"]
    if len(notebooks) == 1:
        workers = ["-n0"]
    command = [sys.executable, "-m", "pytest", "-q", *workers, *NBVAL, *notebooks]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"} | machine
    done = subprocess.run(
        command, cwd=ROOT, env=environment, text=True, capture_output=True
    )
    return done.stdout[-20_000:] + done.stderr[-2_000:] if done.returncode else ""


def main(wanted: list[str]) -> int:
    names = [n for n in MACHINES if not wanted or any(w in n for w in wanted)]
    if not names:
        sys.exit(f"ARGS names none of the machines: {', '.join(MACHINES)}.")
    notebooks = [f"chapters/{page}.ipynb" for page in plan.chosen(plan.existing(ROOT))]
    failed = []
    for name in names:
        if not within_reach(MACHINES[name]):
            print(f"{name:24} cannot be tried: this processor lacks its instructions")
            continue
        started = time.monotonic()
        problem = differs(notebooks, MACHINES[name])
        failed += [name] if problem else []
        print(problem, end="\n" if problem else "")
        word = "DIFFERS" if problem else "same words"
        print(f"{name:24} {word:12} {time.monotonic() - started:6.1f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
