import type { Shape } from "../stanza/shape.ts"

// Patterns of attributes. Patterns of addresses leave the number of digits to the directory.
const any = /^[^]+$/
const id = /^[\w.:-]{1,128}$/
const number = /^\d{1,16}$/
const truth = /^(?:true|false)$/
const server = /^@?s\.whatsapp\.net$/
const user = /^\d+@(?:s\.whatsapp\.net|lid)$/
const device = /^\d+(?::\d+)?@(?:s\.whatsapp\.net|lid)$/
const group = /^[\d-]+@g\.us$/
const anyGroup = /^@g\.us$/
const chat = /^(?:\d+(?::\d+)?@(?:s\.whatsapp\.net|lid)|[\d-]+(?::\d+)?@g\.us|status@broadcast)$/
const inviteCode = /^[\w-]{8,64}$/

// Sizes of what nodes hold.
const key: Shape = { bytes: [32, 32] }
const signature: Shape = { bytes: [64, 64] }
const keyId: Shape = { bytes: [3, 3] }
const one: Shape = { bytes: [1, 1] }
const registrationId: Shape = { bytes: [4, 4] }
const text: Shape = { bytes: [1, 65_536] }
const ciphertext = [1, 8 * 1024 * 1024] as const
const nothing: Shape = {}
const tcToken: Shape = { bytes: [1, 1024] }

const preKey: Shape = { children: { id: keyId, value: key } }
const signedPreKey: Shape = { children: { id: keyId, value: key, signature } }
const participants: Shape = { children: { "participant+": { attrs: { jid: user } } } }
const deviceIdentity: Shape = { bytes: [64, 1024] }

/** A query to the server. */
const query = (type: RegExp, xmlns: RegExp, children: Record<string, Shape>, attrs: Shape["attrs"] = {}): Shape => ({
  attrs: { id, type, xmlns, to: server, ...attrs },
  children,
})
const get = (xmlns: RegExp, children: Record<string, Shape>, attrs?: Shape["attrs"]) =>
  query(/^get$/, xmlns, children, attrs)
const set = (xmlns: RegExp, children: Record<string, Shape>, attrs?: Shape["attrs"]) =>
  query(/^set$/, xmlns, children, attrs)
/** A query about groups: one of them, or the account's in general. */
const groupGet = (to: RegExp, children: Record<string, Shape>) => get(/^w:g2$/, children, { to })
const groupSet = (to: RegExp, children: Record<string, Shape>) => set(/^w:g2$/, children, { to })

const encryption: Shape = {
  attrs: {
    v: /^2$/,
    type: /^(?:msg|pkmsg|skmsg)$/,
    "mediatype?": /^[a-z_]+$/,
    "count?": /^\d$/,
    "decrypt-fail?": /^hide$/,
    "phash?": any,
  },
  bytes: ciphertext,
}
/** A receipt of one message, or of several: the others are listed. */
const receipt = (type: RegExp | undefined, children: Record<string, Shape> = {}): Shape => ({
  attrs: { id, to: chat, ...(type && { type }), "participant?": device, "recipient?": chat, "t?": number },
  children: { "list?": { children: { "item+": { attrs: { id } } } }, ...children },
})
const ack = (stanzaClass: RegExp): Shape => ({
  attrs: {
    id,
    to: any,
    class: stanzaClass,
    "type?": any,
    "participant?": device,
    "recipient?": chat,
    "from?": device,
    "error?": /^\d{3}$/,
  },
})
const chatState = (attrs: Shape["attrs"] = {}, tag = "composing"): Shape => ({
  attrs: { from: device, to: chat },
  children: { [tag]: { attrs } },
})

/**
 * Every stanza of a logged-in client that is answered, by its name (see {@link stanzaName}), with what it must carry.
 * Anything else is refused and counted as unknown; what is here and looks otherwise is refused and counted as malformed.
 */
