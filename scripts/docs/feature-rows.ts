/**
 * What everyday work with WhatsApp needs, by the row of the survey of earlier gateways that asks for it. A row with `parts`
 * is done when each part is: the expression after it finds its proofs among the titles of tests that name the row.
 */
export interface FeatureRow {
  title: string
  /** What the row asks for → which of its tests show that, as a regular expression for their titles. */
  parts?: Readonly<Record<string, string>>
}

export const featureRows: Readonly<Record<string, FeatureRow>> = {
  A13: { title: "A text to any kind of chat", parts: { "to a person": "text", "with mentions": "mention" } },
  A14: { title: "An answer that quotes a message of the log" },
  A15: {
    title: "Files with what belongs to them",
    parts: { image: "image", video: "video", audio: "audio|voice", document: "document" },
  },
  A16: { title: "Small acts on a message", parts: { reaction: "react", deletion: "revoke|delet" } },
  A17: { title: "One message and its file, by id", parts: { message: "message", file: "file|media" } },
  A18: {
    title: "The chats, and one chat's messages by time",
    parts: { chats: "chats|chat list", messages: "messages" },
  },
  A19: { title: "The log of all messages, page by page" },
  A20: { title: "Stored files: their data and their bytes" },
  A27: { title: "Audio made into a voice note" },
  A28: { title: "The past of a newly linked number" },
  B6: { title: "Link, unlink, state of a number, and a text from it" },
  C5: { title: "A picture of an account's state" },
  C6: { title: "One endpoint for texts and files" },
  D1: { title: "A send is answered once it is stored, or once WhatsApp has it" },
  E5: { title: "Every kind of content is a send of one shape" },
  E6: {
    title: "Many recipients in one order, followed and cancelled",
    parts: { counts: "count|progress|outcome", cancel: "cancel" },
  },
  E7: {
    title: "Text with variables, and pauses between sends",
    parts: { variables: "variable", pauses: "delay|pause between|keep the pause" },
  },
  E8: { title: "A send's state from stored to sent or failed" },
  E9: { title: "How far a message got, as the number that other gateways use" },
  E26: { title: "Limits for the API's callers" },
  E27: { title: "Pacing that keeps a number from being banned" },
  P14: { title: "Text" },
  P15: {
    title: "Pictures, films and documents from every source",
    parts: {
      image: "image",
      video: "video",
      document: "document",
      "by URL": "URL",
      "by upload": "upload|multipart|form",
    },
  },
  P16: { title: "Voice notes", parts: { "as they are": "voice", converted: "convert" } },
  P17: { title: "Round video notes" },
  P18: { title: "Stickers", parts: { "as they are": "sticker", "from an image": "image|convert" } },
  P19: { title: "Places and contact cards", parts: { place: "location", card: "card" } },
  P20: {
    title: "Polls",
    parts: { "ask one": "poll", "read the votes": "vote|result", vote: "can be read by whoever" },
  },
  P21: { title: "Lists, buttons and templates" },
  P22: {
    title: "Reacting, correcting, taking back",
    parts: { reaction: "react", edit: "edit", "delete for all": "for all|revoke|everyone", "delete for me": "for me" },
  },
  P23: { title: "Forwarding" },
  P24: {
    title: "Answering and naming people",
    parts: { reply: "repl|quot", mention: "mention", "mention all": "all" },
  },
  P25: { title: "Previews of links", parts: { automatic: "automatic|fetched|page", custom: "custom|own" } },
  P26: {
    title: "Posts to the status feed",
    parts: { text: "text", image: "image", video: "video", voice: "voice", delete: "delet|revoke|take" },
  },
  P27: { title: "Media to be seen once" },
  P28: { title: "Calendar events" },
  P30: { title: "Marks on a message", parts: { star: "star", pin: "pin" } },
  P32: { title: "The list of chats with their last message" },
  P33: {
    title: "Putting chats away",
    parts: { archive: "archiv", delete: "delet", clear: "clear", unread: "unread" },
  },
  P34: {
    title: "Chats at the top, silent, or forgetful",
    parts: { pin: "pin", mute: "mute", disappearing: "disappear" },
  },
  P35: { title: "What the other side sees of us", parts: { read: "read", typing: "typing", recording: "record" } },
  P36: { title: "Presence", parts: { set: "online|availab|set", subscribe: "subscri|watch", events: "event" } },
  P38: {
    title: "Contacts and numbers",
    parts: { list: "list|contacts", check: "check|on WhatsApp", picture: "picture|avatar", about: "about" },
  },
  P39: { title: "Blocking people, saving contacts", parts: { block: "block", save: "sav|name" } },
  P40: { title: "From number to LID and back" },
  P41: {
    title: "Groups",
    parts: {
      create: "creat|made",
      participants: "participant|member|add",
      roles: "role|admin|promot",
      settings: "setting|announce|lock",
      picture: "picture",
      invite: "invit",
      join: "join",
      leave: "leav|left",
    },
  },
  P42: { title: "People who ask to join a group" },
  P43: { title: "Groups that forget their messages" },
  P47: {
    title: "The account's own profile and privacy",
    parts: { profile: "profile|own name|own about", privacy: "privacy" },
  },
  P48: { title: "History that the phone hands over is stored" },
  P49: { title: "Search in the messages" },
  P50: {
    title: "Received files are fetched and kept",
    parts: { kept: "file|media|image", "fetched again": "again|re-?upload" },
  },
  P66: { title: "Calls of an API key in a minute" },
  P67: { title: "Pacing, seen and explained" },
  P68: { title: "Campaigns that survive everything" },
  P69: { title: "Sends at a later time" },
  P72: { title: "A reference that is right" },
  P82: {
    title: "Traps of the engine",
    parts: {
      "a logout counts once WhatsApp has answered": "log.?out|unlink",
      "the API's own sends become events": "progress is told",
    },
  },
}
