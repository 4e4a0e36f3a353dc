import { chat } from "./chat.js"
import { chats } from "./chats.js"
import { home } from "./home.js"
import { linkedDevices } from "./linked-devices.js"
import { onChange, play } from "./state.js"

const phone = document.getElementById("phone")
let screen

/** The address after # says what is shown: #/, #/phone/<id>, #/as/<id>, #/as/<id>/<chat>. */
function show() {
  const [place, id, chatId] = location.hash.replace(/^#\//, "").split("/").map(decodeURIComponent)
  screen?.close?.()
  play(place === "as" ? id : undefined)
  if (place === "phone" && id) screen = linkedDevices(id)
  else if (place === "as" && id && chatId) screen = chat(id, chatId)
  else if (place === "as" && id) screen = chats(id)
  else screen = home()
  phone.replaceChildren(screen.element)
  screen.update()
  const first = screen.element.querySelector(".composer textarea") ?? screen.element.querySelector("h1")
  if (first.tagName === "H1") first.tabIndex = -1
  first.focus()
}

onChange((kind) => screen.update(kind))
addEventListener("hashchange", show)
show()
