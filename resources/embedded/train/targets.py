"""Step 3: training pictures and what the teacher makes of them, as arrays on disk.

    images.u1   (M, 224, 224, 3)    the pictures
    patches.f2  (M, 256, 384)       the teacher's final patch features, on 16 × 16
    cls.f2      (M, 384)            its final CLS feature
    look.f2     (M, 2, 256)         CLS → patches, mean of heads: layers 11 and 9
    pairs.f2    (M, 256, 256)       patches → patches, last layer, mean of heads

The teacher is DINOv2 ViT-S/14 (arXiv 2304.07193), a transformers folder. Rows are
renormalised over the patches. Resumable: pictures already done are kept.
"""

from __future__ import annotations

import argparse
import logging
import time
from pathlib import Path

import numpy as np
import torch
from compose import SIDE_PX, sources, training_picture

log = logging.getLogger("targets")
SHAPES: dict[str, tuple[tuple[int, ...], str]] = {
    "images": ((SIDE_PX, SIDE_PX, 3), "u1"),
    "patches": ((256, 384), "f2"),
    "cls": ((384,), "f2"),
    "look": ((2, 256), "f2"),
    "pairs": ((256, 256), "f2"),
}
LOOK_LAYERS = (11, 9)
MEAN = torch.tensor([0.485, 0.456, 0.406])
STD = torch.tensor([0.229, 0.224, 0.225])


def open_arrays(data: Path, count: int, mode: str) -> dict[str, np.memmap]:
    """The arrays, made when they are not there yet."""
    folder = data / "set"
    folder.mkdir(exist_ok=True)
    arrays = {}
    for name, (shape, kind) in SHAPES.items():
        path = folder / f"{name}.{kind}"
        wanted = "w+" if mode == "r+" and not path.exists() else mode
        arrays[name] = np.memmap(path, kind, wanted, shape=(count, *shape))
    return arrays


def normalised(images: np.ndarray) -> torch.Tensor:
    """(B, 3, H, W) float32 of (B, H, W, 3) uint8."""
    pixels = torch.from_numpy(np.array(images)).float().div_(255)
    return ((pixels - MEAN) / STD).permute(0, 3, 1, 2).contiguous()


class Teacher:
    """DINOv2, with the attention of the layers that are asked for."""

    def __init__(self, folder: Path) -> None:
        from transformers import Dinov2Model

        self.model = Dinov2Model.from_pretrained(
            folder, attn_implementation="eager", dtype=torch.bfloat16
        ).eval()

    @torch.inference_mode()
    def __call__(self, pixels: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Final tokens, (B, 257, 384); mean attention of each layer, (B, 257, 257)."""
        out = self.model(pixels.bfloat16(), output_attentions=True)
        looks = [out.attentions[layer].float().mean(1) for layer in LOOK_LAYERS]
        return out.last_hidden_state.float(), looks


def main() -> None:
    """Compose pictures and ask the teacher, in batches, from where it stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("teacher", type=Path)
    parser.add_argument("--count", type=int, default=7500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(2)
    arrays = open_arrays(args.data, args.count, "r+")
    done_file = args.data / "set" / "done"
    done = int(done_file.read_text()) if done_file.exists() else 0
    of = sources(args.data, held_out=False)
    teacher = Teacher(args.teacher)
    began, first = time.time(), done
    while done < args.count:
        indices = range(done, min(done + 20, args.count))
        images = np.stack([training_picture(args.seed, i, of) for i in indices])
        tokens, looks = teacher(normalised(images))
        where = slice(indices.start, indices.stop)
        arrays["images"][where] = images
        arrays["cls"][where] = tokens[:, 0]
        arrays["patches"][where] = tokens[:, 1:]
        for k, look in enumerate(looks):
            row = look[:, 0, 1:]
            arrays["look"][where, k] = row / row.sum(-1, keepdim=True)
        pairs = looks[0][:, 1:, 1:]
        arrays["pairs"][where] = pairs / pairs.sum(-1, keepdim=True)
        done = indices.stop
        if done % 500 < 20 or done == args.count:
            done_file.write_text(str(done))
            rate = (done - first) / (time.time() - began)
            log.info("%d of %d, %.1f a second", done, args.count, rate)


if __name__ == "__main__":
    main()
