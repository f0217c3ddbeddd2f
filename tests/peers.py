"""Compares a trace with what others do: to keep every A of softmax(QKᵀ/√d_k).

usage: python -m tests.peers [--tokens N [N ...]] [--rounds R]

    timm           `fused_attn` off, a hook on each `attn_drop`
    transformers   `attn_implementation="eager"`, `output_attentions=True`
    torchvision    `nn.MultiheadAttention` asked for its weights, each head's

The same ViT-S/14 each, random weights, float32, each way in a process of its own, one
after the other: seconds are the median of the rounds, the peak is over the loaded
model. Linux only.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

import vitviz
from tests.many_tokens import resident_mb
from vitviz.bench import networks

LIBRARIES = ("timm", "transformers", "torchvision")
WAYS = ("pass", "trace", "keep A")


def keeping(network: nn.Module, library: str) -> Callable[[Tensor], list[Tensor]]:
    """Return a pass that returns every A, (1, H, N, N) each, as the library does it."""
    if library == "transformers":
        network.set_attn_implementation("eager")  # type: ignore[operator]
        return lambda pixels: list(network(pixels, output_attentions=True).attentions)
    kept: list[Tensor] = []
    for part in network.modules():
        if library == "timm" and hasattr(part, "attn_drop"):
            part.fused_attn = False  # type: ignore[assignment]
            part.attn_drop.register_forward_hook(lambda _m, _a, out: kept.append(out))  # type: ignore[union-attr]
        elif isinstance(part, nn.MultiheadAttention):
            part.register_forward_pre_hook(asked_for_weights, with_kwargs=True)
            part.register_forward_hook(lambda _m, _a, out: kept.append(out[1]))

    def run(pixels: Tensor) -> list[Tensor]:
        kept.clear()
        network(pixels)
        return list(kept)

    return run


def asked_for_weights(
    _module: nn.Module, args: tuple[Tensor, ...], options: dict[str, object]
) -> tuple[tuple[Tensor, ...], dict[str, object]]:
    """The arguments of an attention layer, with each head's weights asked for."""
    return args, options | {"need_weights": True, "average_attn_weights": False}


def measured(library: str, way: str, num_tokens: int, rounds: int) -> dict[str, float]:
    """Seconds, median and worst, and the peak in MB over the loaded model."""
    side = networks.side_px(num_tokens)
    network, pixels = networks.network(side, library), networks.pixels(side)
    once: Callable[[], object]
    if way == "trace":
        model = vitviz.wrap(network)
        once = lambda: vitviz.trace(model, pixels)  # noqa: E731
    elif way == "keep A":
        run = keeping(network, library)
        once = lambda: run(pixels)  # noqa: E731
    else:
        once = lambda: network(pixels)  # noqa: E731
    with torch.inference_mode():
        before = resident_mb("VmRSS")
        # 5 resets the peak to the present size (Linux, proc(5))
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        if way == "keep A":
            tokens = networks.tokens_of(side)
            shape = (networks.NUM_HEADS, tokens, tokens)
            assert {one.shape[1:] for one in run(pixels)} == {shape}
        else:
            once()
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            result = once()
            times.append(time.perf_counter() - began)
            del result
    return {
        "median": statistics.median(times),
        "worst": max(times),
        "peak": resident_mb("VmHWM") - before,
    }


def main() -> None:
    """Print a table of all libraries, ways and numbers of tokens."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tokens", type=int, nargs="+", default=[257, 1370, 3601])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        library, way, count = options.one
        found = measured(library, way, int(count), options.rounds)
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for count in options.tokens:
        for library in LIBRARIES:
            line = f"{count:6,} {library:13}"
            for way in WAYS:
                command = [sys.executable, "-m", "tests.peers", "--one", library, way]
                command += [str(count), "--rounds", str(options.rounds)]
                done = subprocess.run(command, capture_output=True, check=False)
                if done.returncode:
                    line += f"  {way}: ended with {done.returncode}"
                    continue
                one = json.loads(done.stdout.splitlines()[-1])
                line += f"  {way} {one['median']:.3f} s (worst {one['worst']:.3f})"
                line += f" {one['peak']:,.0f} MB"
            sys.stdout.write(line + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
