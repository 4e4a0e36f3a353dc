import type { Route } from "../../http/route.ts"
import { clearChat } from "./clear-chat.ts"
import { deleteChat } from "./delete-chat.ts"
import { fetchHistory } from "./fetch-history.ts"
import { getChat } from "./get-chat.ts"
import { listChats } from "./list-chats.ts"
import { readChat } from "./read-chat.ts"
import { updateChat } from "./update-chat.ts"

export const chatRoutes: readonly Route[] = [
  listChats,
  getChat,
  updateChat,
  readChat,
  clearChat,
  deleteChat,
  fetchHistory,
]
