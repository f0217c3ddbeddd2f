// Rows of small maps that are buttons: the layer rail, the head strip, token colours.

import { overlay } from "./colour.mjs";
import { canvasOf } from "./picture_view.mjs";

/** Scroll a row of buttons, not the page, so that one of them is in sight. */
export function reveal(button) {
  const row = button.parentElement;
  const left = button.offsetLeft - row.offsetLeft;
  const right = left + button.offsetWidth - row.clientWidth;
  row.scrollLeft = Math.max(Math.min(row.scrollLeft, left), right);
}

/** Buttons in a group, each with a small map and a label below it. */
export class Cells {
  /** chosen: called with (index, event) of the button that was pressed. */
  constructor(group, chosen) {
    this.group = group;
    this.buttons = [];
    this.first = -1;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && !button.disabled) {
        chosen(Number(button.dataset.index), event);
      }
    });
  }

  /** Have as many buttons as there are labels; [visible, spoken] each, one or two texts. */
  setLabels(labels) {
    if (labels.length !== this.buttons.length) {
      this.group.replaceChildren();
      this.buttons = labels.map((_, index) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "cell";
        button.dataset.index = index;
        button.append(document.createElement("canvas"), document.createElement("span"));
        this.group.append(button);
        return button;
      });
    }
    labels.forEach(([visible, spoken], index) => {
      const texts = [visible].flat().map((text) => {
        const part = document.createElement("b");
        part.textContent = text;
        return part;
      });
      this.buttons[index].lastChild.replaceChildren(...texts);
      this.buttons[index].setAttribute("aria-label", spoken);
      this.buttons[index].title = spoken;
    });
  }

  /** Mark the chosen buttons. */
  setPressed(isPressed) {
    this.buttons.forEach((button, index) => {
      button.setAttribute("aria-pressed", String(isPressed(index)));
    });
    const first = this.buttons.findIndex((_, index) => isPressed(index));
    // a row that a finger has moved stays where it is until another is chosen
    if (first >= 0 && first !== this.first) {
      reveal(this.buttons[first]);
    }
    this.first = first;
  }

  /** Show a map, opaque, in one button. */
  setMap(index, patches, levels, table, rows, cols) {
    this.setColours(index, overlay(patches, levels, "map", table, 1), rows, cols);
  }

  /** Show RGBA bytes in one button. */
  setColours(index, bytes, rows, cols) {
    const canvas = this.buttons[index].firstChild;
    canvas.width = cols;
    canvas.height = rows;
    canvas.getContext("2d").drawImage(canvasOf(bytes, cols, rows), 0, 0);
    canvas.style.aspectRatio = `${cols} / ${rows}`;
  }
}
