import { control } from "./control.js"
import { announce, attempt, avatar, el, icon, topBar } from "./dom.js"
import { state } from "./state.js"

/** Who there is: accounts, whose phones link clients, and contacts, as whom one writes. */
export function home() {
  const accounts = el("ul", { className: "list" })
  const contacts = el("ul", { className: "list" })
  const element = el(
    "section",
    { className: "screen" },
    topBar("Pocket phone", { subtitle: el("p", { className: "quiet" }, "Whose phone is in your hand?") }),
    el(
      "div",
      { className: "scroll" },
      section("Accounts", "Their phones scan the QR code of your program.", accounts, "createPhone", "New account"),
      section("Contacts", "They write to your accounts.", contacts, "createContact", "New contact"),
    ),
  )
  const update = () => {
    accounts.replaceChildren(...rows(state.phones, "phone", (phone) => linkedText(phone.devices)))
    contacts.replaceChildren(...rows(state.contacts, "as", () => "Open chats"))
  }
  return { element, update }
}

function section(title, hint, list, operation, label) {
  const name = el("input", { type: "text", placeholder: "Name", maxLength: 100, "aria-label": `${label}: name` })
  const add = attempt(async () => {
    const person = await control(operation, name.value.trim() === "" ? {} : { name: name.value.trim() })
    name.value = ""
    announce(`${person.name} has the number +${person.phone}`)
  })
  return el(
    "section",
    {},
    el("h2", {}, title),
    el("p", { className: "quiet" }, hint),
    list,
    el("form", { className: "row", onsubmit: add }, name, el("button", { type: "submit" }, icon("plus"), label)),
  )
}

function rows(people, path, describe) {
  if (people.length === 0) return [el("li", { className: "empty" }, "Nobody yet")]
  return people.map((person) =>
    el(
      "li",
      {},
      el(
        "a",
        { className: "item", href: `#/${path}/${person.id}` },
        avatar(person.name),
        el(
          "span",
          { className: "item-text" },
          el("strong", {}, person.name),
          el("span", { className: "quiet" }, `+${person.phone} · ${describe(person)}`),
        ),
      ),
    ),
  )
}

function linkedText(devices) {
  if (devices.length === 0) return "not linked"
  return devices.length === 1 ? "1 linked device" : `${devices.length} linked devices`
}
