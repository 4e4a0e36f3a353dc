import { WildcatError, seededId } from "@wildcat/shared/contracts"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { ApiKeyDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import { apiKeyOf } from "../keys/api-key.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

export type KeyView = Omit<ApiKeyDoc, "hash" | "tenant">
export type KeySettings = Pick<ApiKeyDoc, "name" | "scopes" | "account" | "expiresAt">

const shown = { tenant: 0, hash: 0 } as const

/** The API keys that a caller can manage: those of its account only, when the key is bound to one. */
export function keysOf(parts: Parts, caller: Caller) {
  const { apiKeys } = parts.store.models
  const mine = { tenant: caller.tenant, ...(caller.account === null ? {} : { account: caller.account }) }

  return {
    async list({ limit, cursor }: PageRequest): Promise<Page<KeyView>> {
      const after = decodeCursor(cursor)
      const found = await apiKeys
        .find({ ...mine, ...(after ? { _id: { $gt: after[1] } } : {}) }, shown)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<KeyView[]>()
      return pageFrom(found, limit, (key) => [0, key._id])
    },

    /** The same seed makes the same key. Throws `limit_reached`. */
    async create(settings: KeySettings, seed: string): Promise<KeyView & { key: string }> {
      const _id = seededId("apiKey", seed)
      const key = apiKeyOf(_id, parts.secrets("api key", seed))
      const existing = await apiKeys.findOne({ ...mine, _id }, shown).lean<KeyView | null>()
      if (existing) return { ...existing, key }
      if ((await apiKeys.countDocuments({ tenant: caller.tenant, revokedAt: null })) >= parts.limits.apiKeysMax) {
        throw new WildcatError("limit_reached", { detail: "the tenant has no API key left" })
      }
      const view = { _id, ...settings, createdAt: new Date(), revokedAt: null }
      try {
        await apiKeys.create({ ...view, tenant: caller.tenant, hash: parts.hasher.hash(key) })
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
      }
      return { ...view, key }
    },

    /** Throws `conflict` for the last key that can manage keys: nobody could make another. */
    async revoke(id: string): Promise<void> {
      const key = await apiKeys.findOne({ ...mine, _id: id }, shown).lean<KeyView | null>()
      if (key === null) throw notFound("API key")
      if (key.revokedAt !== null) return
      if (isMaster(key) && (await otherMasters(id)) === 0) {
        throw new WildcatError("conflict", { detail: "this is the last admin key; make another one first" })
      }
      await apiKeys.updateOne({ ...mine, _id: id }, { $set: { revokedAt: new Date() } })
      parts.authenticator.forget(id)
    },
  }

  function otherMasters(id: string): Promise<number> {
    return apiKeys.countDocuments({
      tenant: caller.tenant,
      _id: { $ne: id },
      scopes: "admin",
      account: null,
      revokedAt: null,
      $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }],
    })
  }
}

function isMaster(key: KeyView): boolean {
  return key.scopes.includes("admin") && key.account === null
}
