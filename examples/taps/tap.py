"""A tap on NATS: every event of a tenant as it is published. pip install "nats-py[nkeys]"

NATS_URL=nats://… TENANT=ten_… NKEY_FILE=taps/ten_….nk python3 tap.py
"""

import asyncio
import json
import os
import sys

import nats


async def main() -> None:
    tenant = os.environ["TENANT"]
    prefix = os.environ.get("PREFIX", "wildcat")
    connection = await nats.connect(
        os.environ["NATS_URL"],
        nkeys_seed=os.environ["NKEY_FILE"],
        inbox_prefix=f"_INBOX_{tenant}".encode(),
        max_reconnect_attempts=-1,
    )
    events = await connection.subscribe(f"{prefix}.events.*.{tenant}.>")
    await connection.flush()
    print("listening", file=sys.stderr, flush=True)
    async for message in events.messages:
        event = json.loads(message.data)
        print(json.dumps({key: event.get(key) for key in ("id", "type", "account", "data")}), flush=True)


asyncio.run(main())
