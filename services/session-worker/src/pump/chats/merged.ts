import type { ChatDoc } from "@wildcat/shared/store"

/** Two chats that turned out to be one person's. What is in one already (`absorbed`) does not count again. */
export function merged(one: ChatDoc, other: ChatDoc): ChatDoc {
  if (one.absorbed.includes(other._id)) return one
  const [newer, older] = other.activityAt > one.activityAt ? [other, one] : [one, other]
  const pn = one.pn ?? other.pn
  const lid = one.lid ?? other.lid
  return {
    ...one,
    pn,
    lid,
    jid: pn ?? lid ?? one.jid,
    name: newer.name ?? older.name,
    pushName: newer.pushName ?? older.pushName,
    last: newer.last ?? older.last,
    lastInAt: latest(one.lastInAt, other.lastInAt),
    unread: one.unread + other.unread,
    readAt: latest(one.readAt, other.readAt),
    markedUnread: one.markedUnread || other.markedUnread,
    archived: one.archived && other.archived,
    pinnedAt: one.pinnedAt ?? other.pinnedAt,
    mutedUntil: latest(one.mutedUntil, other.mutedUntil),
    ephemeralSeconds: newer.ephemeralSeconds,
    deleted: one.deleted && other.deleted,
    activityAt: newer.activityAt,
    n: Math.max(one.n, other.n),
    absorbed: [...one.absorbed, other._id].slice(-10),
    updatedAt: new Date(),
  }
}

function latest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}
