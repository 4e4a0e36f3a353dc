import type { Request, Response } from "express"
import { describePerson, linkedDevicesOf } from "../scenario/lookup.ts"
import { notFound, Problem } from "../scenario/problem.ts"
import type { ScenarioParts } from "../scenario/scenario.ts"

const streamsMax = 32
/** How often people, groups and linked devices are compared with what a page was told. */
const lookEveryMs = 500
/** A page that does not read is let go; it comes back and gets everything anew. */
const unreadBytesMax = 4 * 1024 * 1024

/**
 * Server-sent events for pages: `everyone` (people, groups, linked devices) whenever it changes and, with `?person=`,
 * `messages` once and then `message` and `typing` as they happen on that person's phone.
 */
export class LiveStreams {
  private readonly parts: ScenarioParts
  private pagesOpen = 0

  constructor(parts: ScenarioParts) {
    this.parts = parts
  }

  /** @throws Problem 404 for a person nobody knows, 503 when too many pages are open. */
  open(request: Request, response: Response): void {
    const { person } = request.query
    const personId = typeof person === "string" ? this.known(person) : undefined
    if (this.pagesOpen >= streamsMax) {
      throw new Problem({ status: 503, code: "too-many", detail: `more than ${streamsMax} pages are open` })
    }
    this.pagesOpen += 1
    response.type("text/event-stream").flushHeaders()
    const stops = [
      this.showEveryone(response),
      ...(personId === undefined ? [] : [this.showMessages(personId, response)]),
    ]
    response.on("close", () => {
      this.pagesOpen -= 1
      for (const stop of stops) stop()
    })
  }

  private known(personId: string): string {
    const { people } = this.parts
    if (!people.contact(personId) && !people.phone(personId)) throw notFound("person", "contact or phone")
    return personId
  }

  private showMessages(personId: string, response: Response): () => void {
    write(response, "messages", this.parts.journal.of(personId))
    return this.parts.journal.watch(personId, ({ kind, ...event }) => {
      write(response, kind, "message" in event ? event.message : event)
    })
  }

  private showEveryone(response: Response): () => void {
    let told = ""
    const look = () => {
      const now = JSON.stringify(this.everyone())
      if (now !== told) write(response, "everyone", now)
      told = now
    }
    look()
    const timer = setInterval(look, lookEveryMs)
    return () => clearInterval(timer)
  }

  private everyone() {
    const { people, groups } = this.parts
    return {
      contacts: people.allContacts().map(({ user }) => describePerson(user)),
      phones: people.allPhones().map((phone) => ({
        ...describePerson(phone.user),
        devices: linkedDevicesOf(phone).map(({ id, isOnline }) => ({ deviceId: id, online: isOnline })),
      })),
      groups: groups.list().map(({ jid, subject, members }) => ({
        id: jid,
        subject,
        participants: [...members.keys()].map(({ pn }) => pn),
      })),
    }
  }
}

function write(response: Response, event: string, data: unknown): void {
  const json = typeof data === "string" ? data : JSON.stringify(data)
  response.write(`event: ${event}\ndata: ${json}\n\n`)
  if (response.writableLength > unreadBytesMax) response.destroy()
}
