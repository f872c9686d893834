"""Sessions of the ONNX runtime: where they run, how they are held in bounds, and what its errors mean.

Nothing but `onnx` and this file reaches the runtime, and only in the worker.
"""

import os
import resource
from pathlib import Path
from typing import Any

from anagnorisis.domain import Refused

MISSING = (
    "Models need a runtime that is not installed. Install it with pip install 'anagnorisis[cpu]', or "
    "'anagnorisis[gpu]' for a graphics card, and start the house again."
)
CPU = "CPUExecutionProvider"
PREFERRED = (
    "CUDAExecutionProvider",
    "OpenVINOExecutionProvider",
    "CoreMLExecutionProvider",
    "DmlExecutionProvider",
    CPU,
)
"""Where graphs run, the first that takes them; what a session really uses is asked of it."""
ERRORS_ONLY = 3
TOO_LITTLE = ("bad_alloc", "allocate memory", "out of memory", "bad allocation")


def _runtime() -> Any:
    try:
        import onnxruntime  # noqa: PLC0415  # its absence is a sentence, not the end of the process
    except ImportError as error:
        raise Refused(MISSING) from error
    return onnxruntime


def errors() -> tuple[type[Exception], ...]:
    """What a session raises; the runtime's own classes are no `RuntimeError`."""
    own = vars(_runtime().capi.onnxruntime_pybind11_state).values()
    found = (one for one in own if isinstance(one, type) and issubclass(one, Exception))
    return (MemoryError, RuntimeError, ValueError, *found)


def is_memory(error: Exception) -> bool:
    """Whether it says that memory was too little: the runtime has no class for that."""
    told = str(error).lower()
    return isinstance(error, MemoryError) or any(sign in told for sign in TOO_LITTLE)


def reason(error: Exception) -> str:
    """The runtime's own words, of many lines the one that says most."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1].strip().rpartition(" : ")[2][:300] if lines else type(error).__name__


def session(file: Path, threads: int) -> Any:
    """A session on the best provider that takes the graph. Raises `Refused` with the runtime's words."""
    onnxruntime, why = _runtime(), ""
    onnxruntime.set_default_logger_severity(ERRORS_ONLY)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = False  # it grows to the largest batch and gives nothing back
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads cost nothing
    there = [one for one in PREFERRED if one in onnxruntime.get_available_providers()]
    if there[0] != CPU:
        _unbounded()
    for providers in (there, [CPU]):
        try:
            return onnxruntime.InferenceSession(os.fspath(file), options, providers=providers)
        except errors() as error:
            why = reason(error)
    raise Refused(f"The graph {file.name} does not load: {why}")


def _unbounded() -> None:
    """Drivers of a card map its memory as private: what bounds ours would end them."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
