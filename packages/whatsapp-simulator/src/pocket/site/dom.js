/**
 * Builds an element. Strings among the children become text, never markup; properties whose name starts with "on" are
 * listeners, those with a hyphen or named role or for are attributes.
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) set(element, name, value)
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false))
  return element
}

function set(element, name, value) {
  if (value === undefined) return
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
  else if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value)
  else element[name] = value
}

const paths = {
  back: "M15 5l-7 7 7 7",
  send: "M4 12l16-8-5 16-3-6z",
  photo: "M4 7h3l2-2h6l2 2h3v12H4zM12 10a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  plus: "M12 5v14M5 12h14",
  sent: "M5 13l4 4 9-10",
  double: "M2 13l4 4 9-10M11 16l1 1 9-10",
  failed: "M12 5v9M12 18v.5",
}

/** A drawn sign; `label` is what it says to those who cannot see it. */
export function icon(name, { label, className = "" } = {}) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("class", `icon ${className}`)
  if (label === undefined) svg.setAttribute("aria-hidden", "true")
  else {
    svg.setAttribute("role", "img")
    svg.setAttribute("aria-label", label)
  }
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
  path.setAttribute("d", paths[name])
  svg.append(path)
  return svg
}

/** A round sign with a person's initial, in one of a few colours that stay with the name. */
export function avatar(name) {
  const colour = [...name].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % 6
  const [initial = "?"] = name
  return el("span", { className: `avatar avatar-${colour}`, "aria-hidden": "true" }, initial.toUpperCase())
}

/** The bar at the top of a screen; `back` is the address it leads back to. */
export function topBar(title, { back, subtitle, extra } = {}) {
  return el(
    "header",
    { className: "bar" },
    back !== undefined && el("a", { className: "round", href: back, "aria-label": "Back" }, icon("back")),
    el("div", { className: "bar-text" }, el("h1", {}, title), subtitle),
    extra,
  )
}

/** Says something to people who listen to the page, and shows it for a while. */
export function announce(text) {
  const announcer = document.getElementById("announcer")
  announcer.textContent = text
  announcer.classList.add("shown")
  clearTimeout(announce.timer)
  announce.timer = setTimeout(() => announcer.classList.remove("shown"), 4000)
}

/** Runs an action of the person; what goes wrong is said instead of lost. */
export function attempt(action) {
  return async (event) => {
    event?.preventDefault()
    try {
      await action(event)
    } catch (error) {
      announce(error instanceof Error ? error.message : String(error))
    }
  }
}
