// Links to the suggestion form open it in a window; its script is fetched at the first click. Without script they are links.
const FORM = "/suggestions";

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !link.pathname.endsWith(FORM) || location.pathname.endsWith(FORM) || link.origin !== location.origin) return;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
  event.preventDefault();
  import("./suggest.js").then((it) => it.openSuggestion(link)).catch(() => location.assign(link.href));
});
