// Texts of the page in the chosen language, and numbers filled into them.

let translations = {};
let code = "en";

/** Set the texts: {language: {English text: text}}. */
export function setTexts(all) {
  translations = all;
}

/** Choose a language by its code; English for one that the page lacks. */
export function setLanguage(wanted) {
  code = wanted in translations ? wanted : "en";
}

/** Return the code of the language in use. */
export function language() {
  return code;
}

/** Return a text in the language in use, with `{name}` replaced by values. */
export function tr(text, values = {}) {
  const own = (translations[code] || {})[text] || text;
  return own.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

/** Return one of several texts that Python wrote in every language. */
export function chosen(byLanguage) {
  return byLanguage[code] || byLanguage.en;
}
