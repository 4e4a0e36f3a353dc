import { getBinaryNodeChild, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import type { MemberResult } from "@wildcat/shared/contracts"
import { timeOf } from "../inbound/envelope.ts"
import { resolvePerson } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"

/** Codes that WhatsApp answers with for one person of many (as read by WhatsApp's own web client). */
const codes: Partial<Record<string, MemberResult["code"]>> = {
  "401": "not_allowed",
  "403": "invite_needed",
  "404": "not_found",
  "408": "recently_left",
  "409": "already_member",
  "417": "not_allowed",
  "419": "group_full",
}

/** What WhatsApp says of each `participant` below a node; one without an error is done. */
export function readResults(node: BinaryNode | undefined, names: Names): MemberResult[] {
  return getBinaryNodeChildren(node, "participant").map((participant) => {
    const { attrs } = participant
    const error = attrs["error"]
    const ok = error === undefined || error === "200"
    return {
      person: resolvePerson(names, attrs["jid"], attrs["phone_number"] ?? attrs["lid"]),
      ok,
      code: ok ? "done" : (codes[error] ?? "refused"),
      invite: inviteIn(participant),
    }
  })
}

/** With 403 comes a code for an invite that this person alone can take. */
function inviteIn(participant: BinaryNode): MemberResult["invite"] {
  const request = getBinaryNodeChild(participant, "add_request")?.attrs
  const code = request?.["code"]
  if (code === undefined) return null
  const expiration = request?.["expiration"]
  return { code, expiresAt: expiration === undefined ? null : timeOf(expiration).toISOString() }
}
