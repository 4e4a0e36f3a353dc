import { control } from "./control.js"
import { announce, attempt, el, topBar } from "./dom.js"
import { createScanner } from "./scanner.js"
import { personById } from "./state.js"

/** An account's phone: links a client by its QR code, lists linked devices, logs one out. */
export function linkedDevices(phoneId) {
  const link = async (qr) => {
    await control("scanQr", { phoneId, qr: qr.trim() })
    announce("Linked")
  }
  const scanner = createScanner(link)
  const devices = el("ul", { className: "list", "aria-label": "Linked devices" })
  const owner = el("p", { className: "quiet" })
  const element = el(
    "section",
    { className: "screen" },
    topBar("Linked devices", { back: "#/", subtitle: owner }),
    el(
      "div",
      { className: "scroll" },
      el("section", {}, el("h2", {}, "Link a device"), scanner.element),
      el("section", {}, el("h2", {}, "Linked devices"), devices),
      el("section", {}, el("a", { className: "wide", href: `#/as/${phoneId}` }, "Open this phone's chats")),
    ),
  )
  const update = () => {
    const phone = personById(phoneId)
    owner.textContent = phone ? `${phone.name}, +${phone.phone}` : "unknown phone"
    devices.replaceChildren(...rows(phoneId, phone?.devices ?? []))
  }
  return { element, update, close: scanner.stop }
}

function rows(phoneId, devices) {
  if (devices.length === 0) return [el("li", { className: "empty" }, "No device is linked")]
  return devices.map(({ deviceId, online }) => {
    const logOut = attempt(async () => {
      await control("logoutFromPhone", { phoneId, deviceId })
      announce(`Device ${deviceId} is logged out`)
    })
    return el(
      "li",
      { className: "item" },
      el("span", { className: online ? "dot online" : "dot", "aria-hidden": "true" }),
      el(
        "span",
        { className: "item-text" },
        el("strong", {}, `Device ${deviceId}`),
        el("span", { className: "quiet" }, online ? "Connected" : "Not connected"),
      ),
      el("button", { type: "button", "aria-label": `Log out device ${deviceId}`, onclick: logOut }, "Log out"),
    )
  })
}