export const stanzaTable = {
  // Keys
  "iq encrypt get count": get(/^encrypt$/, { count: nothing }),
  "iq encrypt get digest": get(/^encrypt$/, { digest: nothing }),
  "iq encrypt get key": get(/^encrypt$/, {
    key: { children: { "user+": { attrs: { jid: device, "reason?": /^identity$/ } } } },
  }),
  "iq encrypt set registration": set(/^encrypt$/, {
    registration: registrationId,
    type: one,
    identity: key,
    list: { children: { "key+": preKey } },
    skey: signedPreKey,
  }),
  "iq encrypt set rotate": set(/^encrypt$/, { rotate: { children: { skey: signedPreKey } } }),

  // The connection
  "iq passive set active": set(/^passive$/, { active: nothing }),
  "iq passive set passive": set(/^passive$/, { passive: nothing }),
  "iq w:p get ping": get(/^w:p$/, { ping: nothing }),
  "iq abt get props": get(/^abt$/, { props: { attrs: { protocol: number, "hash?": any } } }),
  "iq urn:xmpp:whatsapp:dirty set clean": set(/^urn:xmpp:whatsapp:dirty$/, {
    clean: { attrs: { type: /^(?:account_sync|groups|communities)$/, "timestamp?": number } },
  }),
  "iq w:stats undefined add": {
    attrs: { id, to: server, xmlns: /^w:stats$/ },
    children: { add: { attrs: { t: number }, bytes: ciphertext } },
  },
  "iq md set remove-companion-device": set(/^md$/, {
    "remove-companion-device": { attrs: { jid: device, reason: /^user_initiated$/ } },
  }),
  "iq result": { attrs: { id, type: /^result$/, to: server } },
  "ib unified_session": { children: { unified_session: { attrs: { id: any } } } },
  "ib offline_batch": { children: { offline_batch: { attrs: { count: number } } } },

  // People
  "iq usync get usync": get(/^usync$/, {
    usync: {
      attrs: {
        context: /^(?:interactive|message|background|notification)$/,
        mode: /^(?:query|delta|full)$/,
        sid: id,
        last: truth,
        index: number,
      },
      children: {
        query: {
          children: {
            "contact?": nothing,
            "devices?": { attrs: { version: /^2$/ } },
            "lid?": nothing,
            "status?": nothing,
            "disappearing_mode?": nothing,
            "username?": nothing,
          },
        },
        list: {
          children: {
            "user+": {
              attrs: { "jid?": device },
              children: { "contact?": { bytes: [0, 64] }, "lid?": { attrs: { jid: device } } },
            },
          },
        },
      },
    },
  }),
  "iq blocklist get undefined": get(/^blocklist$/, {}),
  "iq blocklist set item": set(/^blocklist$/, {
    item: { attrs: { action: /^(?:un)?block$/, jid: /^\d+@lid$/, "pn_jid?": /^\d+@s\.whatsapp\.net$/ } },
  }),
  "iq privacy get privacy": get(/^privacy$/, { privacy: nothing }),
  "iq privacy set privacy": set(/^privacy$/, {
    privacy: {
      children: {
        "category+": {
          attrs: {
            name: /^(?:messages|calladd|last|online|profile|status|readreceipts|groupadd)$/,
            value: /^(?:all|contacts|contact_blacklist|none|match_last_seen|known)$/,
          },
        },
      },
    },
  }),
  "iq privacy set tokens": set(/^privacy$/, {
    tokens: { children: { "token+": { attrs: { jid: user, t: number, type: /^trusted_contact$/ } } } },
  }),
  "iq disappearing_mode set disappearing_mode": set(/^disappearing_mode$/, {
    disappearing_mode: { attrs: { duration: number } },
  }),
  "iq status set status": set(/^status$/, { status: { bytes: [0, 1024] } }),
  "iq w:profile:picture get picture": get(
    /^w:profile:picture$/,
    { picture: { attrs: { type: /^(?:image|preview)$/, query: /^url$/ }, children: { "tctoken?": tcToken } } },
    { target: chat },
  ),
  "iq w:profile:picture set picture": set(
    /^w:profile:picture$/,
    { picture: { attrs: { type: /^image$/ }, bytes: [1, 1024 * 1024] } },
    { "target?": chat },
  ),
  "iq w:profile:picture set undefined": set(/^w:profile:picture$/, {}, { "target?": chat }),
  "iq w:biz get business_profile": get(/^w:biz$/, {
    business_profile: { attrs: { v: number }, children: { "profile+": { attrs: { jid: device } } } },
  }),

  // Media and the state of the app
  "iq w:m set media_conn": set(/^w:m$/, { media_conn: nothing }),
  "iq w:sync:app:state set sync": set(/^w:sync:app:state$/, {
    sync: {
      children: {
        "collection+": {
          attrs: {
            name: /^(?:critical_block|critical_unblock_low|regular_high|regular_low|regular)$/,
            version: number,
            return_snapshot: truth,
          },
          children: { "patch?": { bytes: ciphertext } },
        },
      },
    },
  }),

  // Groups
  "iq w:g2@ get participating": groupGet(anyGroup, {
    participating: { children: { participants: nothing, description: nothing } },
  }),
  "iq w:g2@ get invite": groupGet(anyGroup, { invite: { attrs: { code: inviteCode } } }),
  "iq w:g2@ set create": groupSet(anyGroup, {
    create: { attrs: { subject: any, key: id }, children: { "participant*": { attrs: { jid: user } } } },
  }),
  "iq w:g2@ set leave": groupSet(anyGroup, { leave: { children: { "group+": { attrs: { id: group } } } } }),
  "iq w:g2@ set invite": groupSet(anyGroup, { invite: { attrs: { code: inviteCode } } }),
  "iq w:g2 get query": groupGet(group, { query: { attrs: { request: /^interactive$/ } } }),
  "iq w:g2 get invite": groupGet(group, { invite: nothing }),
  "iq w:g2 get membership_approval_requests": groupGet(group, { membership_approval_requests: nothing }),
  "iq w:g2 set invite": groupSet(group, { invite: nothing }),
  "iq w:g2 set revoke": groupSet(group, { revoke: participants }),
  "iq w:g2 set accept": groupSet(group, {
    accept: { attrs: { code: inviteCode, expiration: number, admin: device } },
  }),
  "iq w:g2 set add": groupSet(group, { add: participants }),
  "iq w:g2 set remove": groupSet(group, { remove: participants }),
  "iq w:g2 set promote": groupSet(group, { promote: participants }),
  "iq w:g2 set demote": groupSet(group, { demote: participants }),
  "iq w:g2 set subject": groupSet(group, { subject: text }),
  "iq w:g2 set description": groupSet(group, {
    description: { attrs: { "id?": id, "delete?": /^true$/, "prev?": id }, children: { "body?": text } },
  }),
  "iq w:g2 set announcement": groupSet(group, { announcement: nothing }),
  "iq w:g2 set not_announcement": groupSet(group, { not_announcement: nothing }),
  "iq w:g2 set locked": groupSet(group, { locked: nothing }),
  "iq w:g2 set unlocked": groupSet(group, { unlocked: nothing }),
  "iq w:g2 set ephemeral": groupSet(group, { ephemeral: { attrs: { expiration: number } } }),
  "iq w:g2 set not_ephemeral": groupSet(group, { not_ephemeral: nothing }),
  "iq w:g2 set member_add_mode": groupSet(group, { member_add_mode: { bytes: [13, 16] } }),
  "iq w:g2 set membership_approval_mode": groupSet(group, {
    membership_approval_mode: { children: { group_join: { attrs: { state: /^(?:on|off)$/ } } } },
  }),
  "iq w:g2 set membership_requests_action": groupSet(group, {
    membership_requests_action: { children: { "approve?": participants, "reject?": participants } },
  }),

  // Messages and what is said of them
  message: {
    attrs: {
      id,
      to: chat,
      type: /^(?:text|media|reaction|poll|event)$/,
      "category?": /^peer$/,
      "push_priority?": any,
      "edit?": /^[12378]$/,
      "participant?": device,
      "recipient?": chat,
      "addressing_mode?": /^(?:pn|lid)$/,
      "device_fanout?": /^false$/,
    },
    children: {
      "enc*": encryption,
      "participants?": { children: { "to+": { attrs: { jid: device }, children: { "enc+": encryption } } } },
      "device-identity?": deviceIdentity,
      "reporting?": { children: { reporting_token: { attrs: { v: number }, bytes: [1, 64] } } },
      "tctoken?": tcToken,
      "meta*": { attrs: { "polltype?": any, "event_type?": any, "appdata?": any, "tag_reason?": any } },
    },
  },
  "receipt delivered": receipt(undefined),
  "receipt inactive": receipt(/^inactive$/),
  "receipt sender": receipt(/^sender$/),
  "receipt peer_msg": receipt(/^peer_msg$/),
  "receipt hist_sync": receipt(/^hist_sync$/),
  "receipt read": receipt(/^read$/),
  "receipt read-self": receipt(/^read-self$/),
  "receipt played": receipt(/^played$/),
  "receipt retry": receipt(/^retry$/, {
    retry: { attrs: { count: number, id, t: number, v: /^1$/, "error?": number } },
    registration: registrationId,
    "keys?": {
      children: { type: one, identity: key, key: preKey, skey: signedPreKey, "device-identity": deviceIdentity },
    },
  }),
  "receipt server-error": receipt(/^server-error$/, {
    encrypt: { children: { enc_p: { bytes: [1, 4096] }, enc_iv: { bytes: [12, 12] } } },
    rmr: { attrs: { jid: chat, from_me: truth, "participant?": device } },
  }),
  "ack message": ack(/^message$/),
  "ack receipt": ack(/^receipt$/),
  "ack notification": ack(/^notification$/),
  "ack call": ack(/^call$/),

  // Who is there
  // Baileys tells its new name at every change of its credentials' `me`, also while that has no name.
  "presence named": { attrs: { "name?": any } },
  "presence available": { attrs: { name: any, type: /^available$/ } },
  "presence unavailable": { attrs: { name: any, type: /^unavailable$/ } },
  "presence subscribe": { attrs: { to: chat, id, type: /^subscribe$/ }, children: { "tctoken?": tcToken } },
  "chatstate composing": chatState({ "media?": /^audio$/ }),
  "chatstate paused": chatState({}, "paused"),
  "call reject": {
    attrs: { id, from: device, to: device },
    children: { reject: { attrs: { "call-id": id, "call-creator": device, count: number } } },
  },
} as const satisfies Record<string, Shape>

export type StanzaName = keyof typeof stanzaTable
