import { bubble } from "./bubble.js"
import { control } from "./control.js"
import { attempt, avatar, el, icon, topBar } from "./dom.js"
import { personAt, personById, state, titleOf } from "./state.js"

/** "Typing" ends when the person has paused for this long. */
const pauseMs = 3000

/** A conversation: reads what arrives while it is open, writes texts and photos. */
export function chat(personId, chatId) {
  const talk = { personId, chatId, isGroup: chatId.endsWith("@g.us"), read: new Set() }
  const list = el("ol", { className: "messages", role: "log", "aria-live": "polite", "aria-label": "Messages" })
  const status = el("p", { className: "quiet", role: "status" })
  const title = titleOf(chatId)
  const bar = topBar(title, { back: `#/as/${personId}`, subtitle: status, extra: avatar(title) })
  const element = el("section", { className: "screen chat" }, bar, list, composer(talk))
  const update = (kind) => {
    bar.querySelector("h1").textContent = titleOf(chatId)
    status.textContent = statusOf(talk)
    if (kind === "typing") return
    show(list, messagesOf(chatId))
    void attempt(() => markRead(talk))()
  }
  const onVisible = () => update()
  document.addEventListener("visibilitychange", onVisible)
  return { element, update, close: () => document.removeEventListener("visibilitychange", onVisible) }
}

function messagesOf(chatId) {
  return [...state.messages.values()].filter((message) => message.chat === chatId)
}

/** Only what changed is drawn anew, so that a reader's place and what is selected stay. */
function show(list, messages) {
  const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80
  const known = new Map([...list.children].map((item) => [item.dataset.id, item]))
  messages.forEach((message, index) => {
    const version = JSON.stringify(message)
    const item = known.get(message.id)
    const isSame = item?.dataset.version === version
    const wanted = isSame ? item : bubble(message)
    wanted.dataset.version = version
    if (item && !isSame) item.replaceWith(wanted)
    if (list.children[index] !== wanted) list.insertBefore(wanted, list.children[index] ?? null)
  })
  while (list.children.length > messages.length) list.lastElementChild.remove()
  if (isAtEnd) list.scrollTop = list.scrollHeight
}

/** Contacts tell that they have read; what an account reads is its client's to tell. */
async function markRead({ personId, chatId, read }) {
  if (document.hidden || !personId.startsWith("contact-")) return
  const unread = messagesOf(chatId).filter(({ id, isMine }) => !isMine && !read.has(id))
  if (unread.length === 0) return
  for (const { id } of unread) read.add(id)
  await control("sendReceipt", { contactId: personId, messageIds: unread.map(({ id }) => id), type: "read" })
}

function statusOf({ personId, chatId }) {
  const typing = state.typing.get(chatId)?.typing
  if (typing !== undefined) return typing === "recording" ? "recording…" : "typing…"
  return `as ${personById(personId)?.name ?? "?"}`
}

function composer(talk) {
  const destination = talk.isGroup ? { groupId: talk.chatId } : { to: talk.chatId }
  const text = el("textarea", { rows: 1, placeholder: "Message", "aria-label": "Message", maxLength: 65_536 })
  const typing = createTyping(talk)
  const send = attempt(async () => {
    if (text.value.trim() === "") return
    const sending = control("sendText", { from: talk.personId, ...destination, text: text.value })
    typing.stop()
    text.value = ""
    await sending
  })
  const sendPhoto = attempt(async ({ target }) => {
    const [file] = target.files
    target.value = ""
    if (!file) return
    const caption = text.value.trim() === "" ? {} : { caption: text.value }
    text.value = ""
    const photo = { mimetype: file.type || "image/jpeg", bytesBase64: await toBase64(file) }
    await control("sendImage", { from: talk.personId, ...destination, ...caption, ...photo })
  })
  text.addEventListener("input", typing.start)
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) void send(event)
  })
  const file = el("input", { type: "file", accept: "image/jpeg,image/png,image/webp", "aria-label": "Send a photo" })
  file.addEventListener("change", sendPhoto)
  return el(
    "form",
    { className: "composer", onsubmit: send },
    el("label", { className: "round" }, icon("photo"), file),
    text,
    el("button", { type: "submit", className: "round send", "aria-label": "Send" }, icon("send")),
  )
}

/** Lets the other side see that a contact types. */
function createTyping({ personId, chatId }) {
  let timer
  const tell = (typing) => {
    const to = personAt(chatId)
    if (!to || !personId.startsWith("contact-")) return
    void attempt(() => control("setTyping", { contactId: personId, to: chatId, state: typing }))()
  }
  const stop = () => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    tell("paused")
  }
  const start = () => {
    if (timer === undefined) tell("composing")
    clearTimeout(timer)
    timer = setTimeout(stop, pauseMs)
  }
  return { start, stop }
}

/** A data URL is the one way of a browser to base64 that takes a file of any size. */
function toBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener("load", () => {
      if (typeof reader.result === "string") resolve(reader.result.split(",")[1] ?? "")
    })
    reader.addEventListener("error", () => reject(new Error("The photo cannot be read")))
    reader.readAsDataURL(file)
  })
}
