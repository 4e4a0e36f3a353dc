import { once } from "node:events"
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createServer as createHttpsServer } from "node:https"
import { createServer as createTcpServer, type Socket } from "node:net"
import { setTimeout } from "node:timers/promises"
import type { Counters } from "../connection/counters.ts"
import type { Faults } from "../faults/faults.ts"
import { type Listening, portOf } from "../ports.ts"
import type { ServerCertificate } from "./certificates.ts"
import type { MediaStore } from "./media-store.ts"

const bodyBytesMax = 100 * 1024 * 1024
/** The first byte of a TLS handshake record. */
const tlsHandshake = 0x16

type MediaParts = { store: MediaStore; faults: Faults; counters: Counters; certificate: ServerCertificate }

/** Takes uploads and serves downloads, on one port: https, and plain http for clients that follow an http `url`. */
export class MediaServer {
  private readonly parts: MediaParts
  private readonly sockets = new Set<Socket>()
  private readonly http = createHttpServer((request, response) => void this.handle(request, response))
  private readonly https
  private readonly tcp = createTcpServer((socket) => this.dispatch(socket))

  constructor(parts: MediaParts) {
    this.parts = parts
    this.https = createHttpsServer(parts.certificate, (request, response) => void this.handle(request, response))
  }

  /** Resolves with `https://host:port` once the server listens. */
  async start({ host, publicHost, port }: Listening): Promise<string> {
    this.tcp.listen(port, host)
    await once(this.tcp, "listening")
    return `https://${publicHost}:${portOf(this.tcp)}`
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => this.tcp.close(() => resolve()))
  }

  /** Looks at the first byte to tell https from http. */
  private dispatch(socket: Socket): void {
    this.sockets.add(socket)
    socket.on("close", () => this.sockets.delete(socket))
    socket.on("error", () => socket.destroy())
    socket.once("data", (bytes: Buffer) => {
      socket.pause()
      socket.unshift(bytes)
      const server = bytes[0] === tlsHandshake ? this.https : this.http
      server.emit("connection", socket)
      process.nextTick(() => socket.resume())
    })
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = new URL(request.url ?? "/", "https://media.invalid").pathname
      if (request.method === "POST") await this.upload(path, request, response)
      else await this.download(path, response, request.method === "HEAD")
    } catch {
      response.destroy() // the client went away in the middle, or sent more than is allowed
    }
  }

  private async upload(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    const fault = this.parts.faults.take("upload-status")
    if (fault) return void response.writeHead(fault.status).end(JSON.stringify({ error: { code: fault.status } }))
    this.parts.counters.mediaUploads += 1
    const { url, directPath } = this.parts.store.put(path, body)
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ url, direct_path: directPath }))
  }

  /** A question (HEAD) is answered like a download, without the file. */
  private async download(path: string, response: ServerResponse, isQuestion: boolean): Promise<void> {
    const { store, faults, counters } = this.parts
    const slow = faults.take("media-slow")
    if (slow) await setTimeout(slow.delayMs, undefined, { ref: false })
    const body = store.get(path)
    const status = faults.take("media-status")?.status ?? (body ? 200 : 404)
    if (status !== 200 || !body || isQuestion) return void response.writeHead(status).end()
    counters.mediaDownloads += 1
    response.setHeader("content-type", "application/octet-stream")
    response.end(this.withFaults(body))
  }

  private withFaults(body: Buffer): Buffer {
    const whole = this.parts.faults.take("media-corrupt") ? corrupted(body) : body
    return this.parts.faults.take("media-truncate") ? whole.subarray(0, Math.floor(whole.length / 2)) : whole
  }
}

/** The same length with the first block flipped: decryption succeeds and yields other bytes. */
function corrupted(body: Buffer): Buffer {
  const copy = Buffer.from(body)
  copy.subarray(0, 16).forEach((byte, index) => copy.writeUInt8(byte ^ 0xff, index))
  return copy
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const buffer = Buffer.from(chunk)
    bytes += buffer.length
    if (bytes > bodyBytesMax) throw new Error("the body is too large")
    chunks.push(buffer)
  }
  return Buffer.concat(chunks)
}
