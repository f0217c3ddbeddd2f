"""Files that cannot be opened name the true reason and a way out, which then works."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

import vitviz
from tests.models.fine_tunes import HEADS_OF, LIBRARIES, WRAPPERS, Network
from vitviz.errors import CheckpointError

State = dict[str, Tensor]


def network() -> Network:
    torch.manual_seed(7)
    return LIBRARIES["timm"](HEADS_OF["none"][0]())


def adapted(folder: Path, **changes: object) -> State:
    """The file of a fine-tune with LoRA, and its configuration with changes."""
    one = network()
    state = WRAPPERS["peft"](one.whole, one, folder)
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    assert isinstance(state, dict)
    return state


def _without_config(folder: Path) -> State:
    state = adapted(folder)
    (folder / "adapter_config.json").unlink()
    return state


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "visual prompts": (
        lambda f: {
            **{f"model.vit.{k}": v for k, v in network().state.items()},
            "model.deep_prompt_embeddings": torch.ones(2, 4, 128),
        },
        r"deep_prompt_embeddings change what .* vitviz\.wrap\(module\)",
    ),
    "adapters in the blocks": (
        lambda f: (
            network().state | {"blocks.0.adapter.down.weight": torch.ones(8, 128)}
        ),
        r"blocks\.0\.adapter\.down\.weight change what",
    ),
    "FSDP, flat": (
        lambda f: {"_fsdp_wrapped_module._flat_param": torch.ones(99)},
        "FULL_STATE_DICT",
    ),
    "ZeRO 3": (
        lambda f: {"module": {k: v[..., :0] for k, v in network().state.items()}},
        r"zero_to_fp32\.py",
    ),
    "LoRA without its scale": (_without_config, "which is not beside it.*merge_and"),
    "an adapter alone": (
        lambda f: {k: v for k, v in adapted(f).items() if "lora_" in k},
        r"is an adapter alone.*merge_and_unload\(\)",
    ),
    "DoRA": (lambda f: adapted(f, use_dora=True), "asks for use_dora.*merge_and"),
    "another rank": (lambda f: adapted(f, r=8), "names another rank"),
    "a pattern of ranks": (
        lambda f: adapted(f, rank_pattern={"attn.qkv": 2}),
        "names another rank",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_reason_and_a_way_out(name: str, tmp_path: Path) -> None:
    make, said = REFUSED[name]
    torch.save(make(tmp_path), tmp_path / "mine.pth")
    with pytest.raises(CheckpointError, match=said) as caught:
        vitviz.load_model(tmp_path / "mine.pth")
    assert str(caught.value).startswith("mine.pth")
    assert "  " not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("__0_0.distcp", "dcp_to_torch"),
        (".metadata", "dcp_to_torch"),
        ("zero_pp_rank_0_mp_rank_00_optim_states.pt", "zero_to_fp32"),
    ],
)
def test_parts_of_a_checkpoint(name: str, said: str, tmp_path: Path) -> None:
    torch.save(network().state, tmp_path / "all.pth")
    (tmp_path / "all.pth").rename(tmp_path / name)
    with pytest.raises(CheckpointError, match=said):
        vitviz.load_model(tmp_path / name)


def test_the_advice_for_parts_works(tmp_path: Path) -> None:
    """What the message says to run makes a file that opens."""
    from torch.distributed.checkpoint.format_utils import dcp_to_torch_save
    from torch.distributed.checkpoint.state_dict_saver import save

    folder = tmp_path / "parts"
    save({"model": network().state}, checkpoint_id=folder, no_dist=True)
    (part,) = folder.glob("*.distcp")
    with pytest.raises(CheckpointError, match="dcp_to_torch FOLDER"):
        vitviz.load_model(part)
    dcp_to_torch_save(folder, tmp_path / "joined.pth")
    assert vitviz.load_model(tmp_path / "joined.pth").info.num_layers == 2


def test_a_folder_with_an_adapters_configuration_alone(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(
        CheckpointError,
        match=r"without its weights: adapter_model\.safetensors is missing",
    ):
        vitviz.load_model(tmp_path)
