import { avatar, el, topBar } from "./dom.js"
import { personById, state, titleOf } from "./state.js"

/** The chats of a person: those with messages first, then everyone else to write to. */
export function chats(personId) {
  const list = el("ul", { className: "list", "aria-label": "Chats" })
  const back = personId.startsWith("phone-") ? `#/phone/${personId}` : "#/"
  const owner = el("p", { className: "quiet" })
  const bar = topBar("Chats", { back, subtitle: owner })
  const element = el("section", { className: "screen" }, bar, el("div", { className: "scroll" }, list))
  const update = () => {
    const person = personById(personId)
    owner.textContent = person ? `as ${person.name}, +${person.phone}` : "unknown person"
    if (person) list.replaceChildren(...rows(person))
  }
  return { element, update }
}

function rows(person) {
  const latest = new Map()
  for (const message of state.messages.values()) latest.set(message.chat, message)
  const recent = [...latest.keys()].toReversed()
  const others = [
    ...state.phones.map(({ pn }) => pn),
    ...state.groups.filter(({ participants }) => participants.includes(person.pn)).map(({ id }) => id),
    ...state.contacts.map(({ pn }) => pn),
  ].filter((chat) => chat !== person.pn && !latest.has(chat))
  return [...recent, ...others].map((chat) => row(person, chat, latest.get(chat)))
}

function row(person, chat, message) {
  const title = titleOf(chat)
  return el(
    "li",
    {},
    el(
      "a",
      { className: "item", href: `#/as/${person.id}/${encodeURIComponent(chat)}` },
      avatar(title),
      el(
        "span",
        { className: "item-text" },
        el("strong", {}, title),
        el("span", { className: "quiet preview" }, message ? previewOf(message) : "Write a message"),
      ),
    ),
  )
}

function previewOf({ isMine, kind, text }) {
  const says = kind === "revoked" ? "Deleted message" : text || (kind === "image" ? "Photo" : kind)
  return isMine ? `You: ${says}` : says
}
