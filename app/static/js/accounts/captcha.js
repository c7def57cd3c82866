// [data-captcha]: another picture on request, sound on the page, and a fresh one before an old one expires.
const RENEW_AFTER = 4 * 60 * 1000;

async function renew(box) {
  const answer = await fetch(box.dataset.renew, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const fresh = await answer.json();
  box.querySelector(".captcha-image").src = fresh.image;
  box.querySelector("[data-captcha-sound]").href = fresh.audio;
  box.querySelector("input[type=hidden]").value = fresh.token;
  box.querySelector(".captcha-input").value = "";
  box.dataset.born = String(Date.now());
}

function listen(event, link) {
  event.preventDefault();
  new Audio(link.href).play().catch(() => location.assign(link.href));
}

export function watchCaptchas(root) {
  root.querySelectorAll("[data-captcha]").forEach((box) => {
    box.dataset.born = String(Date.now());
    const button = box.querySelector("[data-captcha-renew]");
    button.hidden = false;
    button.addEventListener("click", () => renew(box).then(() => box.querySelector(".captcha-input").focus()));
    box.querySelector("[data-captcha-sound]").addEventListener("click", (event) => listen(event, event.currentTarget));
    box.querySelector(".captcha-input").addEventListener("focus", () => {
      if (Date.now() - Number(box.dataset.born) > RENEW_AFTER) renew(box);
    });
  });
}
