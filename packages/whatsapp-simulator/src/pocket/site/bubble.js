import { el, icon } from "./dom.js"
import { state, titleOf } from "./state.js"

const ticks = {
  sent: ["sent", "Sent"],
  delivered: ["double", "Delivered"],
  read: ["double", "Read"],
  failed: ["failed", "Not sent"],
}

/** One message as it is shown. */
export function bubble(message) {
  const { id, isMine, kind } = message
  return el(
    "li",
    { className: `bubble ${isMine ? "mine" : "theirs"} ${kind === "revoked" ? "revoked" : ""}`, "data-id": id },
    !isMine && message.chat.endsWith("@g.us") && el("strong", { className: "author" }, titleOf(message.from)),
    message.hasPhoto && photo(message),
    textOf(message),
    reactions(message),
    el("span", { className: "foot" }, message.isEdited && "edited", time(message.at), isMine && tick(message.status)),
  )
}

function textOf({ kind, text, hasPhoto }) {
  if (kind === "revoked") return el("span", { className: "text" }, "This message was deleted")
  if (text !== "") return el("span", { className: "text" }, text)
  return hasPhoto ? undefined : el("span", { className: "text quiet" }, `[${kind}]`)
}

function photo({ id, text }) {
  const src = `/phone/photos/${encodeURIComponent(state.person)}/${encodeURIComponent(id)}`
  return el("img", { className: "photo", src, alt: text === "" ? "Photo" : `Photo: ${text}` })
}

function reactions(message) {
  const emojis = Object.values(message.reactions)
  if (emojis.length === 0) return undefined
  return el("span", { className: "reactions", "aria-label": "Reactions" }, emojis.join(" "))
}

function tick(status) {
  const [name, label] = ticks[status]
  return icon(name, { label, className: `tick ${status}` })
}

function time(at) {
  const text = new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  return el("time", { dateTime: at }, text)
}
