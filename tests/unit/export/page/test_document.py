"""The file of a page: its scripts, its policy, its texts, its size."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import subprocess
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from sklearn.decomposition import PCA

import vitviz
from tests.page.pages import NODE, picture_of, traced
from tests.window.conftest import QUICK
from vitviz.cli.main import main
from vitviz.cli.page_writer import PageWriter
from vitviz.errors import BudgetError, InputError, SelectionError
from vitviz.export.page import document, notebook, page_options
from vitviz.export.page.document import joined_modules, json_text, page_text
from vitviz.export.page.page_picture import rounded_up
from vitviz.export.page.texts import OF_CAPTIONS, OF_THE_PAGE, OF_THE_STATUS, all_texts
from vitviz.system.paths import resource

ROOT = Path(__file__).parents[4]
SCRIPTS = sorted(resource("page").glob("*.mjs"))
# What would turn text into markup, run text, reach a network, or keep something.
FORBIDDEN = (
    r"innerHTML", r"outerHTML", r"insertAdjacent", r"document\.write", r"\beval\b",
    r"new Function", r"\bfetch\b", r"XMLHttpRequest", r"WebSocket", r"EventSource",
    r"sendBeacon", r"https?:", r"\bimport\(", r"localStorage", r"sessionStorage",
    r"indexedDB", r"\.cookie", r"\bconsole\.", r"\bdebugger\b", r"\bvar\b",
    r"[^=!]==[^=]", r"setAttribute\(\"(on|style|href|src)",
)  # fmt: skip


def node(*words: str) -> str:
    if NODE is None:
        pytest.fail("node is missing: apt-get install nodejs")
    done = subprocess.run(
        [NODE, *words], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    return done.stdout


def test_the_modules_own_tests_pass() -> None:
    assert re.search(r"# pass 1\d\b", node("--test", "tests/page/"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_keeps_the_rules(path: Path) -> None:
    source = path.read_text("utf-8")
    code = re.sub(r"^\s*(//|\*|/\*\*).*$", "", source, flags=re.MULTILINE)
    for pattern in FORBIDDEN:
        assert not re.search(pattern, code), (path.name, pattern)
    assert source.startswith("// ")
    assert not [line for line in source.splitlines() if line != line.rstrip()]
    # every function and class at the top says what it is for
    lines = source.splitlines()
    for number, line in enumerate(lines):
        if re.match(r"(export )?(async )?(function|class) ", line):
            assert lines[number - 1].endswith("*/"), f"{path.name}:{number + 1}"
    used = set(re.findall(r"\w+", re.sub(r"^import .*$", "", source, flags=re.M)))
    for names in re.findall(r"^import \{([^}]*)\}", source, re.MULTILINE):
        for name in re.findall(r"\w+", names):
            assert name in used, f"{path.name} imports {name} for nothing"


def test_the_joined_script_runs_in_a_strict_function(tmp_path: Path) -> None:
    joined = tmp_path / "joined.js"
    joined.write_text(joined_modules(), "utf-8")
    node("--check", str(joined))
    assert len(SCRIPTS) == len(document.MODULES)
    assert {path.stem for path in SCRIPTS} == set(document.MODULES)


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        ({"a": "const x = 1;\n", "b": "const x = 2;\n"}, "x is in a and in b"),
        ({"a": 'import { y } from "./b.mjs";\n', "b": ""}, "b, which comes later"),
        ({"a": 'import y from "./b.mjs";\n', "b": ""}, "of another form"),
        ({"a": "const s = '</SCRIPT';\n", "b": ""}, "the end of a script"),
    ],
)
def test_scripts_that_cannot_be_joined_are_refused(
    sources: dict[str, str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, source in sources.items():
        (tmp_path / f"{name}.mjs").write_text(source)
    monkeypatch.setattr(document, "resource", lambda _folder, name: tmp_path / name)
    monkeypatch.setattr(document, "MODULES", tuple(sources))
    with pytest.raises(ValueError, match=message):
        joined_modules.__wrapped__()


def test_the_policy_allows_the_script_and_the_style_of_the_page_alone() -> None:
    text = page_text([picture_of("plain")])
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert found is not None
    rules = dict(
        rule.strip().split(" ", 1) for rule in html.unescape(found[1]).split(";")
    )
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert "connect-src" not in rules
    assert rules["img-src"] == "data:"
    assert rules["worker-src"] == "blob:"
    for kind, tag in (("script-src", "script"), ("style-src", "style")):
        (*_, inside) = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", text, re.DOTALL)
        digest = hashlib.sha256(inside.encode()).digest()
        assert rules[kind] == f"'sha256-{base64.b64encode(digest).decode()}'"
    outside = re.sub(r"data:image/[a-z]+;base64,[\w+/=]+", "", text)
    assert not re.search(r"(src|href)\s*=\s*[\"']?(https?:)?//", outside)


def test_json_holds_nothing_that_ends_a_script() -> None:
    hostile = {"<!--": "</script><b> & \u2028 \ud800"}
    text = json_text(hostile)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"<!--": "</script><b> & \u2028 ?"}
    text.encode("utf-8")


def test_every_text_of_the_scripts_is_translated() -> None:
    sources = [path.read_text("utf-8") for path in SCRIPTS]
    skeleton = resource("page", "page.html").read_text("utf-8")
    asked = {
        json.loads(f'"{found}"')
        for source in sources
        for found in re.findall(r"\btr\(\s*\"((?:[^\"\\]|\\.)*)\"", source)
    }
    asked |= {
        html.unescape(found)
        for found in re.findall(r"data-(?:tr|label)=\"([^\"]*)\"", skeleton)
    }
    known = {str(text) for text in (*OF_THE_PAGE, *OF_CAPTIONS, *OF_THE_STATUS)}
    assert asked == known
    texts = all_texts()
    assert set(texts["ja"]) == set(texts["en"]) == known
    same = {text for text in known if texts["ja"][text] == text}
    assert same <= {
        "0–99 %",
        "0–{n} %",
        "pool",
        "{place} → {query}",
        "{query} → {place}",
    }
    for text, translated in texts["ja"].items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(
            re.findall(r"\{\w+\}", translated)
        )


@pytest.mark.parametrize(
    ("error", "text"),
    [(5.1e-4, "5.1e-4"), (5.101e-4, "5.2e-4"), (9.99e-4, "1.0e-3"), (2e-6, "2.0e-6")],
)
def test_a_claim_is_rounded_up(error: float, text: str) -> None:
    assert rounded_up(error) == text


def test_a_page_is_written_and_opens_on_what_is_asked_for(tmp_path: Path) -> None:
    trace = traced("plain")
    rollout = vitviz.explain.run("rollout", trace)
    own = np.ones(trace.grid, np.float32)
    path = tmp_path / "page.html"
    text = trace.to_html(
        path,
        layer=1,
        head=2,
        query=(3, 4),
        layers=[1, 2],
        maps={"rollout": rollout, "<mine>": own},
    )
    assert path.read_text("utf-8") == text
    found = re.search(r'id="data">(.*?)</script>', text)
    assert found is not None
    data = json.loads(found[1])["pictures"][0]
    assert [bool(one["block"]) for one in data["layers"]] == [False, True, True]
    view = data["view"]
    assert (view["layer"], view["heads"]["heads"]) == (1, [2])
    assert view["token"] == trace.token((3, 4))
    assert [one["caption"]["en"] for one in data["methods"]] == [
        ["rollout"],
        ["<mine>"],
    ]
    assert str(tmp_path) not in text
    with pytest.raises(SelectionError, match="There is no layer 9"):
        trace.to_html(layers=[9])
    with pytest.raises(SelectionError, match="There is no head 3"):
        trace.to_html(heads=[3])
    with pytest.raises(SelectionError, match="at least one layer"):
        trace.to_html(layers=[])
    with pytest.raises(InputError, match="14×14 patches"):
        trace.to_html(maps={"small": own[:2]})


@pytest.mark.parametrize("has_model", [False, True])
def test_token_colours_are_in_every_page(has_model: bool) -> None:
    """Of the states where the model can be asked, else of the keys: sklearn's PCA."""
    model = vitviz.load_model(QUICK, patch_size=32)
    trace = vitviz.trace(model, resource("samples", "cat.jpg"))
    text = trace.to_html(model=model if has_model else None)
    found = re.search(r'id="data">(.*?)</script>', text)
    assert found is not None
    data = json.loads(found[1])["pictures"][0]["tokenColours"]
    assert data["source"] == ("states" if has_model else "keys")
    assert len(data["maps"]) == trace.num_layers + has_model
    first = trace.num_prefix_tokens
    if has_model:
        return
    for layer, encoded in enumerate(data["maps"]):
        keys = np.concatenate(list(trace.capture(layer).k.numpy()), axis=1)[first:]
        scores = PCA(3, svd_solver="full").fit_transform(keys.astype(np.float64))
        colours = np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(-1, 3)
        for channel in range(3):
            correlation = np.corrcoef(colours[:, channel], scores[:, channel])[0, 1]
            assert abs(correlation) > 0.98, (layer, channel)


