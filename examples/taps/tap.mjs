// A tap on NATS: every event of a tenant as it is published. npm install nats@2
// NATS_URL=nats://… TENANT=ten_… NKEY_FILE=taps/ten_….nk node tap.mjs
import { readFileSync } from "node:fs"
import { connect, nkeyAuthenticator } from "nats"

const { NATS_URL, TENANT, NKEY_FILE, PREFIX = "wildcat" } = process.env

const connection = await connect({
  servers: NATS_URL,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(NKEY_FILE, "utf8").trim())),
  inboxPrefix: `_INBOX_${TENANT}`,
  maxReconnectAttempts: -1,
})
const events = connection.subscribe(`${PREFIX}.events.*.${TENANT}.>`)
await connection.flush()
console.error("listening")

for await (const message of events) {
  const event = message.json()
  console.log(JSON.stringify({ id: event.id, type: event.type, account: event.account, data: event.data }))
}
