import { fileURLToPath } from "node:url"

/** The repository's folder, without a slash at its end. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")

/** Tells the person at the terminal; standard output belongs to the command. */
export function say(text) {
  process.stderr.write(`${text}\n`)
}

/** Runs `work(tell)`; `tell` announces what takes long. Prints the time when it took more than a second. */
export async function step(name, work) {
  const started = performance.now()
  await work((what) => say(`• ${name}: ${what} …`))
  const seconds = (performance.now() - started) / 1_000
  if (seconds > 1) say(`✓ ${name} (${seconds.toFixed(1)} s)`)
}
