// Links to the suggestion form open it in a window; its script is fetched at the first click. Without script they are links.
const FORM = "/suggestions";

// On a phone the categories and lists stand in a line that is wider than the screen: bring the present one into sight.
document.querySelectorAll(".aside-nav ul, ul.tabs").forEach((line) => {
  const here = line.querySelector("[aria-current]");
  if (!here || line.scrollWidth <= line.clientWidth) return;
  const [box, one] = [line.getBoundingClientRect(), here.getBoundingClientRect()];
  line.scrollLeft += one.left - box.left - (box.width - one.width) / 2;
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !link.pathname.endsWith(FORM) || location.pathname.endsWith(FORM) || link.origin !== location.origin) return;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
  event.preventDefault();
  import("./suggest.js").then((it) => it.openSuggestion(link)).catch(() => location.assign(link.href));
});
