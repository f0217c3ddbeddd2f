// Beginning: the page in a document, or the matrix in a worker of the same program.

import { serve } from "./matrix.mjs";
import { Page } from "./page.mjs";

if (typeof document === "undefined") {
  serve(globalThis);
} else {
  const textOf = (id) => document.getElementById(id).textContent;
  globalThis.vitvizPage = new Page(JSON.parse(textOf("data")), textOf, textOf("program"));
}
