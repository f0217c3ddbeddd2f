// Copying: to the clipboard where the browser lets a page, else as a file to save.

/** Copy a text; return whether it is on the clipboard. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // a frame in a notebook may not use the clipboard's own interface
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "away";
    document.body.append(field);
    field.select();
    const isDone = document.execCommand("copy");
    field.remove();
    return isDone;
  }
}

/** Copy a canvas as a picture, or save it; return whether it is on the clipboard. */
export async function copyPicture(canvas, name) {
  const blob = await new Promise((done) => {
    canvas.toBlob(done, "image/png");
  });
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
    return true;
  } catch {
    save(blob, name);
    return false;
  }
}

/** Save a blob as a file of a name. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Return a map's numbers as the program's .csv has them. */
export function numbersText(trace, state, heat) {
  const heads = heat.heads.heads;
  const head = heads.length === 1 ? heads[0] : heat.heads.fusion;
  const isMethod = heat.method !== "raw";
  const lines = ["layer,head,query,key,row,col,value"];
  const values = state.renormalise && !isMethod ? heat.patches : heat.tokens;
  const first = state.renormalise && !isMethod ? trace.numPrefix : 0;
  values.forEach((value, i) => {
    const token = first + i;
    const cell = trace.cell(token);
    const own = heat.token < 0 ? "pool" : heat.token;
    const [query, key] = heat.direction === "looks at" ? [own, token] : [token, own];
    const place = cell ? cell.join(",") : ",";
    lines.push(`${isMethod ? "" : heat.layer},${isMethod ? heat.method : head},${query},${key},${place},${shortest(value)}`);
  });
  return `${lines.join("\n")}\n`;
}

/** Return the shortest text that a single float is read back from. */
function shortest(value) {
  const single = Math.fround(value);
  for (let digits = 6; digits <= 9; digits += 1) {
    const text = Number(single.toPrecision(digits));
    if (Math.fround(text) === single) {
      return String(text);
    }
  }
  return String(single);
}
