// [data-avatar]: preview of the square that will be cut out, by dragging or by three sliders. The server cuts.
const form = document.querySelector("[data-avatar]");
const file = form.querySelector("[type=file]");
const box = form.querySelector("[data-crop]");
const canvas = box.querySelector("canvas");
const [zoom, across, down] = ["zoom", "x", "y"].map((name) => box.querySelector(`[data-crop-${name}]`));
let picture = null;

// The square in the picture's own pixels.
function square() {
  const side = Math.min(picture.width, picture.height) * (1 - Number(zoom.value) / 125);
  const left = ((picture.width - side) * Number(across.value)) / 100;
  const top = ((picture.height - side) * Number(down.value)) / 100;
  return { left, top, side };
}

function draw() {
  const { left, top, side } = square();
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
  form.elements.crop_left.value = (left / picture.width).toFixed(6);
  form.elements.crop_top.value = (top / picture.height).toFixed(6);
  form.elements.crop_side.value = (side / Math.min(picture.width, picture.height)).toFixed(6);
}

async function choose() {
  const broken = form.querySelector("[data-crop-broken]");
  form.querySelectorAll(".has-error").forEach((box) => box.classList.remove("has-error"));
  form.querySelectorAll("#picture-error").forEach((line) => line.remove());
  file.removeAttribute("aria-invalid");
  for (const name of ["crop_left", "crop_top", "crop_side"]) form.elements[name].value = "";
  picture = file.files.length ? await createImageBitmap(file.files[0]).catch(() => null) : null;
  broken.hidden = Boolean(picture) || !file.files.length;
  box.hidden = !picture;
  if (!picture) return;
  [zoom.value, across.value, down.value] = [0, 50, 50];
  draw();
}

function shift(slider, pixels, room) {
  if (room > 0) slider.value = Number(slider.value) - (100 * pixels) / room;
}

function drag(event) {
  if (!picture || !event.buttons) return;
  const { side } = square();
  const scale = side / canvas.clientWidth;
  shift(across, event.movementX * scale, picture.width - side);
  shift(down, event.movementY * scale, picture.height - side);
  draw();
}

file.addEventListener("change", choose);
for (const slider of [zoom, across, down]) {
  slider.step = "any";
  slider.addEventListener("input", draw);
}
canvas.addEventListener("pointerdown", (event) => canvas.setPointerCapture(event.pointerId));
canvas.addEventListener("pointermove", drag);
