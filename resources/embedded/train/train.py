"""Step 4: distil the teacher into a small model that works at every patch size.

Loss, for a batch at one patch size drawn at random:

    1.0 × mean squared error of standardised patch features, on the student's grid
  + 1.0 × the same of the CLS feature
  + 3.0 × KL(teacher ‖ student), CLS → patches, last layer, mean of heads
  + 2.0 × 1 − correlation of the logarithms of the same two maps: their order, in the
    dim parts too, to which KL is blind
  + 0.5 × the same, block 4 of the student against layer 9 of the teacher
  + 0.5 × KL, patches → patches, last layer, mean of heads, 32 queries

What is exported is the running mean of the weights (each step 0.2 % of it), which lies
closer to the middle of the valley than the last step does.

Resumable from `checkpoint.pt`; the step alone decides the learning rate, the batch and
the patch size, so that a run that was interrupted equals one that was not (up to the
order of parallel sums).
"""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from targets import SIDE_PX, normalised, open_arrays
from torch import Tensor, nn

from vitviz.models.adapters.flexivit import FlexiViT, load_flexi, resize_matrix

log = logging.getLogger("train")
PATCH_MIX = {32: 0.27, 28: 0.20, 16: 0.33, 14: 0.17, 8: 0.03}
BATCH = {32: 32, 28: 32, 16: 32, 14: 32, 8: 8}
PEAK_RATE = 1e-3
WARM_UP = 300
MIDDLE_BLOCK = 4
NUM_QUERIES = 32
MEAN_DECAY = 0.998
"""Share of the running mean of the weights that a step keeps."""

FLAT_SHARE = 0.7
"""Share of the steps after which the learning rate falls."""

EPS = 1e-8
FAINT = 0.02
"""Added to each share before its logarithm, in parts of an even share."""


class Student(nn.Module):
    """The model with heads that predict the teacher's features; dropped afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.vit = FlexiViT()
        width = self.vit.width
        self.to_patch = nn.Sequential(
            nn.Linear(width, 768), nn.GELU(), nn.Linear(768, 384)
        )
        self.to_cls = nn.Sequential(
            nn.Linear(width, 768), nn.GELU(), nn.Linear(768, 384)
        )

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, list[Tensor]]:
        """Predicted patches and CLS, and log of the mean attention of two blocks.

        Attention is written out here: at these sizes plain products train faster on a
        CPU than the fused kernel, and the loss needs the weights.
        """
        vit = self.vit
        tokens = vit.embed(pixels)
        looks = []
        for index, block in enumerate(vit.blocks):
            attn = block.attn
            qkv = attn.qkv(block.norm1(tokens)).unflatten(2, (3, attn.num_heads, -1))
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (B, H, N, D)
            weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
            tokens = tokens + attn.proj((weights @ v).transpose(1, 2).flatten(2))
            tokens = tokens + block.mlp(block.norm2(tokens))
            if index in (MIDDLE_BLOCK, len(vit.blocks) - 1):
                looks.append(weights.float().mean(1))  # (B, N, N)
        tokens = vit.norm(tokens)
        return self.to_patch(tokens[:, 1:]), self.to_cls(tokens[:, 0]), looks


def grid_matrix(side: int) -> Tensor:
    """(side², 256): from the teacher's 16 × 16 grid to side × side; rows sum to 1."""
    if side == 16:
        return torch.eye(256)
    return resize_matrix(16, side)


def divergence(teacher: Tensor, student: Tensor) -> Tensor:
    """KL(teacher ‖ student) over the last axis, both renormalised; mean of the rest."""
    teacher = teacher.clamp_min(0)
    teacher = teacher / teacher.sum(-1, keepdim=True).clamp_min(EPS)
    student = student / student.sum(-1, keepdim=True).clamp_min(EPS)
    logs = (teacher + EPS).log() - (student + EPS).log()
    return (teacher * logs).sum(-1).mean()


def disorder(teacher: Tensor, student: Tensor) -> Tensor:
    """1 − correlation of the logarithms over the last axis; mean of the rest."""
    logs = []
    for look in (teacher, student):
        share = look.clamp_min(0) / look.sum(-1, keepdim=True).clamp_min(EPS)
        level = (share + FAINT / look.shape[-1]).log()
        logs.append(level - level.mean(-1, keepdim=True))
    return 1 - F.cosine_similarity(logs[0], logs[1], dim=-1).mean()


