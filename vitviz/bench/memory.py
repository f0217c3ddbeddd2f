"""Peak memory of a trace, of the fused forward pass, and of storing every A.

    one process for each way:  load the model → reset the peak → run → read the peak

Peaks are counted above the memory that the loaded model takes.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from vitviz.bench import networks
from vitviz.bench.results import Measurement
from vitviz.system import subprocesses
from vitviz.system.memory import free_bytes

# (Peak of a trace − peak of the forward pass) ÷ bytes of q, k and v, at most.
FACTOR_TARGET = 1.2
# Peak of a trace ÷ peak of storing every A, at most, from `KEEPING_TOKENS` on: A grows
# with N², a trace with N.
KEEPING_TARGET = 0.1
KEEPING_TOKENS = 3601
# A trace of so many tokens should take no more than so many bytes.
LARGEST_TOKENS = 16385
LARGEST_BYTES = 3 * 10**9


def can_measure() -> bool:
    """Return whether this system lets a process reset and read its own peak."""
    return sys.platform.startswith("linux") and Path("/proc/self/clear_refs").exists()


def compared(
    num_tokens: int = 3601, library: str | None = None, *, timeout_s: float = 120.0
) -> list[Measurement]:
    """Measure the peak of a trace against the forward pass, and against storing A.

    timeout_s : for each process.
    """
    library = library or networks.libraries()[0]
    what = f"{library}, {num_tokens:,} tokens"
    name = f"peak of a trace over the fused forward, {what}"
    other = f"peak of a trace ÷ peak of keeping A, {what}"
    if not can_measure():
        why = "only measured on Linux"
        return [
            Measurement(name, None, "× q, k, v", FACTOR_TARGET, why),
            Measurement(other, None, "×", KEEPING_TARGET, why),
        ]
    plain = peak_bytes("forward", num_tokens, library, timeout_s=timeout_s)
    traced = peak_bytes("trace", num_tokens, library, timeout_s=timeout_s)
    kept = None
    # storing A may need more memory than there is: only with twice that free
    if _kept_bytes(num_tokens) * 2 < (free_bytes() or 0):
        kept = peak_bytes("keep", num_tokens, library, timeout_s=timeout_s)
    if plain is None or traced is None:
        return [Measurement(name, None, "× q, k, v", FACTOR_TARGET, "took too long")]
    factors = networks.factor_bytes(num_tokens)
    return [
        Measurement(
            name,
            (traced - plain) / factors,
            "× q, k, v",
            FACTOR_TARGET,
            f"{_mb(traced)} against {_mb(plain)}; q, k, v are {_mb(factors)}",
        ),
        Measurement(
            other,
            None if kept is None else traced / kept,
            "×",
            KEEPING_TARGET if num_tokens >= KEEPING_TOKENS else None,
            f"{_mb(traced)} against {_mb(kept)}"
            if kept is not None
            else f"keeping A needs {_mb(_kept_bytes(num_tokens))}, not free here",
        ),
    ]


def largest(*, timeout_s: float = 100.0) -> Measurement:
    """Measure whether a trace of 16,385 tokens stays within 3 GB over the model."""
    name = "tokens traced within 3 GB over the model"
    if not can_measure():
        return Measurement(
            name, None, "", LARGEST_TOKENS, "only measured on Linux", True
        )
    peak = peak_bytes("trace", LARGEST_TOKENS, timeout_s=timeout_s)
    if peak is None:
        note = f"{LARGEST_TOKENS:,} tokens took longer than {timeout_s:.0f} s"
        return Measurement(name, None, "", LARGEST_TOKENS, note, True)
    reached = LARGEST_TOKENS if peak <= LARGEST_BYTES else 0
    note = f"{LARGEST_TOKENS:,} tokens peak at {_mb(peak)}"
    return Measurement(name, reached, "", LARGEST_TOKENS, note, True)


def peak_bytes(
    way: str, num_tokens: int, library: str | None = None, *, timeout_s: float
) -> int | None:
    """Return the peak bytes of one run over the loaded model, in a process of its own.

    None if it took longer than `timeout_s` or failed.

    way : "forward", "trace", or "keep": attention written out and every A stored.
    """
    wanted = json.dumps([way, num_tokens, library]).encode()
    try:
        done = subprocesses.run("peak", seconds=timeout_s, data=wanted)
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else int(done.stdout.split()[-1])


def serve() -> None:
    """Run what standard input asks for and write its peak bytes to standard output."""
    way, num_tokens, library = json.load(sys.stdin)
    sys.stdout.write(f"{_measured(way, num_tokens, library)}\n")


def _measured(way: str, num_tokens: int, library: str | None) -> int:
    """Run one way in this process and return its peak over the loaded model, bytes."""
    from vitviz.attention.run import trace
    from vitviz.models.load import wrap

    side = networks.side_px(num_tokens)
    network = networks.network(side, library)
    pixels = networks.pixels(side)
    model = wrap(network)
    before = _resident_bytes("VmRSS")
    # 5 resets the peak, VmHWM, to the present size (Linux, proc(5))
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    kept: list[Tensor] = []
    with torch.inference_mode():
        if way == "trace":
            held = trace(model, pixels)
            assert held.is_complete
        elif way == "keep":
            options = _keep_attention(network, kept)
            output = network(pixels, **options)
            kept += getattr(output, "attentions", None) or ()
            assert len(kept) == networks.NUM_LAYERS
        else:
            network(pixels)
    return _resident_bytes("VmHWM") - before


def _keep_attention(network: nn.Module, kept: list[Tensor]) -> dict[str, bool]:
    """Make a network write out and store every A, and return the arguments it needs.

    kept : takes the matrices of timm and torchvision; transformers returns them.
    """
    if hasattr(network, "set_attn_implementation"):  # transformers
        network.set_attn_implementation("eager")  # type: ignore[operator]
        return {"output_attentions": True}
    for part in network.modules():
        if hasattr(part, "attn_drop") and hasattr(part, "fused_attn"):
            drop = part.attn_drop
            assert isinstance(drop, nn.Module)
            part.fused_attn = False  # type: ignore[assignment]  # a plain attribute
            drop.register_forward_hook(lambda _m, _a, out: kept.append(out))
        elif isinstance(part, nn.MultiheadAttention):
            _keep_torchvision(part, kept)
    return {}


def _keep_torchvision(part: nn.MultiheadAttention, kept: list[Tensor]) -> None:
    """Make a torchvision attention layer write out its A, and store it in `kept`."""
    plain = part.forward

    def forward(*args: Tensor, **options: object) -> tuple[Tensor, Tensor | None]:
        options.update(need_weights=True, average_attn_weights=False)
        output, weights = plain(*args, **options)  # type: ignore[arg-type]
        assert weights is not None
        kept.append(weights)
        return output, None

    part.forward = forward  # type: ignore[method-assign, assignment]


def _kept_bytes(num_tokens: int) -> int:
    """Return the bytes of the A of all layers and heads in float32."""
    return networks.NUM_LAYERS * networks.NUM_HEADS * num_tokens**2 * 4


def _resident_bytes(name: str) -> int:
    """Return a size in bytes from the kernel's table of this process, given in kB.

    name : "VmRSS" for the present size, "VmHWM" for its peak.
    """
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(name)


def _mb(size_bytes: int) -> str:
    """Return a size as text in MB."""
    return f"{size_bytes / 1e6:,.0f} MB"
