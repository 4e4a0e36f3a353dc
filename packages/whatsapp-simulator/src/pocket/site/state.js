/**
 * What the page knows: everyone there is and, of the person it plays, the messages. Kept live by server-sent events;
 * a connection that broke starts anew with everything.
 */
export const state = {
  contacts: [],
  phones: [],
  groups: [],
  person: undefined,
  messages: new Map(),
  typing: new Map(),
}

/** Typing is shown for this long unless it is renewed. */
const typingShownMs = 10_000
const listeners = new Set()
let source

/** Calls back after every change with its kind; the answer ends that. */
export function onChange(listener) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** From now on the page shows what this person's phone shows; undefined for nobody's. */
export function play(person) {
  if (source && state.person === person) return
  source?.close()
  Object.assign(state, { person, messages: new Map(), typing: new Map() })
  source = new EventSource(`/phone/events${person === undefined ? "" : `?person=${encodeURIComponent(person)}`}`)
  for (const [kind, apply] of Object.entries(changes)) {
    source.addEventListener(kind, ({ data }) => {
      apply(JSON.parse(data))
      changed(kind)
    })
  }
  source.addEventListener("open", () => document.body.classList.remove("offline"))
  source.addEventListener("error", () => document.body.classList.add("offline"))
}

const changes = {
  everyone: (everyone) => Object.assign(state, everyone),
  messages: (messages) => {
    state.messages = new Map(messages.map((message) => [message.id, message]))
  },
  message: (message) => {
    state.messages.set(message.id, message)
    if (!message.isMine) state.typing.delete(message.from)
  },
  typing: ({ from, state: typing }) => showTyping(from, typing),
}

function showTyping(from, typing) {
  const person = personAt(from)
  if (!person) return
  clearTimeout(state.typing.get(person.pn)?.timer)
  state.typing.delete(person.pn)
  if (typing === "paused") return
  const timer = setTimeout(() => {
    state.typing.delete(person.pn)
    changed("typing")
  }, typingShownMs)
  state.typing.set(person.pn, { typing, timer })
}

function changed(kind) {
  for (const listener of listeners) listener(kind)
}

export function personById(id) {
  return [...state.contacts, ...state.phones].find((person) => person.id === id)
}

/** The person behind a JID of either form, whatever its device. */
export function personAt(jid) {
  const plain = jid.replace(/:\d+@/, "@")
  return [...state.contacts, ...state.phones].find(({ pn, lid }) => pn === plain || lid === plain)
}

/** How a chat is called: the group's subject, or the other's name. */
export function titleOf(chat) {
  if (chat === "status@broadcast") return "Status"
  return state.groups.find(({ id }) => id === chat)?.subject ?? personAt(chat)?.name ?? chat
}
