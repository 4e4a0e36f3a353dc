import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import satori from "satori"
import type { Font } from "satori"
import type { Snapshot, SnapshotMessage, SnapshotChat } from "./snapshot-data.ts"

const size = { width: 1_000, height: 760 } as const
const colours = {
  page: "#f0f2f5",
  panel: "#ffffff",
  text: "#111b21",
  quiet: "#667781",
  accent: "#008069",
  mine: "#d9fdd3",
  warn: "#b3261e",
} as const

/**
 * Draws the state of an account as SVG whose letters are outlines, so that it needs no fonts where it is shown: Latin,
 * Greek, Cyrillic and Devanagari ones, and emoji in one colour. Letters of other scripts become boxes.
 */
export function drawSnapshot(snapshot: Snapshot): Promise<string> {
  return satori(page(snapshot), { ...size, fonts: fonts() })
}

interface Box {
  type: "div" | "img"
  key: null
  props: Record<string, unknown>
}
type Children = string | (Box | string)[]

/** An element as React would make it: satori reads no more of it. */
function box(style: Record<string, unknown>, children: Children = []): Box {
  return { type: "div", key: null, props: { style: { display: "flex", ...style }, children } }
}

const line = (text: string, style: Record<string, unknown> = {}) =>
  box({ overflow: "hidden", textOverflow: "ellipsis", whiteSpace: "nowrap", display: "block", ...style }, text || " ")

function page(snapshot: Snapshot): Box {
  const column = (width: number, title: string, rows: Box[], empty: string) =>
    box(
      { flexDirection: "column", width, height: 640, backgroundColor: colours.panel, padding: 12, overflow: "hidden" },
      [
        line(title, { fontWeight: 700, color: colours.accent, marginBottom: 6, flexShrink: 0 }),
        ...(rows.length > 0 ? rows : [line(empty, { color: colours.quiet })]),
      ],
    )
  return box(
    {
      ...size,
      flexDirection: "column",
      backgroundColor: colours.page,
      color: colours.text,
      fontSize: 15,
      fontFamily: "Noto",
    },
    [
      head(snapshot),
      box({ padding: 16, justifyContent: "space-between" }, [
        column(380, "Chats", snapshot.chats.map(chatRow), "No chats yet"),
        column(572, "Latest messages", snapshot.messages.map(messageRow), "No messages yet"),
      ]),
    ],
  )
}

function head({ account, takenAt }: Snapshot): Box {
  const connected = account.status === "connected"
  const state = connected
    ? "connected"
    : `${account.status}: not connected${account.reason ? `, ${account.reason.text}` : ""}`
  return box(
    {
      height: 88,
      padding: "14px 28px",
      backgroundColor: colours.panel,
      justifyContent: "space-between",
      alignItems: "center",
    },
    [
      box({ flexDirection: "column", width: 700 }, [
        line(account.name, { fontSize: 22, fontWeight: 700 }),
        line(state, { color: connected ? colours.accent : colours.warn }),
      ]),
      box({ flexDirection: "column", alignItems: "flex-end", color: colours.quiet }, [
        line(account.me?.pn?.replace(/@.*/, "") ?? "no number"),
        line(minuteOf(takenAt)),
      ]),
    ],
  )
}

function chatRow(chat: SnapshotChat): Box {
  const unread =
    chat.unread === 0
      ? []
      : [
          box(
            { backgroundColor: colours.accent, color: "#ffffff", borderRadius: 10, padding: "0 8px", fontSize: 13 },
            String(chat.unread),
          ),
        ]
  return box({ flexDirection: "column", flexShrink: 0, padding: "5px 0", borderBottom: `1px solid ${colours.page}` }, [
    box({ justifyContent: "space-between", alignItems: "center" }, [
      line(chat.name, { fontWeight: 700, width: 290 }),
      ...unread,
    ]),
    line(chat.last === null ? "" : `${chat.last.fromMe ? "You: " : ""}${chat.last.text}`, {
      color: colours.quiet,
      fontSize: 14,
      width: 350,
    }),
  ])
}

function messageRow({ fromMe, author, chat, text, at, thumbnail }: SnapshotMessage): Box {
  const picture = thumbnail === null ? [] : [image(thumbnail)]
  return box({ justifyContent: fromMe ? "flex-end" : "flex-start", flexShrink: 0, padding: "3px 0" }, [
    box(
      {
        maxWidth: 460,
        padding: "5px 10px",
        borderRadius: 8,
        backgroundColor: fromMe ? colours.mine : colours.page,
        alignItems: "center",
      },
      [
        ...picture,
        box({ flexDirection: "column" }, [
          line(`${fromMe ? `You to ${chat}` : author === chat ? author : `${author} in ${chat}`} · ${minuteOf(at)}`, {
            fontSize: 12,
            color: colours.quiet,
            maxWidth: 380,
          }),
          line(text, { maxWidth: 380 }),
        ]),
      ],
    ),
  ])
}

function image(thumbnail: string): Box {
  const style = { width: 40, height: 40, borderRadius: 4, marginRight: 8, objectFit: "cover" }
  return { type: "img", key: null, props: { src: thumbnail, width: 40, height: 40, style } }
}

/** As `2026-11-24 10:00 UTC`. */
function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`
}

const scripts = ["latin", "latin-ext", "greek", "cyrillic", "cyrillic-ext", "vietnamese", "devanagari"]
/** The emoji font comes in numbered parts. */
const emojiParts = ["emoji", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]

let loaded: Font[] | undefined

/** Half a megabyte, read when the first picture is drawn. */
function fonts(): Font[] {
  loaded ??= [
    ...([400, 700] as const).flatMap((weight) =>
      scripts.map((script) => font("noto-sans", `noto-sans-${script}`, weight, script === "latin" ? "Noto" : script)),
    ),
    ...emojiParts.map((part) => font("noto-emoji", `noto-emoji-${part}`, 400, `Emoji ${part}`)),
  ]
  return loaded
}

function font(family: string, file: string, weight: 400 | 700, name: string): Font {
  const path = createRequire(import.meta.url).resolve(`@fontsource/${family}/files/${file}-${weight}-normal.woff`)
  return { name, weight, style: "normal", data: readFileSync(path) }
}
