import type { Parsed } from "./test-api.ts"

/** One Server-Sent Event as a client sees it. */
export interface SeenEvent {
  id?: string
  event?: string
  data: Parsed
}

/** Reads a Server-Sent Events answer. */
export function readEvents(response: Response): { seen: SeenEvent[]; ended: Promise<void> } {
  const seen: SeenEvent[] = []
  const ended = (async () => {
    let rest = ""
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const blocks = (rest + chunk).split("\n\n")
        rest = blocks.pop() ?? ""
        for (const block of blocks) if (/^data:/m.test(block)) seen.push(parse(block))
      }
    } catch {
      // The connection was cut: for a reader that is an end too.
    }
  })()
  return { seen, ended }
}

function parse(block: string): SeenEvent {
  const fields = Object.fromEntries(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  )
  return { ...fields, data: JSON.parse(fields["data"] ?? "null") }
}
