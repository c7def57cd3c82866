// <select data-picker [data-remote="/path?q="]>: a list with search. Loaded only on pages that have one;
// until then, and without script, it is an ordinary <select>.
function load(tag, attributes) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.onload = resolve;
    element.onerror = reject;
    document.head.append(element);
  });
}

let library;
function tomSelect() {
  const { pickerScript, pickerStyle } = document.body.dataset;
  library ||= Promise.all([
    load("link", { rel: "stylesheet", href: pickerStyle }),
    load("script", { src: pickerScript }),
  ]).then(() => window.TomSelect);
  return library;
}

function remote(url) {
  return (query, done) =>
    fetch(url + encodeURIComponent(query), { headers: { Accept: "application/json" } })
      .then((answer) => answer.json())
      .then((answer) => done(answer.results || answer))
      .catch(() => done());
}

function options(select) {
  const words = document.body.dataset;
  const escapeText = (text) => {
    const span = document.createElement("span");
    span.textContent = text;
    return span.innerHTML;
  };
  return {
    maxOptions: 300,
    refreshThrottle: select.dataset.remote ? 300 : 0, // who types and presses Enter at once gets what was typed
    plugins: select.multiple ? ["remove_button"] : [],
    allowEmptyOption: true,
    placeholder: select.dataset.placeholder || words.wordChoose,
    ...(select.dataset.remote && {
      valueField: "id",
      labelField: "text",
      searchField: ["text"],
      preload: "focus",
      load: remote(select.dataset.remote),
    }),
    render: { no_results: () => `<div class="no-results">${escapeText(words.wordNone)}</div>` },
  };
}

export function upgradePickers(root) {
  const selects = [...root.querySelectorAll("select[data-picker]:not(.tomselected)")];
  if (!selects.length) return;
  tomSelect()
    .then((TomSelect) => selects.forEach((select) => {
        const picker = new TomSelect(select, options(select));
        select.setAttribute("aria-hidden", "true"); // the box beside it carries the label now
        select.addEventListener("focus", () => picker.focus()); // a summary of errors leads to the select
      }))
    .catch(() => {});
}
