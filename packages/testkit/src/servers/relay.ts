import { randomBytes } from "node:crypto"
import { connect, createServer } from "node:net"
import type { NetConnectOpts, Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { mongoUrlOf } from "./mongo.ts"

/** A way to a server on which things go wrong as they do in a network. */
export interface Relay {
  /** The server's URL by way of the relay. */
  url: string
  /** `cut`: connections end, also new ones. `silent`: they stay, and nothing passes. */
  set(state: "open" | "cut" | "silent"): void
  /** What is asked over the connections that are there still arrives, and has no answer any more. */
  withholdAnswers(): void
  /** Of what comes over the connections that are there nothing is read any more. */
  stopReading(): void
  close(): void
}

interface Link {
  client: Socket
  upstream: Socket
  isMute: boolean
}

/** Starts a relay to a MongoDB, on a socket of its own, or to a NATS, on a port. */
export async function startRelay(serverUrl: string): Promise<Relay> {
  const links = new Set<Link>()
  let state: Parameters<Relay["set"]>[0] = "open"
  const listener = createServer((client) => {
    if (state === "cut") return void client.destroy()
    const link = { client, upstream: connect(addressOf(serverUrl)), isMute: false }
    const { upstream } = link
    links.add(link)
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy())
    client.on("data", (chunk) => state === "silent" || upstream.write(chunk))
    upstream.on("data", (chunk) => state === "silent" || link.isMute || client.write(chunk))
    client.on("close", () => {
      links.delete(link)
      upstream.destroy()
    })
    upstream.on("close", () => client.destroy())
  })
  const mark = randomBytes(4).toString("hex")
  const path = isMongo(serverUrl) ? join(tmpdir(), `wildcat-relay-${mark}.sock`) : null
  await new Promise<void>((resolve) =>
    path === null ? listener.listen(0, "127.0.0.1", resolve) : listener.listen(path, resolve),
  )
  const destroyAll = () => {
    for (const { client } of links) client.destroy()
  }
  return {
    url: path === null ? `nats://127.0.0.1:${portOf(listener.address())}` : mongoUrlOf(path),
    set(next) {
      state = next
      if (next === "cut") destroyAll()
    },
    withholdAnswers() {
      for (const link of links) link.isMute = true
    },
    stopReading() {
      for (const { client } of links) client.pause()
    },
    close() {
      destroyAll()
      listener.close()
    },
  }
}

/** Where a server listens by its URL: a socket's path, or host and port. */
function addressOf(url: string): NetConnectOpts {
  const [, encoded = ""] = /^[a-z]+:\/\/(?:[^@/]*@)?([^/?,]+)/.exec(url) ?? []
  const address = decodeURIComponent(encoded)
  if (address.startsWith("/")) return { path: address }
  const [host = "", port = isMongo(url) ? "27017" : "4222"] = address.split(":")
  return { host, port: Number(port) }
}

function isMongo(url: string): boolean {
  return url.startsWith("mongodb:")
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (address === null || typeof address === "string") throw new Error("the relay has no port")
  return address.port
}
