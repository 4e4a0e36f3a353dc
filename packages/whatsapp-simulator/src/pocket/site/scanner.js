import { attempt, el } from "./dom.js"

/** Between two looks at the camera's picture. */
const lookEveryMs = 200

/** Ways to give a QR code to the phone: its text, a picture of it, the camera. `onCode` gets the text. */
export function createScanner(onCode) {
  const detector = "BarcodeDetector" in globalThis ? new BarcodeDetector({ formats: ["qr_code"] }) : undefined
  const camera = detector && navigator.mediaDevices ? createCamera(detector, onCode) : undefined
  const element = el(
    "div",
    { className: "scanner" },
    pasteForm(onCode),
    detector && pictureInput(detector, onCode),
    camera?.element,
    !detector && el("p", { className: "quiet" }, "This browser cannot read pictures of QR codes: paste the text."),
  )
  return { element, stop: () => camera?.stop() }
}

function pasteForm(onCode) {
  const id = "qr-text"
  const text = el("textarea", { id, rows: 3, required: true, spellcheck: false, autocomplete: "off" })
  const submit = attempt(async () => {
    await onCode(text.value)
    text.value = ""
  })
  return el(
    "form",
    { className: "stack", onsubmit: submit },
    el("label", { for: id }, "Text of the QR code"),
    text,
    el("button", { type: "submit", className: "wide" }, "Link"),
  )
}

function pictureInput(detector, onCode) {
  const read = attempt(async ({ target }) => {
    const [file] = target.files
    target.value = ""
    if (file) await onCode(await readPicture(detector, file))
  })
  return el(
    "label",
    { className: "wide" },
    "Use a picture",
    el("input", { type: "file", accept: "image/*", onchange: read }),
  )
}

async function readPicture(detector, file) {
  const [code] = await detector.detect(await createImageBitmap(file))
  if (!code) throw new Error("There is no QR code in this picture")
  return code.rawValue
}

function createCamera(detector, onCode) {
  const video = el("video", { className: "camera", muted: true, playsInline: true, hidden: true })
  let stream
  const stop = () => {
    for (const track of stream?.getTracks() ?? []) track.stop()
    stream = undefined
    video.hidden = true
  }
  const start = attempt(async () => {
    if (stream) return stop()
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } })
    video.srcObject = stream
    video.hidden = false
    await video.play()
    const code = await look(detector, video, () => stream !== undefined)
    stop()
    if (code !== undefined) await onCode(code)
  })
  const button = el("button", { type: "button", className: "wide", onclick: start }, "Use the camera")
  return { element: el("div", { className: "stack" }, button, video), stop }
}

/** The first QR code the camera sees; undefined when looking has ended before. */
async function look(detector, video, isLooking) {
  while (isLooking()) {
    const [code] = await detector.detect(video)
    if (code) return code.rawValue
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
  return undefined
}
