import type { User } from "./user.ts"

export type Picture = { id: string; url: string; directPath: string }

/** The settings of privacy a new account has. */
const initialPrivacy = ["readreceipts", "profile", "status", "online", "last", "groupadd", "calladd", "messages"]

/** What a person shows of themselves, and whom they keep away. */
export class Profile {
  about = { text: "Hey there! I am using WhatsApp.", setSeconds: 0 }
  picture: Picture | undefined
  /** Seconds after which messages of new chats disappear; 0: never. */
  disappearing = { seconds: 0, setSeconds: 0 }
  readonly privacy = new Map(initialPrivacy.map((name) => [name, "all"]))
  readonly blocked = new Set<User>()
  /** The privacy token this person has given to another one, hex. */
  readonly tokensGiven = new Map<User, string>()
}
