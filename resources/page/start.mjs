// Beginning: the page in a document, or in a worker of the same program what takes long.

import { MatrixMaker } from "./matrix.mjs";
import { Runs } from "./own_picture.mjs";
import { Page } from "./page.mjs";

if (typeof document === "undefined") {
  const maker = new MatrixMaker((message) => globalThis.postMessage(message));
  const runs = new Runs();
  globalThis.onmessage = ({ data }) => {
    if (data.kind === "run") {
      globalThis.postMessage(runs.answer(data));
    } else {
      maker.request(data);
    }
  };
} else {
  const textOf = (id) => document.getElementById(id).textContent;
  globalThis.vitvizPage = new Page(JSON.parse(textOf("data")), textOf, textOf("program"));
}
