"""Session files: everything comes back, later versions are kept, garbage is named."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import (
    Cut,
    Fill,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    ListedIntervention,
    Off,
)
from vitviz.domain.methods import MethodOptions, Source
from vitviz.domain.placement import Fit
from vitviz.errors import InputError
from vitviz.system.dataclass_json import decoded, encoded
from vitviz.views import session as session_file
from vitviz.views.chapters import Chapter
from vitviz.views.session import (
    ModelChoice,
    RunOptions,
    SavedView,
    Session,
    read,
    written,
)
from vitviz.views.view_state import (
    Direction,
    HeadsView,
    LearnView,
    Mode,
    Reading,
    Scale,
    Statistic,
    Style,
    TokensView,
    ViewState,
)

RICH = ViewState(
    layer=3,
    heads=HeadChoice((1, 4), Fusion.MAX),
    token=17,
    others=(5, 9),
    direction=Direction.LOOKED_AT_BY,
    method="rollout",
    method_options=MethodOptions(Fusion.MIN, 2, 0.9, 0.5, Fill.NOISE, 3),
    target=281,
    style=Style.SPOTLIGHT,
    colormap="cividis",
    opacity=0.25,
    smooth=True,
    show_grid=False,
    scale=Scale.FIXED,
    fixed_range=(0.001, 0.3),
    log=True,
    clip_percent=2.0,
    renormalise=True,
    mode=Mode.LAB,
    learn=LearnView(Chapter.SOFTMAX, 12),
    changes=(
        ListedIntervention(Interventions(temperature=2.0)),
        ListedIntervention(
            Interventions(heads_off=(HeadsOff(1, (0, 2), Off.MEAN),)), is_on=False
        ),
        ListedIntervention(
            Interventions(cuts=(Cut((3, "cls"), ((1, 2),), 1, 4, (14, 14)),))
        ),
        ListedIntervention(
            Interventions(hidden=(Hidden(((0, 1),), Hide.NOISE, 7, (14, 14)),))
        ),
    ),
    tab="heads",
    tokens_view=TokensView(Reading.SIMILARITY, Source.KEY),
    heads_view=HeadsView(Statistic.SINK, Statistic.ENTROPY, True, 12, True),
)


def test_every_field_differs_from_its_default_and_comes_back(tmp_path: Path) -> None:
    plain = ViewState()
    same = [n for n in ViewState.__slots__ if getattr(RICH, n) == getattr(plain, n)]
    assert same == [], "a field that is not tried may be lost"
    picture = tmp_path / "pictures" / "a cat.jpg"
    picture.parent.mkdir()
    picture.touch()
    session = Session(
        picture=picture,
        model=ModelChoice("vitviz-flexi", 8),
        options=RunOptions((448, 224), Fit.LETTERBOX),
        state=RICH,
        views=(SavedView("first", plain), SavedView("目", RICH)),
    )
    path = tmp_path / "talk.vitviz"
    path.write_text(written(session, path), encoding="utf-8")
    assert read(path) == (session, ())
    assert "pictures/a cat.jpg" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("network", ["", "timm:vit_small_patch16_224="])
def test_a_folder_can_be_moved(network: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "cat.jpg").touch()
    (old / "weights").mkdir()
    session = Session(old / "cat.jpg", ModelChoice(f"{network}{old / 'weights'}"))
    path = old / "a.vitviz"
    path.write_text(written(session, path))
    old.rename(new)
    found, bad = read(new / "a.vitviz")
    assert found.picture == new / "cat.jpg"
    assert found.model.name == f"{network}{new / 'weights'}"
    assert not bad
    (tmp_path / "elsewhere").mkdir()
    moved = (new / "a.vitviz").rename(tmp_path / "elsewhere" / "a.vitviz")
    new.rename(old)
    assert read(moved)[0].picture == old / "cat.jpg"


def test_a_later_version_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.vitviz"
    content = json.loads(written(Session(state=RICH), path))
    content["comments"] = {"by": "a later version"}
    content["state"]["holograms"] = True
    path.write_text(json.dumps(content))
    session, bad = read(path)
    assert session.state == RICH
    assert not bad
    again = json.loads(written(session, path))
    assert again["comments"] == {"by": "a later version"}


def test_wrong_values_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.vitviz"
    content = json.loads(written(Session(state=RICH), path))
    content["state"]["layer"] = "three"
    content["state"]["opacity"] = 7
    content["state"]["style"] = "glitter"
    content["state"]["method_options"]["discard"] = 2
    content["options"]["size"] = [1, 2, 3]
    content["views"] = [{"name": 3}, 5]
    path.write_text(json.dumps(content))
    session, bad = read(path)
    assert sorted(bad) == sorted(
        [
            "state.layer",
            "state.opacity",
            "state.style",
            "state.method_options.discard",
            "options.size",
            "views[0].name",
            "views[1]",
        ]
    )
    defaults = ViewState()
    assert session.state == replace(
        RICH,
        layer=defaults.layer,
        opacity=defaults.opacity,
        style=defaults.style,
        method_options=replace(RICH.method_options, discard=0.0),
    )


def test_two_sides_of_a_whole_picture_are_named(tmp_path: Path) -> None:
    """Its aspect is its own: the shorter side is left of them."""
    path = tmp_path / "a.vitviz"
    for size, left in (((448, 224), 224), ((224, 224), (224, 224)), (448, 448)):
        options = RunOptions(size, Fit.WHOLE)
        path.write_text(written(Session(options=options), path))
        session, bad = read(path)
        assert session.options == RunOptions(left, Fit.WHOLE)
        assert bad == (("options.size",) if left == 224 else ())


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"vitviz": 1}'],
)
def test_what_is_no_session_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "a.vitviz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"^a\.vitviz is not a session file\.$"):
        read(path)


def test_a_missing_file_and_a_huge_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"There is no file none\.vitviz"):
        read(tmp_path / "none.vitviz")
    large = tmp_path / "large.vitviz"
    with large.open("wb") as file:
        file.truncate(9 * 2**20)
    with pytest.raises(InputError, match="larger than 8 MB"):
        read(large)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.dictionaries(st.sampled_from(ViewState.__slots__), JSON))
def test_whatever_a_file_holds_a_state_comes_of_it(content: dict[str, object]) -> None:
    state, bad = decoded(ViewState, content, ViewState())
    assert isinstance(state, ViewState)
    for name in content:
        wrong = any(one.split(".")[0] == name for one in bad)
        kept = encoded(getattr(state, name))
        value = content[name]
        items = value if isinstance(value, list) and value else [value]
        is_completed = all(isinstance(item, dict) for item in items)
        assert wrong or kept == value or is_completed


def deep(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("levels", [101, 500, 990, 100_000])
def test_what_is_nested_too_deeply_is_no_session(tmp_path: Path, levels: int) -> None:
    """Python reads some of these and cannot write them again."""
    path = tmp_path / "a.vitviz"
    path.write_text(f'{{"vitviz_session": 1, "later": {deep(levels)}}}')
    with pytest.raises(InputError, match=r"^a\.vitviz is not a session file\.$"):
        read(path)
    path.write_text(f'{{"vitviz_session": 1, "later": {deep(90)}}}')
    session, bad = read(path)
    assert not bad
    assert json.loads(written(session, path))["later"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param("options.size", 0, id="size 0"),
        pytest.param("options.size", 1e15, id="a float"),
        pytest.param("options.size", 10**15, id="a huge size"),
        pytest.param("options.size", [0, 224], id="a side of 0"),
        pytest.param("options.size", [224, 8193], id="a side too long"),
        pytest.param("options.size", True, id="a flag"),
        pytest.param("options.size", float("nan"), id="NaN"),
        pytest.param("model.patch_size", 0, id="patch 0"),
        pytest.param("model.patch_size", -16, id="patch below 0"),
        pytest.param("model.name", "x" * 20_000, id="a long name"),
        pytest.param("state.token", 10**30, id="a huge token"),
        pytest.param("state.layer", -(10**400), id="a huge number"),
        pytest.param("state.target", -1, id="class below 0"),
        pytest.param("state.heads", {"heads": [-1]}, id="head below 0"),
        pytest.param("state.method", "nonsense", id="method"),
        pytest.param("state.colormap", "nonsense", id="colour map"),
        pytest.param("state.heads", {"heads": [1, 2, 1]}, id="a head twice"),
        pytest.param("state.fixed_range", [0, float("inf")], id="infinity"),
        pytest.param("state.fixed_range", [0, 5e-324], id="a range of nothing"),
        pytest.param("state.fixed_range", [0, 1e308], id="beyond single precision"),
        pytest.param("state.fixed_range", [1, 1 + 1e-9], id="ends that are one"),
        pytest.param("state.clip_percent", float("nan"), id="NaN percent"),
        pytest.param("state.changes", [{"what": {}}], id="a change of nothing"),
        pytest.param("state.others", [1, 2, 3, 4, 5], id="too many tokens"),
    ],
)
def test_values_out_of_range_are_named(
    tmp_path: Path, place: str, value: object
) -> None:
    path = tmp_path / "a.vitviz"
    content = json.loads(written(Session(), path))
    part, name = place.split(".")
    content[part][name] = value
    path.write_text(json.dumps(content))
    session, bad = read(path)
    assert len(bad) == 1
    assert bad[0].startswith(place)
    assert replace(session, picture=None) == Session()


def test_a_name_that_no_path_can_have_is_kept_as_a_name(tmp_path: Path) -> None:
    path = tmp_path / "a.vitviz"
    for name in ("x" * 300, "a\0b", "\ud800", "timm:vit=" + "y" * 5000):
        session = Session(tmp_path / "p.png", ModelChoice(name))
        path.write_text(json.dumps(json.loads(written(session, path))))
        content = json.loads(path.read_text())
        content["model"]["place"] = {"relative": name, "absolute": "/" + name}
        content["picture"] = {"relative": name}
        path.write_text(json.dumps(content))
        found, bad = read(path)
        assert (found.model.name, bad) == (name, ())


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_names_that_are_no_text_are_written(tmp_path: Path) -> None:
    """As of pictures from an archive whose names are Japanese of another coding."""
    name = os.fsdecode(b"\x83e\xff.png")
    session = Session(
        tmp_path / name, ModelChoice(f"x/{name}"), unknown={"later": "\ud800"}
    )
    path = tmp_path / "a.vitviz"
    path.write_bytes(written(session, path).encode())
    found, bad = read(path)
    assert (found, bad) == (session, ())


SHARE = r"\\192.0.2.1\share\a.png"


@pytest.mark.parametrize(
    ("picture", "model", "said"),
    [
        ({"absolute": SHARE}, "", ("picture",)),
        ({"relative": "//192.0.2.1/share/a.png"}, "", ("picture",)),
        ({"absolute": r"\\.\pipe\a"}, "", ("picture",)),
        ({"absolute": r"\\?\UNC\192.0.2.1\share\a.png"}, "", ("picture",)),
        (None, SHARE, ("model.name",)),
        (None, f"timm:vit_tiny_patch16_224={SHARE}", ("model.name",)),
        ({"relative": "a.png", "absolute": SHARE}, "", ()),
        ({"absolute": r"C:\a.png"}, r"D:\b", ()),
    ],
)
def test_a_path_on_another_computer_is_not_even_looked_at(
    picture: dict[str, str] | None,
    model: str,
    said: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on Windows, which would send it the user's name."""
    looked_at: list[str] = []

    def exists(path: str | Path) -> bool:
        looked_at.append(str(path))
        return False

    path = tmp_path / "a.vitviz"
    content = json.loads(written(Session(), path))
    content["picture"], content["model"]["name"] = picture, model
    content["model"]["place"] = {"absolute": SHARE}
    path.write_text(json.dumps(content))
    monkeypatch.setattr(session_file, "_NAMES_COMPUTERS", True)
    monkeypatch.setattr(os.path, "exists", exists)
    found, bad = read(path)
    assert bad == said
    assert not any("192.0.2.1" in one for one in looked_at)
    assert "192.0.2.1" not in f"{found.picture} {found.model.name}"
    looked_at.clear()
    read(path, is_familiar=True)
    assert any("192.0.2.1" in one for one in looked_at)


def test_views_without_end_are_refused_in_time(tmp_path: Path) -> None:
    path = tmp_path / "a.vitviz"
    content = json.loads(written(Session(), path))
    content["views"] = [{}] * 1_000_000
    path.write_text(json.dumps(content))
    session, bad = read(path)
    assert (session.views, bad) == ((), ("views",))
