// [data-captcha]: another picture on request, sound on the page, and a fresh one before an old one expires. What does not
// come is said beside it: the form, with everything typed, is never left.
const RENEW_AFTER = 4 * 60 * 1000;
let playing = null;

function say(box, words = "") {
  box.parentElement.querySelector("[data-captcha-says]").textContent = words;
}

async function renew(box) {
  try {
    const answer = await fetch(box.dataset.renew, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    take(box, await answer.json());
    say(box);
  } catch {
    say(box, box.dataset.wordRenew);
  }
}

function take(box, fresh) {
  box.querySelector(".captcha-image").src = fresh.image;
  box.querySelector("[data-captcha-sound]").href = fresh.audio;
  box.querySelector("input[type=hidden]").value = fresh.token;
  box.querySelector(".captcha-input").value = "";
  box.dataset.born = String(Date.now());
}

async function listen(box, address) {
  if (playing) playing.pause();
  const sound = (playing = new Audio(address));
  say(box, box.dataset.wordPlaying);
  sound.addEventListener("ended", () => sound === playing && say(box));
  try {
    await sound.play();
  } catch {
    if (sound === playing) say(box, box.dataset.wordSound);
  }
}

function watch(box) {
  box.dataset.born = String(Date.now());
  const button = box.querySelector("[data-captcha-renew]");
  button.hidden = false;
  button.addEventListener("click", () => renew(box).then(() => box.querySelector(".captcha-input").focus()));
  box.querySelector("[data-captcha-sound]").addEventListener("click", (event) => {
    event.preventDefault();
    listen(box, event.currentTarget.href);
  });
  box.querySelector(".captcha-input").addEventListener("focus", () => {
    if (Date.now() - Number(box.dataset.born) > RENEW_AFTER) renew(box);
  });
}

export function watchCaptchas(root) {
  root.querySelectorAll("[data-captcha]").forEach(watch);
}
