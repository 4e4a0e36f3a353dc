import { subjectsOf } from "@wildcat/shared/contracts"

/**
 * A tenant's user for `authorization.users` of a NATS server (deploy/nats.conf): it may subscribe to the tenant's own events
 * and publish nothing at all. Without publishing there are no requests, so neither JetStream, KV nor commands can be
 * reached. The server knows the public key alone; the seed stays with the tenant.
 */
export function tapUser(tap: { prefix: string; tenant: string; publicKey: string }): string {
  const { tenant } = tap
  const allowed = tapSubjects(tap).map((subject) => `        ${JSON.stringify(subject)}`)
  return [
    `    # Tap of ${tenant}`,
    "    {",
    `      nkey: ${JSON.stringify(tap.publicKey)}`,
    "      permissions: {",
    '        publish: { deny: ">" }',
    "        subscribe: { allow: [",
    ...allowed.map((line) => `  ${line}`),
    "        ] }",
    "      }",
    "    }",
  ].join("\n")
}

/** What a tap may subscribe to: stored events as they are published, presence, and an inbox prefix that is nobody else's. */
function tapSubjects({ prefix, tenant }: { prefix: string; tenant: string }): string[] {
  const subjects = subjectsOf(prefix)
  return [
    subjects.eventsOfTenant(tenant),
    subjects.live({ tenant, account: "*", type: "presence.update" }),
    `${tapInbox(tenant)}.>`,
  ]
}

/** The inbox prefix of a tap: clients must be told it, since `_INBOX.>` would show the replies to everybody. */
export function tapInbox(tenant: string): string {
  return `_INBOX_${tenant}`
}
