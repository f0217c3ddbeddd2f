<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>BeforeAfterView</name>
    <message>
        <source>Before and after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine to the untouched feature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>changed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>entropy {before} → {after} (1 is uniform)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>strongest {before} → {after}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the row sums to {n}, not to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>untouched</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ChangedMark</name>
    <message>
        <source>Lab: 1 change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lab: {n} changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>R restores it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model is changed:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ClassPane</name>
    <message>
        <source>Classes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Explain the likeliest class again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find a class by name or number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeliest</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ColourBar</name>
    <message>
        <source>Attention values. The mark 1/N is what every token would get if </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention were spread evenly. Double-click sets a fixed range.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ComparePane</name>
    <message>
        <source>Difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the comparison (K)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exchange the two views, to change the other one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep what is at the left now instead</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One colour scale for both maps; in multiples of uniform where they have another number of tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Same scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Swap</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The view at the left less the kept one</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Comparing</name>
    <message>
        <source>Computing …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kept: </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left less kept; orange: more at the left, blue: less</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in multiples of uniform</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Controller</name>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading {name} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading all rows of layer {n} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} s left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CutTool</name>
    <message>
        <source>Brush:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut these edges</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paint keys, blue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paint nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paint queries, orange</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These queries may not look at these keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the brush paints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at what</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>who looks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is one of those that are looked at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is one of those who look</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{queries} queries, {keys} keys painted. Drag over the picture; Shift or the right button erases, Space paints the query's patch.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>DownloadLine</name>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>End the download; what has arrived is kept</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is downloaded unless you ask for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>another vitviz is fetching it, {progress}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asking {site} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {progress}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ErrorBar</name>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Animation through the layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Figure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Numbers, this query</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeadStrip</name>
    <message>
        <source>Head {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads of this layer · × = strongest patch ÷ uniform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Over all heads, patch by patch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rows no longer sum to 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shift-click to choose several; , and . to move.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Strongest patch: {ratio} × uniform (1/N).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeadsFiller</name>
    <message>
        <source>1 − cosine of the feature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring needs the model, not its trace alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>probability</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} of {total} heads measured</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeadsPane</name>
    <message>
        <source>Against depth, a dot for each head; click a dot to go there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>By layer and head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Effect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads of all layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads ↓, layers →</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {x}, head {h}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer·head by {name}, highest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer·head by {name}, lowest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Maps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order of the heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order the heads, and show only the first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Order ▾</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the model once for each head, with that head switched off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sink</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Special</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The first {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is shown of every head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the query looks, in every head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>how evenly queries look: 0 at one token, 1 at all alike</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>largest share that one token gets from all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean distance between patches that look at each other</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share that goes to special tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what switching the head off changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}, highest first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}, lowest first</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeadsTool</name>
    <message>
        <source>A head's map stays; what it found is not passed on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head {n} off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head {n}: off when pressed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instead of a head:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch off heads of layer {n} (choose layers below)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The head hands nothing over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The head hands the same to all: its mean over all tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What stands in for a head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>zero</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HeatFiller</name>
    <message>
        <source>Computing {name} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} · {ratio}×</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HideTool</name>
    <message>
        <source>Another number, another noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blurred, about half a patch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Drag over the picture; Shift or the right button erases, Space hides the query's patch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Noise as wide as the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed of the noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture's mean colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The token is taken out: no layer sees it, no pool counts it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What hides a patch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>blur</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>drop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seed </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} patches wide</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Inset</name>
    <message>
        <source>Maps of the queries pinned beside</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>KeysOverlay</name>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LabFiller</name>
    <message>
        <source>Change something above: the untouched and the changed attention and prediction then stand here side by side.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer}, head {head}, query {query}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Running the untouched model …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This trace came without its model: nothing can change.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LabPanel</name>
    <message>
        <source>Back to the untouched model (R)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Changes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cut</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deletion and insertion curves of the map on screen (5)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep patches from looking at others</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the model from seeing patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the untouched view beside (K ends)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No changes: this is the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove this change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove: {what}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restore all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Softmax</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch heads off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch this change on or off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temperature, scaling, and what sums to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what} (not here: another grid or depth)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LayerRail</name>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {n}: the same query and heads, on a scale of its own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop; layers that have arrived stay (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>[ and ] move through the layers</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>All heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the running model and see what follows (F4)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Class</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every head of every layer, as maps or statistics (2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every query against every key (1)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How a Vision Transformer works, on this picture (F3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the map on screen to the test (5)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See where each patch looks (F2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model did not see this part of the picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Views you have saved (6)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the model takes the picture for (3)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What tokens carry from layer to layer (4)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>head {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>pasted</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MatrixPane</name>
    <message>
        <source>Attention matrix</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention matrix, {n} × {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>key →</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>query ↓</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>refining …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{b} × {b} cells pooled</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MethodButton</name>
    <message>
        <source>60 % mass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A column does not sum to 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A map is a hint at what counts, not an explanation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A set, not a measure: a patch just outside may differ by nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assumes that residual and attention count alike and that values do not cancel; the same for every class.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before the residual and layer scale, which may undo what is sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Costs {cost}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For the class chosen under Class, or without a head for the model's own feature. Negative contributions are dropped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LeGrad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leaves out the projection after the heads, which changes sizes too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks at one layer only; often nearly empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max and min over heads do not sum to 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Method: {name} ▾</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One map for all queries, a forward pass for each patch. What stands in for a patch is a picture too. Negative where hiding helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One map for all queries; how attention would have to change, not what it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradients are small beside the identity, so the map is faint away from the query.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a forward and a backward pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a forward pass for each patch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about a forward pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about four forward passes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all rows once, then one column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention × value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grad-CAM</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient rollout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>occlusion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one row, and a forward pass the first time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>relevance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rollout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>size of what is sent</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MethodOptionsButton</name>
    <message>
        <source>Drop the smallest of each row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hidden by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Options of the method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Options ▾</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patches at once</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What may be chosen of this method</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>blurred</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max of heads, rows renormalised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean of heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min of heads, rows renormalised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelDelegate</name>
    <message>
        <source>✓ on this computer</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelDetails</name>
    <message>
        <source>Ask timm what this model is (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Download {size}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetch the weights from {site} (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on with the download begun earlier</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on, {size} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence: {link}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence: {link}, not for commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence: {link}. Read it before you use the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load it and run it on the picture (Enter)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look it up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No model fits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not on this computer. From {site}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On this computer: {path}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the weights from this computer; they can be fetched again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ships with vitviz.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Try fewer words or filters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm knows more models than this list. Looking one up asks the library on this computer; nothing is downloaded.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelDialog</name>
    <message>
        <source>A folder written by transformers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asking timm about {name} …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled. What has arrived is kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close; a download ends (Esc)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Every word must fit (Ctrl+F)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only models whose weights are here; they work offline.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search by name, maker or what it is good for, or type a timm name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search models</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights of your own: .safetensors, .pth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is on this computer now.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} was removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} of {all} models</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message>
        <source>Look up “{name}” in timm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not in this list; timm may know it. Press Enter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelWords</name>
    <message>
        <source>50 to 785</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At most 30 million parameters: runs in a moment on any laptop.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Depth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Extra tokens to store things in, which keeps the maps clean.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It says what it takes a picture for, in 1,000 words.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its licence allows every use, commercial ones as well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patches of 8 pixels: sharper maps, four times as many tokens.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some of its heads draw the outline of what is in the picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained on pictures alone; nobody told it what is in them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained to match pictures with sentences, as CLIP is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>any use allowed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fine patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has labels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>has registers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>learned from captions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>segments objects</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>self-taught</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>small</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{layers} layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{layers} layers of {heads} heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} = {side} × {side} patches + {special} special</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} million</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} px, as you choose</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} × {n} px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{progress}, {time} left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} px · patch {patch} · {tokens} tokens · {bytes} · {licence}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{size} px · patches of {patches} px · {licence}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Opening</name>
    <message>
        <source>All files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open picture or session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures and sessions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no picture on the clipboard. Copy one, or its file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PicturePane</name>
    <message>
        <source>Picture</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PredictionFiller</name>
    <message>
        <source>No class matches “{text}”.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Relevance, gradient rollout, grad-CAM and others explain: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The logits are not finite, so no class can be named.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The prediction comes with the last layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has no classifier. Methods that need a target explain the model's own feature instead: how far each patch points its way.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>QueryBar</name>
    <message>
        <source>A register: a spare token the model may write to (S)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A special token (S)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An opaque map (V)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clip the largest 1 % of values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour covers the picture where attention is high (V)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour map, grid and smoothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colours ▾</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Direction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed range…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How strongly attention covers the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave special tokens out and divide by the sum of the patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic (L)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Own: to the largest value of this map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patch grid (G)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patches only, renormalised</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Query</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scale: {words} ▾</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shared by all heads of the layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothed between patches (M)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Style</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The class token: the one whose final state is read out (C)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The distillation token, taught by another network (S)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture darkens where attention is low (V)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the chosen token looks: a row, which sums to 1 (X)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which values the ends of the colour bar stand for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Who looks at the chosen token: a column (X)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>looked at by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>looks at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>spotlight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tint</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RangeDialog</name>
    <message>
        <source>Attention values at the ends of the colour bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed range</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sessions</name>
    <message>
        <source>Not everything in {name} could be used: {parts}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save session</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>vitviz session</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SideTabs</name>
    <message>
        <source>What the side panel shows</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SoftmaxTool</name>
    <message>
        <source>Divide scores by √d</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scores are divided by it: above 1 flatter, below 1 sharper</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Softmax over the</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the softmax makes sum to 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>d: width of a head's queries and keys. Without it scores grow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dim=-1, as it should be: rows</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dim=-2: columns (wrong)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dim=1: across heads (wrong)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>queries</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>Open a picture from a file (Ctrl+O)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a picture, drop one here, or begin with one of these.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the sample picture “{name}”</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>See where a Vision Transformer looks</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>(strongest)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nine rows of every layer are recomputed from its queries and keys and compared with what the model itself computed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Status</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not verified</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>verified, error {error}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} % goes to special tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} patches beyond the bar</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{place} → {query}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{query} → {place}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{value} = {ratio} × uniform</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TokensFiller</name>
    <message>
        <source>The states of tokens need the model, not its trace alone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>each layer on its own scale from 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none stands out (3 × the median)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>probability of {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} above 3 × the median of their layer (artefact tokens)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TokensPane</name>
    <message>
        <source>Colours</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys, all heads side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Norms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Positions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queries, all heads side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The state that enters the layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens by layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values, all heads side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is shown of the tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Which vectors are compared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>alike colours, alike states: three principal components</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cosine to the query's vector</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>length of each token's state, before the norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what the classifier would say of each token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>what the patch embedding looks for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>which places are alike to the query's</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>All models…&#x9;Ctrl+M</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Centre, cropped to a square</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model ▾</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the Vision Transformer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy as a picture&#x9;Ctrl+C</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Embedded, {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Figure or numbers…&#x9;Ctrl+E</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep this view beside others (K)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light or dark (Ctrl+T)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste&#x9;Ctrl+V</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Picture…&#x9;Ctrl+O</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save this view as a figure or as numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shorter side, and its price</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all keys (?)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size of the model's input, and what it costs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size ▾</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the model sees</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the window is used for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole picture, at its own aspect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole picture, padded to a square</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>patches of {n} px</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{side} px   {rows}×{cols} = {n} patches</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrialFiller</name>
    <message>
        <source>Deletion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Score: cosine to the whole picture's feature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>large is good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>small is good</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrialPane</name>
    <message>
        <source>A map shows weights, not reasons. Hide patches in its order: the score should fall faster than in random order.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deletion and insertion curves</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run the model with more and more patches hidden, then shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test this map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Testing … {percent}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>score</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share of patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: area {area}, random {mean} ± {spread} ({wish})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} %</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ViewWishes</name>
    <message>
        <source>Preview on hover: off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preview on hover: on</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ViewsPane</name>
    <message>
        <source>Down</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier in the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Forget this view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep what is on screen now (Ctrl+D)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Later in the list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save this view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save views to come back to and to step through with Page Up and Page Down. A session keeps them in a file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>All heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All models…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CLS token as query</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Classes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare: keep this view, or end</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy view as a picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export figure or numbers…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspect: see where each patch looks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lab: change the running model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lab: restore the untouched model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn: how it works, on this picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks at ⇄ looked at by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the query with the arrow keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next saved view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next special token as query</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open picture or session…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paste picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Patch grid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preview on hover</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the queries pinned beside</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save session…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save this view</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved view before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Saved views</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Side panel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothed between patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Test the map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tint, map, spotlight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>catalogue</name>
    <message>
        <source>A bias by distance inside the softmax; with labels. Takes only its own size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A second special token learned from a teacher network: compare it with CLS.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At once, offline. One model for patches of 8, 14, 16, 28 and 32 pixels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Better labels than DeiT from the same design.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>DINOv2 with four extra tokens as storage: its maps are clean.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Google's ViT with labels, from 23 MB up: the lightest runs anywhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads that segment objects although nobody showed them a label.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned by painting in hidden patches: its attention stays near; not for commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learned from captions; no CLS token, its head asks one question of all patches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light models with 1,000 labels, good for a first lesson.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Many patches and labels at any width; its positions are rotations.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch: torchvision, trained by Meta on 3.6 billion pictures with hashtags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch: torchvision, trained on ImageNet-1k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sharp maps at any size: its positions are rotations, not a table. A licence of its own.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The eye of many chat and drawing programs; it learned from captions.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The most accurate labels of torchvision's; not for commercial use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The most used of all. Watch its artefact tokens: patches it uses as storage.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The plain ViT of the original paper, with 1,000 labels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>ships with vitviz</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by BAAI (2023)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Google on ImageNet-21k (2021)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Google on captions of the web</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Meta (2021)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Meta (2023)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Meta (2025)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Meta on ImageNet-1k (2021)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Meta on ImageNet-22k (2022)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by Microsoft (2022)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm, trained by OpenAI on 400 million captions (2021)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>changes</name>
    <message>
        <source>changed: {what}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cut in every layer: {queries} queries from {keys} keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cut in layers {first} to {last}: {queries} queries from {keys} keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer {layer}, heads off (their mean instead): {heads}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer {layer}, heads off: {heads}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no scaling by √d</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>softmax over the heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>softmax over the queries</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>temperature {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the last</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} patches blurred</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} patches dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} patches in the mean colour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} patches of noise</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source> Did you mean {name}?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, and {n} more tensors</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A figure needs the picture, and this trace was made from a prepared tensor. Trace the picture itself, or export .npz or .csv.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A figure of {width}×{height} pixels is too large. Write fewer maps, or an .svg.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A hidden square has 1 to {most} patches a side, not {cells}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A matrix of {tokens} × {tokens} tokens exceeds the {limit} MiB kept for one head. Read it by tiles, or look at it pooled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A prepared input has the shape (1, 3, height, width), not {shape}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A query must keep at least one key; all of its edges are cut.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A session comes back to its picture, and this one has no file. Save the picture as a file and open that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A size must be at least 1 px, not {side}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An array must be (height, width, 3) of uint8, not {shape} of {dtype}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An input of {width}×{height} px does not divide into patches of {patch_width}×{patch_height}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An input of {width}×{height} px is too large: a side may have {limit} px. Choose a smaller size, or crop the picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At least one patch must stay: all are dropped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Block {layer} ({kind}) calls attention more than once, so its maps would be ambiguous. vitviz shows models with one attention a block.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Colour profile converted to sRGB.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connection refused</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connection reset by peer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First of {frames} frames.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How {name} reads its output from its tokens could not be found out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In block {layer} of {name} something stands between attention and its projection (a norm), so a head's share of the output is not defined.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instead of {file} there came a web page. Does this network ask for a log-in? Open a browser, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is a Git LFS pointer; fetch the real file with git lfs pull</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is a PDF; save the page as PNG</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is a web page; download the picture itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is an SVG drawing; save it as PNG</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its colour profile is damaged and was left out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its content is none of the formats vitviz reads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer} attends within small windows, so there is no matrix between all patches. Layers that look at the whole picture: {shown}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer} has not run yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer {layer} is not shown: attention recomputed from its queries and keys differs from the model's own by {error:.1e}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models of timm need timm: install the extra with pip install 'vitviz[timm]'.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No layer of {model} could be verified: attention recomputed from its queries and keys differs from the model's own by {error:.1e}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No patch embedding was found in this model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the embedded model can change its patch size; {name} has one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PySide6 {version} does not work with vitviz on Python {python}. Mend it with: pip install 'PySide6-Essentials==6.11.3'</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings last only until vitviz is closed: {path} could not be written, {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some settings in {path} cannot be used and have their defaults: {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some settings in {path} cannot be used and have their defaults: {names}. The old file is kept as {copy}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside vitviz ({reason}). Details are in the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Statistics compare rows that sum to 1; the softmax was made to go over another axis.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The attention {where} is computed in {shape} pieces (windows), not over the whole picture. vitviz shows global attention.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The attention {where} uses {what}, which a Vision Transformer in evaluation does not. Call model.eval() and pass an image model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to {site} cannot be trusted (its certificate: {reason}). Check the clock of this computer, and its network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to {site} failed ({reason}). Try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The connection to {site} was cut off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The device ran out of memory. Choose a smaller size, or run on the CPU.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The discarded share goes from 0 to below 1; it is not {share}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The display {display} does not answer. Check {variable}, or use “vitviz export”, which needs no display.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The embedded model cannot be read: {reason}. Install vitviz again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The embedded model has no patches of {size} px; it was trained with {sizes}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The embedded model is missing from this installation ({path}). Install vitviz again, or choose another model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The map has {shape} values and the grid {grid}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model in {folder} cannot be read: {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The settings in {path} cannot be read: {reason}. vitviz starts with its defaults and keeps the old file as {copy}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The settings in {path} cannot be read: {reason}. vitviz starts with its defaults.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The share of the mass lies above 0 and at most at 1; it is not {mass}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The trace was made by {traced}, not by {model}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights in {folder} do not fit its config.json: {count} names or shapes differ, such as {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The weights of {name} are not on this machine. Fetch them with “vitviz models get {name}” or in the window, under Model, or choose the embedded model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window opened, but its picture did not appear.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The window opened, but no attention appeared in it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no class {target}: classes go from 0 to {last}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no device {name} on this machine; it has {devices}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no display to open a window on. Run vitviz in a desktop session or with ssh -X, or use “vitviz export”, which needs none.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no file {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no file {path}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no head {head}: heads go from 0 to {last}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no layer {layer}: layers go from 0 to {last}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no method {name}; there are: {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model or folder {name}.{hint} “vitviz models list” shows what there is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no patch ({row}, {col}): rows go from 0 to {last_row}, columns from 0 to {last_col}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no patch ({row},{col}): the grid has {rows}×{cols} patches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no precision {name}; choose one of {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no special token {name}; there are: {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no token {token}: tokens go from 0 to {last}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough memory to open {name}. Save it smaller.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is not enough memory. Choose a smaller size or model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These patches were chosen on a grid of {own_rows}×{own_cols}; this run has {rows}×{cols}. Choose them again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This did not work: {reason} Details are in the log.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This model adds a dense bias to every pair of tokens; at this size keeping them takes more than {limit} MiB. Choose a smaller size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This model keeps its patches as a grid, from which none can be dropped. Hide them in the picture: blurred, or as the mean colour.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This model's blocks do not pass plain token states on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This trace was made of a prepared tensor: give it again as `pixels`.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transparent parts shown on white.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turned as its EXIF orientation says.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values from {low} to {high} scaled to 0–255.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What answers in the place of {site} is no web server. Try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What {site} sent is not the file {file} that was published, and was thrown away. Try again, perhaps from another network.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a causal mask</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a part of the path is a file, not a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a pipe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a socket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>cls_token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damaged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>dropout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in block {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is a TensorFlow Lite file. Take the PyTorch or safetensors weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is a pickle that torch.save did not write; it could run any program and is not opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is a picture, not weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is a tar archive. Unpack it, or save a very old PyTorch file again with a newer torch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is a text file (JSON). Give the folder it lies in, or the weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is a web page, not weights: the download went wrong.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is an ONNX graph. Take the PyTorch or safetensors weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is neither safetensors nor a PyTorch file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it appends tokens for detected objects after the patches. Take the ViT it was made from, such as timm:deit_small_patch16_224</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it has no attention at all. Take a Vision Transformer, such as timm:vit_small_patch16_224</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is not JSON</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is not a list of names and values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is not an ordinary file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it is too large</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it mixes attention with a gate for positions, in code of its own. Take the plain timm:deit_small_patch16_224, which it was made from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it mixes its heads before and after the softmax, in code of its own, so no head has weights that queries and keys alone would give. The same authors' timm:deit3_small_patch16_224 does not</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it runs two sequences of patches side by side. Take a plain ViT, such as timm:vit_small_patch16_224</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it takes a video and not a picture. Take a ViT for pictures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it takes patches of any aspect, packed and padded into one sequence (NaFlex). Take its twin of one size, such as timm:vit_base_patch16_siglip_224</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>it would have {count} blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its attention is between channels and not between patches. Take a plain ViT of the same training, such as timm:vit_small_patch16_224.dino</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its attention stays in windows, so there is no matrix between all patches. A plain ViT looks at the whole picture, such as timm:deit3_small_patch16_224</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its decoder stopped early</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its first blocks weigh neighbours without queries and keys (outlook attention). Take a plain ViT, such as timm:deit3_small_patch16_224</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its list of tensors is not as torch.save writes it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>its patches are merged from stage to stage, so there is no one grid to show attention on. Take a plain ViT, such as timm:vit_small_patch16_224</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no regular file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no such file or directory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>none</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of its blocks {gaps} are missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>outside the blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>permission denied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preprocessor_config.json in {folder} cannot be used: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>strerror</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>that disk can only be read</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>that disk cannot hold so large a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the disk reported an error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the name is too long</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the number of heads cannot be told from a width of {width}; build the network and use vitviz.wrap(module)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no Transformer block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>there is no such folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm has no model {name}.{hint}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>timm knows the network {name}, but no weights for it in a place that can be fetched from. Open a file of them instead.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>you may not write there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>your quota on that disk is used up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} missing: {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} of another shape: {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} of {total} blocks ({kind}) compute attention without calling scaled_dot_product_attention, so it cannot be shown exactly. Use the model's fused or “sdpa” implementation, or open its checkpoint file: vitviz then runs it in timm's, torchvision's or transformers' code.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} unexpected: {names}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} needs {needed} in {folder}, where {free} are free. Make room, then try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} holds no weights: model.safetensors is missing. Save the model again with save_pretrained (safetensors is its default).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} holds numbers that are not finite (NaN or infinity): {count:,} in {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} is a transformers folder: install the extra with pip install 'vitviz[hf]'.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{folder} is no model folder: it has no config.json. Give a folder as save_pretrained writes it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind} cannot be shown: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind} declares {declared} special tokens, not {given}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind} does not cut a picture into patches of one size, so it is no plain Vision Transformer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind} has no patch embedding that vitviz can find. Say wrap(module, patch_size=…).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind} is not a plain Vision Transformer: it has no {missing}. Take a model that keeps one sequence of patches from end to end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind} returns {result} and not a tensor. Wrap a module whose forward takes pixels and returns logits or features.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{kind} takes only its own size, {width}×{height} px: its position biases are tied to the grid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{method} has no option {option}; it has: {options}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{method} is not defined here: it needs rows that sum to 1, and the softmax was made to go over another axis.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{method} is one map over all layers; there is nothing to animate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{method} needs the model for a backward pass: give `model`.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{method} needs the model itself: give `model`.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} cannot run an input of {width}×{height} px: {reason}. Try the size it was made for, or wrap a module that takes (1, 3, height, width).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} has no head and so no class {target}; leave the class out.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} has no special token {name}; it has: {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{model} runs {tokens} tokens, but {rows}×{cols} patches and {prefix} special tokens make {expected}. vitviz shows one fixed sequence of patches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} adds nothing to its patches for their place: positions enter each attention by rotation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be opened: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has more than {limit} megapixels. Save it smaller and open that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has no classifier to read tokens with.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has no list of Transformer blocks that vitviz can find.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has no published weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has no weights {weights}; it has {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has the shape {shape}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has {megapixels} megapixels; the limit is {limit}. Save it smaller and open that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is a HEIF picture: install the extra with pip install 'vitviz[formats]', or save it as JPEG.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is damaged and cannot be shown ({reason}). Get or save it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is larger than {limit} MB. Save it smaller and open that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is missing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is not a picture. {hint} (JPEG, PNG, WebP, BMP, GIF, TIFF, AVIF, PPM).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is not a session file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is too large for a session.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is {kind}, not a picture.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is {width}×{height} pixels; a side may have {limit}. Save it smaller and open that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} may not be read: change its permissions, or copy it elsewhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} reads its class from the mean of all patches, so single tokens cannot be read that way.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} stands in it under two names</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} takes longer than {seconds} s to decode. Save it as PNG or JPEG and open that.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} takes {channels} channels in patches of {height}×{width}; only square patches of three channels can be used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} {version} is too old to open files safely. Mend it with: pip install '{name}&gt;={least}'</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} asks for {name}, which is no part of a list of tensors: opening it could run a program. Save only the state_dict, or use safetensors.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be read as safetensors: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} cannot be removed: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} claims a header of {length:,} bytes; at most {limit:,} are read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} claims to hold more than its {size:,} bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} could not be written: {reason}. Choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} could not be written: {reason}. Choose another place.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} describes a network that {library} cannot build: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} does not fit the nearest known model, {nearest} in the naming of {naming}; {differences}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} does not hold the weights of {name}: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has a damaged list of tensors. Download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has a damaged safetensors header: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has a list of tensors of {size:,} bytes; at most {limit:,} are read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} has a list of tensors that is too long to read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds a model of {library}: install the extra with pip install 'vitviz[{extra}]'.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds no named tensors. It has {names}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds numbers that are not finite (NaN or infinity): {count:,} in {name}{more}. Its training failed, or the file is damaged.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} holds one {kind}, not a list of named tensors.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is a Swin Transformer: its attention stays in windows, so there is no matrix between all patches to show.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is a TorchScript program, not weights. Take the state_dict of the model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is a zip archive that torch.save did not write.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is an exported program (.pt2), not weights. Save a state_dict.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is compressed inside, which torch.save never does; it is not opened.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is cut off or damaged. Download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is cut off within its header. Download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is cut off: {size:,} bytes of {whole:,}. Download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is damaged and cannot be read ({reason}). Download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is damaged. Download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is empty. Download it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is no Vision Transformer in a naming that is known: {count} tensors such as {names}; the nearest is {nearest}, and {missing} is missing. Build the network yourself and use vitviz.wrap(module).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is no path.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is not the file that was published: it is damaged or has been replaced. Fetch it again, or remove {full}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} is {kind}, not a file of weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} lists {count:,} tensors; at most {limit:,} are read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} looks like a Vision Transformer, but {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path} needs a network with tables that are not in the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: {name} claims more numbers than the file holds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{path}: {name} is {dtype}, and not a plain tensor of 16, 32 or 64 bit numbers. Quantised weights are not read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} answers {status} instead of a file. Try again later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} cannot be found. Is this computer connected to the Internet?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} does not answer. Check the connection, and try again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} has had too many requests from this network (answer 429). Try again in some minutes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} has had too many requests from this network (answer 429). Try again in {wait}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} has no {file} any more (answer {status}). Choose another model, or fetch the file elsewhere and open it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} is out of order (answer {status}). Try again later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} refuses the connection. Try again later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} refuses to hand out {file} (answer {status}). Open its page in a browser, fetch it there, and open the file.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} sends this request on in a circle. Try again later.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} sends this request on to an address that is not protected; it was not followed. Fetch {file} in a browser and open it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{site} stopped sending, or nearly so.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{what}: {count} patches make no square</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>figures</name>
    <message>
        <source>class {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>each map from 0 to its own largest value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>from layer {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>head max</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>head mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>head min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>head {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hidden by blur</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hidden by mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>hidden by noise</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>input {width}×{height}, {rows}×{cols} patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>key {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>key: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>layer {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log, {kind}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max of all heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max of heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>max of heads {numbers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean of all heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mean of heads {numbers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min of all heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min of heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>min of heads {numbers}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one scale for all, {low} to {high}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>query {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>query: {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>raw attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>scale {low} to {high} ({kind})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>shared</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>smallest {n} % of each row dropped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the same for every query</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>token {n}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n} % of the attention to patches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{n}×{n} patches at once</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>methods</name>
    <message>
        <source>(E_h[w_h A^h_i·])⁺,  w_h = mean over patches of ∇A^h_i·</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A column does not sum to 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A set, not a measure: a patch just outside may differ by nothing.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A_·j</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Abnar and Zuidema 2020, arXiv 2005.00928</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Assumes that residual and attention count alike and that values do not cancel; the same for every class.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before the residual and layer scale, which may undo what is sent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bousselham et al. 2024, arXiv 2404.03214</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Caron et al. 2021 (DINO), arXiv 2104.14294</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chefer, Gur and Wolf 2021, arXiv 2103.15679</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dosovitskiy et al. 2021, arXiv 2010.11929</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kobayashi et al. 2020, arXiv 2004.10102</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LeGrad</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leaves out the projection after the heads, which may turn a value's size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looks at one layer only; often nearly empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>M = E_h[(A ⊙ ∇A)⁺], rows of M + I made to sum to 1, multiplied as in rollout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Max and min over heads do not sum to 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Negative contributions are dropped; the query's own patch keeps its start of 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One map for all queries; how attention would have to change, not what it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One map for all queries; what stands in for a patch is a picture too, and patches that say the same hide each other's effect. Negative: hiding helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The gradients are small beside I, so the map is faint away from the query.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zeiler and Fergus 2014, arXiv 1311.2901</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a forward and a backward pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>a forward pass for each patch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about a forward pass</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about four forward passes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>all rows once, then one column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention received</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>attention × size of the value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>baseline in Chefer, Gur and Wolf 2021, arXiv 2012.09838</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>generic-attention relevance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>grad-CAM on attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>gradient rollout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>occlusion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one row</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>one row, and a pass to find W_O the first time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>p(whole) − p(patch hidden)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rollout</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rollout with relevance's layer matrices</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>size of what is sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>smallest set of patches with a share of the attention</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>softmax(q_i Kᵀ/√d_k)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the fewest patches whose attention adds up to τ of the patches' own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the same matrix, read down a column</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Â = ½Ā + ½I,  R = Â^L ⋯ Â^1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ā = E_h[(∇A ⊙ A)⁺],  R ← R + Ā R</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Σ_l E_{h,i}[(∂s^l/∂A^{l,h}_i·)⁺],  s^l read out at layer l</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>α_ij ‖v_j‖</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>‖Σ_h α^h_ij v^h_j W_O^h‖</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
