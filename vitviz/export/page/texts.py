"""Texts of the web page, in both languages; what its scripts ask `tr` for.

The scripts name a text by its English words, as the program does. A text that figures
or the window have too is translated where those have it.
"""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP

from vitviz.export.language import in_language, translator

LANGUAGES = ("en", "ja")

# Of the page alone.
OF_THE_PAGE = (
    QT_TRANSLATE_NOOP("page", "0–99 %"),
    QT_TRANSLATE_NOOP("page", "About this page"),
    QT_TRANSLATE_NOOP("page", "CLS, next special token"),
    QT_TRANSLATE_NOOP("page", "Colours"),
    QT_TRANSLATE_NOOP("page", "Computed in this browser by {model}."),
    QT_TRANSLATE_NOOP("page", "Computing …"),
    QT_TRANSLATE_NOOP("page", "Copy link"),
    QT_TRANSLATE_NOOP("page", "Copy numbers"),
    QT_TRANSLATE_NOOP("page", "Copy picture"),
    QT_TRANSLATE_NOOP("page", "Direction"),
    QT_TRANSLATE_NOOP("page", "Heads of this layer"),
    QT_TRANSLATE_NOOP("page", "Keys"),
    QT_TRANSLATE_NOOP("page", "Layers"),
    QT_TRANSLATE_NOOP("page", "Light or dark"),
    QT_TRANSLATE_NOOP("page", "Map"),
    QT_TRANSLATE_NOOP("page", "Matrix"),
    QT_TRANSLATE_NOOP("page", "Methods"),
    QT_TRANSLATE_NOOP("page", "Nothing on this page is sent anywhere."),
    QT_TRANSLATE_NOOP(
        "page",
        "Open a photograph of your own, drop it here or paste it: it stays in this "
        "browser.",
    ),
    QT_TRANSLATE_NOOP("page", "Patches whose keys are alike have like colours."),
    QT_TRANSLATE_NOOP("page", "Patches whose states are alike have like colours."),
    QT_TRANSLATE_NOOP("page", "Picture"),
    QT_TRANSLATE_NOOP("page", "Pictures"),
    QT_TRANSLATE_NOOP("page", "Pin a second query beside the first (shift-click)"),
    QT_TRANSLATE_NOOP("page", "Pin beside"),
    QT_TRANSLATE_NOOP(
        "page", "Point at a patch to see where it looks; click to keep it."
    ),
    QT_TRANSLATE_NOOP("page", "Prediction"),
    QT_TRANSLATE_NOOP(
        "page", "Rows are queries, columns keys; a click pins the token."
    ),
    QT_TRANSLATE_NOOP("page", "Preview"),
    QT_TRANSLATE_NOOP("page", "Scale"),
    QT_TRANSLATE_NOOP(
        "page",
        "Show the map of the patch under the pointer; else, and with Alt, its value "
        "(H)",
    ),
    QT_TRANSLATE_NOOP("page", "Special tokens"),
    QT_TRANSLATE_NOOP("page", "Spotlight"),
    QT_TRANSLATE_NOOP("page", "Style"),
    QT_TRANSLATE_NOOP("page", "Tap a patch to see where it looks."),
    QT_TRANSLATE_NOOP("page", "The browser cannot read this file as a picture."),
    QT_TRANSLATE_NOOP("page", "The browser does not let this page copy."),
    QT_TRANSLATE_NOOP("page", "The link is in the address line."),
    QT_TRANSLATE_NOOP("page", "The link is on the clipboard."),
    QT_TRANSLATE_NOOP("page", "The model did not see this part of the picture."),
    QT_TRANSLATE_NOOP("page", "The numbers are on the clipboard."),
    QT_TRANSLATE_NOOP("page", "The picture is on the clipboard."),
    QT_TRANSLATE_NOOP("page", "The picture was saved as a file."),
    QT_TRANSLATE_NOOP("page", "The model, from picture to answer"),
    QT_TRANSLATE_NOOP("page", "The pointer reads values."),
    QT_TRANSLATE_NOOP("page", "The pointer shows a preview."),
    QT_TRANSLATE_NOOP(
        "page", "The trace was checked against the model: error {error}."
    ),
    QT_TRANSLATE_NOOP("page", "There is no matrix for this view."),
    QT_TRANSLATE_NOOP("page", "Tint"),
    QT_TRANSLATE_NOOP("page", "Token colours"),
    QT_TRANSLATE_NOOP(
        "page", "Weights on this page differ from the trace by at most {error}."
    ),
    QT_TRANSLATE_NOOP("page", "Your own picture …"),
    QT_TRANSLATE_NOOP("page", "answer"),
    QT_TRANSLATE_NOOP("page", "as made"),
    QT_TRANSLATE_NOOP("page", "attention"),
    QT_TRANSLATE_NOOP("page", "full"),
    QT_TRANSLATE_NOOP("page", "grid"),
    QT_TRANSLATE_NOOP("page", "head"),
    QT_TRANSLATE_NOOP("page", "into layer {n}"),
    QT_TRANSLATE_NOOP("page", "layer"),
    QT_TRANSLATE_NOOP("page", "log"),
    QT_TRANSLATE_NOOP("page", "looked at by"),
    QT_TRANSLATE_NOOP("page", "looks at"),
    QT_TRANSLATE_NOOP("page", "looks at ⇄ looked at by"),
    QT_TRANSLATE_NOOP("page", "made with vitviz"),
    QT_TRANSLATE_NOOP("page", "max"),
    QT_TRANSLATE_NOOP("page", "mean"),
    QT_TRANSLATE_NOOP("page", "min"),
    QT_TRANSLATE_NOOP("page", "move the query"),
    QT_TRANSLATE_NOOP("page", "norm"),
    QT_TRANSLATE_NOOP("page", "of the style"),
    QT_TRANSLATE_NOOP("page", "out"),
    QT_TRANSLATE_NOOP("page", "out of the last layer"),
    QT_TRANSLATE_NOOP("page", "patches"),
    QT_TRANSLATE_NOOP("page", "patches only"),
    QT_TRANSLATE_NOOP("page", "picture"),
    QT_TRANSLATE_NOOP("page", "position"),
    QT_TRANSLATE_NOOP("page", "preview at the pointer, or values"),
    QT_TRANSLATE_NOOP("page", "remove the queries pinned beside"),
    QT_TRANSLATE_NOOP("page", "read-out"),
    QT_TRANSLATE_NOOP("page", "shared by the heads"),
    QT_TRANSLATE_NOOP("page", "smoothed"),
    QT_TRANSLATE_NOOP("page", "style, log, grid, smoothed"),
    QT_TRANSLATE_NOOP("page", "{n} × {n} tokens"),
    QT_TRANSLATE_NOOP("page", "{n} × {n} tokens, means of {block} × {block}"),
    QT_TRANSLATE_NOOP("page", "× = strongest patch ÷ uniform"),
)
# As captions of figures have them.
OF_CAPTIONS = (
    QT_TRANSLATE_NOOP("figures", "0–{n} %"),
    QT_TRANSLATE_NOOP("figures", "1 patch beyond the scale ▲"),
    QT_TRANSLATE_NOOP("figures", "beside it {names}"),
    QT_TRANSLATE_NOOP("figures", "fixed"),
    QT_TRANSLATE_NOOP("figures", "head {n}"),
    QT_TRANSLATE_NOOP("figures", "input {width}×{height}, {rows}×{cols} patches"),
    QT_TRANSLATE_NOOP("figures", "itself"),
    QT_TRANSLATE_NOOP("figures", "key {name}"),
    QT_TRANSLATE_NOOP("figures", "layer {n}"),
    QT_TRANSLATE_NOOP("figures", "log, {kind}"),
    QT_TRANSLATE_NOOP("figures", "max of all heads"),
    QT_TRANSLATE_NOOP("figures", "max of heads {numbers}"),
    QT_TRANSLATE_NOOP("figures", "mean of all heads"),
    QT_TRANSLATE_NOOP("figures", "mean of heads {numbers}"),
    QT_TRANSLATE_NOOP("figures", "min of all heads"),
    QT_TRANSLATE_NOOP("figures", "min of heads {numbers}"),
    QT_TRANSLATE_NOOP("figures", "own"),
    QT_TRANSLATE_NOOP("figures", "patches only, rescaled to sum 1"),
    QT_TRANSLATE_NOOP("figures", "pool"),
    QT_TRANSLATE_NOOP("figures", "query {name}"),
    QT_TRANSLATE_NOOP("figures", "raw attention"),
    QT_TRANSLATE_NOOP("figures", "scale {low} to {high} ({kind})"),
    QT_TRANSLATE_NOOP("figures", "shared"),
    QT_TRANSLATE_NOOP("figures", "smoothed between patches"),
    QT_TRANSLATE_NOOP(
        "figures", "Of the patches, {name} looks most at {place}: {ratio} × uniform."
    ),
    QT_TRANSLATE_NOOP("figures", "{n} % goes to special tokens."),
    QT_TRANSLATE_NOOP("figures", "{n} % goes to {special}."),
    QT_TRANSLATE_NOOP("figures", "{n} % stays with {special} itself."),
    QT_TRANSLATE_NOOP("figures", "{n} patches beyond the scale ▲"),
    QT_TRANSLATE_NOOP(
        "figures", "{name} is looked at most by {place}: {ratio} × more than evenly."
    ),
    QT_TRANSLATE_NOOP(
        "figures", "{name} looks almost evenly at everything: at most {ratio} ×."
    ),
    QT_TRANSLATE_NOOP(
        "figures", "{name} looks mostly at {place}: {ratio} × more than evenly."
    ),
    QT_TRANSLATE_NOOP("figures", "{place}, beside it"),
)
# As the window's status line has them.
OF_THE_STATUS = (
    QT_TRANSLATE_NOOP("StatusLine", "(strongest)"),
    QT_TRANSLATE_NOOP("StatusLine", "{n} % goes to special tokens"),
    QT_TRANSLATE_NOOP("StatusLine", "{place} → {query}"),
    QT_TRANSLATE_NOOP("StatusLine", "{query} → {place}"),
    QT_TRANSLATE_NOOP("StatusLine", "{value} = {ratio} × uniform"),
)


def tr(text: str) -> str:
    """Return a text of the page in the language that is asked for."""
    return translator().translate("page", text)


def all_texts() -> dict[str, dict[str, str]]:
    """Return every text of the scripts by language and English words."""
    found = {}
    for code in LANGUAGES:
        with in_language(code) as language:
            found[code] = {
                str(text): language.translate(context, str(text))
                for context, texts in (
                    ("page", OF_THE_PAGE),
                    ("figures", OF_CAPTIONS),
                    ("StatusLine", OF_THE_STATUS),
                )
                for text in texts
            }
    return found
