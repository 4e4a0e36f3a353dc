import type { CallOptions } from "../test-api.ts"
import { asked, badJson, badPage, wrong } from "./bad.ts"
import type { Bad, Rows } from "./bad.ts"

const people: Bad[] = [
  wrong("nobody", { people: [] }, "people"),
  wrong("no person", { people: ["120363041234567890@g.us"] }, "people.0"),
  wrong("no number", { people: ["+4915112345678", "12ab"] }, "people.1"),
  wrong("no list", { people: "+4915112345678" }, "people"),
  wrong("unknown field", { people: ["+4915112345678"], x: 1 }, "x"),
]
const picture: Bad[] = [
  [
    "no picture type",
    { raw: "x", headers: { "content-type": "image/gif" } },
    415,
    "unsupported_media_type",
    "header.content-type",
  ],
  ["empty", { raw: "", headers: { "content-type": "image/jpeg" } }, 400, "invalid_request", "body"],
  ["no picture", { raw: "x", headers: { "content-type": "image/png" } }, 415, "unsupported_media_type", "body"],
  wrong("media id malformed", { media: "x" }, "media"),
  ["media unknown", { body: { media: "med_01JDGZ8Q4W0000000000000000" } }, 404, "not_found", "media"],
]
const shown = [asked("size", "size=huge", "query.size"), asked("format", "format=gif", "query.format")]

/** What is particular to the endpoints of groups, contacts, presence and profiles. */
export const peopleRows: Rows = {
  createGroup: [
    ...badJson,
    wrong("no subject", {}, "subject"),
    wrong("subject empty", { subject: " " }, "subject"),
    wrong("subject too long", { subject: "x".repeat(101) }, "subject"),
    wrong("no person", { subject: "x", people: ["nobody"] }, "people.0"),
  ],
  listGroups: badPage,
  getGroup: [asked("refresh", "refresh=perhaps", "query.refresh")],
  updateGroup: [
    ...badJson,
    wrong("nothing", {}, "body"),
    wrong("unknown setting", { colour: "red" }, "colour"),
    wrong("subject empty", { subject: "" }, "subject"),
    wrong("description too long", { description: "x".repeat(2049) }, "description"),
    wrong("who adds", { memberAddMode: "nobody" }, "memberAddMode"),
    wrong("other time", { ephemeralSeconds: 5 }, "ephemeralSeconds"),
    wrong("no boolean", { locked: "yes" }, "locked"),
  ],
  setGroupPicture: picture,
  getGroupPicture: shown,
  deleteGroupPicture: [],
  addParticipants: [...badJson, ...people],
  removeParticipants: [...badJson, ...people],
  promoteParticipants: [...badJson, ...people],
  demoteParticipants: [...badJson, ...people],
  getGroupInvite: [],
  revokeGroupInvite: [],
  getInvitedGroup: [],
  joinGroup: [],
  leaveGroup: [],
  listJoinRequests: [],
  approveJoinRequests: [...badJson, ...people],
  rejectJoinRequests: [...badJson, ...people],
  listContacts: [
    ...badPage,
    asked("search empty", "search=%20", "query.search"),
    asked("search too long", `search=${"x".repeat(81)}`, "query.search"),
  ],
  checkNumbers: [
    ...badJson,
    wrong("none", { numbers: [] }, "numbers"),
    wrong("too many", { numbers: Array.from({ length: 1001 }, () => "+4915112345678") }, "numbers"),
    wrong("a LID", { numbers: ["98765432101234@lid"] }, "numbers.0"),
    wrong("no number", { numbers: ["12ab"] }, "numbers.0"),
  ],
  lookUpPeople: [...badJson, ...people],
  getContact: [],
  saveContact: [...badJson, wrong("no name", {}, "savedName"), wrong("empty", { savedName: "" }, "savedName")],
  getContactPicture: shown,
  getContactAbout: [],
  blockContact: [],
  unblockContact: [],
  listBlocked: [],
  setPresence: [...badJson, wrong("presence", { presence: "asleep" }, "presence")],
  setChatPresence: [...badJson, wrong("presence", { presence: "available" }, "presence")],
  subscribePresence: [],
  getProfile: [],
  updateProfile: [
    ...badJson,
    wrong("nothing", {}, "body"),
    wrong("name empty", { name: "" }, "name"),
    wrong("name too long", { name: "x".repeat(26) }, "name"),
    wrong("about too long", { about: "x".repeat(140) }, "about"),
  ],
  setProfilePicture: picture,
  deleteProfilePicture: [],
  getPrivacy: [],
  updatePrivacy: [
    ...badJson,
    wrong("nothing", {}, "body"),
    wrong("unknown setting", { shoeSize: "all" }, "shoeSize"),
    wrong("unknown value", { lastSeen: "friends" }, "lastSeen"),
  ],
}

const somebody = { people: ["+4915112345678"] }
const jpeg = { raw: Uint8Array.of(0xff, 0xd8, 0xff), headers: { "content-type": "image/jpeg" } }

/** A body that these endpoints take. */
export const validPeopleCalls: Record<string, CallOptions> = {
  createGroup: { body: { subject: "x" } },
  updateGroup: { body: { locked: true } },
  setGroupPicture: jpeg,
  addParticipants: { body: somebody },
  removeParticipants: { body: somebody },
  promoteParticipants: { body: somebody },
  demoteParticipants: { body: somebody },
  approveJoinRequests: { body: somebody },
  rejectJoinRequests: { body: somebody },
  checkNumbers: { body: { numbers: ["+4915112345678"] } },
  lookUpPeople: { body: somebody },
  saveContact: { body: { savedName: "x" } },
  setPresence: { body: { presence: "available" } },
  setChatPresence: { body: { presence: "paused" } },
  updateProfile: { body: { name: "x" } },
  setProfilePicture: jpeg,
  updatePrivacy: { body: { lastSeen: "none" } },
}

/** Names in paths, besides ids. */
export function namedInPath(path: string): string {
  return path
    .replace("{group}", "120363041234567890@g.us")
    .replace("{person}", "+4915112345678")
    .replace("{chat}", "+4915112345678")
    .replace("{code}", "AbCdEf123456GhIjKl7890")
}