def test_above_sixty_megabytes_it_asks(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert page_options.ASK_BYTES == 60_000_000
    trace = traced("plain")
    monkeypatch.setattr(notebook, "ASK_BYTES", 10_000)
    with pytest.raises(BudgetError, match=r"would take \d+ kB"):
        trace.to_html()
    assert "allow_large" in (trace._repr_html_() or "")
    assert len(trace.to_html(allow_large=True)) > 10_000
    monkeypatch.setattr(page_options, "ASK_BYTES", 10_000)
    lesson = tmp_path / "lesson.html"
    assert main(["page", "-o", str(lesson)]) == 2
    assert "Add --yes" in capsys.readouterr().err
    assert not lesson.exists()
    monkeypatch.setattr(PageWriter, "ask_bytes", 10_000)
    target = tmp_path / "page.html"
    words = ["export", str(photo), "-o", str(target), "--patch", "32"]
    words += ["--model", QUICK]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert re.search(r"the page will take about \d+ kB", said)
    assert "Add --yes" in said
    assert not target.exists()
    assert main([*words, "--yes"]) == 0
    assert target.exists()
    # refused before a model is loaded
    assert main([*words, "--yes", "--query", "all"]) == 2
    assert main([*words, "--yes", "--keep-layers", "1,x"]) == 2


def test_a_trace_is_a_frame_with_a_sandbox_in_a_notebook() -> None:
    model = vitviz.load_model(QUICK, patch_size=32)
    trace = vitviz.trace(model, resource("samples", "cat.jpg"))
    found = trace._repr_html_()
    assert found is not None
    assert found.count("<") == 2
    assert 'sandbox="allow-scripts allow-downloads"' in found
    assert "allow-same-origin" not in found
    inside = re.search(r'srcdoc="([^"]*)"', found)
    assert inside is not None
    assert html.unescape(inside[1]) == trace.to_html()


def test_outside_of_a_notebook_show_says_what_to_do() -> None:
    with pytest.raises(InputError, match="to_html"):
        vitviz.show(traced("plain"))


def test_an_odd_picture_among_others_is_left_out_and_named(
    tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG nothing")
    small = tmp_path / "small.png"
    PIL.Image.new("RGB", (8, 8), "teal").save(small)
    target = tmp_path / "all.html"
    words = [str(photo), str(broken), str(small), "-o", str(target), "--patch", "32"]
    words += ["--model", QUICK, "--keep-layers", "5"]
    assert main(["export", *words]) == 2
    assert "1 of 3 pictures are not in" in capsys.readouterr().err
    found = re.search(r'id="data">(.*?)</script>', target.read_text("utf-8"))
    assert found is not None
    names = [one["name"] for one in json.loads(found[1])["pictures"]]
    assert names == ["coffee.png", "small.png"]