def losses(
    student: Student, batch: dict[str, Tensor], patch: int, generator: torch.Generator
) -> dict[str, Tensor]:
    """The terms of the loss, weighted."""
    with torch.autocast("cpu", torch.bfloat16):
        patches, cls, looks = student(batch["pixels"])
    matrix = grid_matrix(SIDE_PX // patch)
    middle, last = looks[0], looks[-1]
    queries = torch.randperm(len(matrix), generator=generator)[:NUM_QUERIES]
    pairs = matrix[queries] @ batch["pairs"] @ matrix.T  # (B, 32, G)
    look = batch["look"] @ matrix.T  # (B, 2, G)
    return {
        "patch": F.mse_loss(patches.float(), matrix @ batch["patches"]),
        "cls": F.mse_loss(cls.float(), batch["cls"]),
        "look": 3.0 * divergence(look[:, 0], last[:, 0, 1:]),
        "order": 2.0 * disorder(look[:, 0], last[:, 0, 1:]),
        "middle": 0.5 * divergence(look[:, 1], middle[:, 0, 1:]),
        "pairs": 0.5 * divergence(pairs, last[:, 1:, 1:][:, queries]),
    }


def flipped(batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """The batch seen in a mirror, targets and all."""
    mirror = torch.arange(256).view(16, 16).flip(1).flatten()
    return {
        "pixels": batch["pixels"].flip(-1),
        "cls": batch["cls"],
        "patches": batch["patches"][:, mirror],
        "look": batch["look"][..., mirror],
        "pairs": batch["pairs"][:, mirror][..., mirror],
    }


def relit(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """Pictures a little brighter or darker, harder or softer; the targets stay.

    The teacher's map hardly follows such changes, so the student should not either.
    """
    gain = 0.8 + 0.4 * torch.rand(len(pixels), 1, 1, 1, generator=generator)
    shift = 0.3 * torch.randn(len(pixels), 3, 1, 1, generator=generator)
    return pixels * gain + shift


def rate_at(step: int, steps: int, peak: float) -> float:
    """Warm-up, flat for most of the run, then a straight line down to 2 %.

    Until the fall begins, a run does not depend on how long it will be.
    """
    if step < WARM_UP:
        return peak * (step + 1) / WARM_UP
    left = (steps - step) / (steps * (1 - FLAT_SHARE))
    return peak * max(0.02, min(1.0, left))


def export(average: FlexiViT, path: Path) -> None:
    """Write the model alone, in half precision."""
    state = {name: t.half().contiguous() for name, t in average.state_dict().items()}
    save_file(state, path, metadata={"format": "pt"})


def main() -> None:
    """Train for `steps`; a checkpoint and an export every few minutes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path, help="exported weights, .safetensors")
    parser.add_argument("--count", type=int, default=7500)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--start", type=Path, help="weights to begin a round from")
    parser.add_argument("--peak", type=float, default=PEAK_RATE)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(2)
    torch.manual_seed(args.seed)
    arrays = open_arrays(args.data, args.count, "r")
    sample = slice(0, 600)
    scale = {}
    for name in ("patches", "cls"):
        values = torch.from_numpy(arrays[name][sample].astype("f4"))
        flat = values.flatten(0, -2)
        scale[name] = (flat.mean(0), flat.std(0))
    student = Student()
    plain = [p for n, p in student.named_parameters() if p.dim() < 2 or _is_table(n)]
    ids = {id(p) for p in plain}
    decayed = [p for p in student.parameters() if id(p) not in ids]
    optimizer = torch.optim.AdamW(
        [
            {"params": decayed, "weight_decay": 0.05},
            {"params": plain, "weight_decay": 0},
        ],
        lr=PEAK_RATE,
        betas=(0.9, 0.98),
    )
    checkpoint = args.data / "checkpoint.pt"
    first = 0
    saved = None
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True)
        student.load_state_dict(saved["student"])
        optimizer.load_state_dict(saved["optimizer"])
        first = saved["step"]
        log.info("resumed at step %d", first)
    elif args.start is not None:
        student.vit.load_state_dict(load_flexi(args.start).state_dict())
        log.info("a new round from %s", args.start.name)
    average = FlexiViT()
    average.load_state_dict(saved["mean"] if saved else student.vit.state_dict())
    sums: dict[str, float] = {}
    began, views = time.time(), 0
    for step in range(first, args.steps):
        generator = torch.Generator().manual_seed(args.seed * 1_000_003 + step)
        sizes, chances = zip(*PATCH_MIX.items(), strict=True)
        drawn = torch.multinomial(torch.tensor(chances), 1, generator=generator)
        patch = sizes[int(drawn)]
        picked = torch.randperm(args.count, generator=generator)[: BATCH[patch]]
        index = picked.sort().values.numpy()
        batch = {"pixels": normalised(arrays["images"][index])}
        for name in ("patches", "cls", "look", "pairs"):
            batch[name] = torch.from_numpy(arrays[name][index].astype("f4"))
        for name, (mean, std) in scale.items():
            batch[name] = (batch[name] - mean) / std
        if torch.rand(1, generator=generator) < 0.5:
            batch = flipped(batch)
        batch["pixels"] = relit(batch["pixels"], generator)
        student.vit.set_patch_size(patch)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, args.steps, args.peak)
        terms = losses(student, batch, patch, generator)
        optimizer.zero_grad()
        sum(terms.values()).backward()
        nn.utils.clip_grad_norm_(student.parameters(), 3.0)
        optimizer.step()
        keep = min(MEAN_DECAY, (1 + step) / (10 + step))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(average.parameters()), list(student.vit.parameters()), 1 - keep
            )
        views += len(index)
        for name, term in terms.items():
            sums[name] = sums.get(name, 0.0) + term.item()
        if (step + 1) % 50 == 0:
            means = "  ".join(f"{n} {v / 50:.3f}" for n, v in sums.items())
            pace = views / (time.time() - began)
            log.info("%d/%d  %s  %.0f views/s", step + 1, args.steps, means, pace)
            sums = {}
        if (step + 1) % args.save_every == 0 or step + 1 == args.steps:
            state = {
                "student": student.state_dict(),
                "optimizer": optimizer.state_dict(),
                "mean": average.state_dict(),
                "step": step + 1,
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
            export(average, args.out)


def _is_table(name: str) -> bool:
    return name.endswith(("cls_token", "positions"))


if __name__ == "__main__":
    main()
