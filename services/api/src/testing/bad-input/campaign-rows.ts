import { newId } from "@wildcat/shared/contracts"
import { asked, badJson, badPage, wrong } from "./bad.ts"
import type { Rows } from "./bad.ts"

/** Bad input of the routes about campaigns. */
export const campaignRows: Rows = {
  createCampaign: [
    ...badJson,
    wrong("no content", { account: newId("account") }, "content"),
    [
      "unknown account",
      { body: { account: newId("account"), content: { type: "text", text: "x" } } },
      404,
      "not_found",
      "account",
    ],
    [
      "unknown time zone",
      {
        body: {
          account: newId("account"),
          content: { type: "text", text: "x" },
          pacing: { quietHours: { from: "21:00", to: "08:00", timeZone: "Mars/Olympus" } },
        },
      },
      400,
      "invalid_request",
      "pacing.quietHours.timeZone",
    ],
  ],
  listCampaigns: [...badPage, asked("account", "account=x", "query.account")],
  getCampaign: [],
  addRecipients: [
    ["JSON", { body: [] }, 415, "unsupported_media_type", "header.content-type"],
    ["empty", { raw: "", headers: { "content-type": "text/csv" } }, 400, "invalid_request", "body"],
  ],
  listRecipients: [...badPage, asked("state", "state=lost", "query.state")],
  startCampaign: [["without people", {}, 409, "conflict", "path.id"]],
  pauseCampaign: [["a draft", {}, 409, "conflict", "path.id"]],
  resumeCampaign: [["a draft", {}, 409, "conflict", "path.id"]],
  cancelCampaign: [],
  getCampaignOutcomes: [],
}
