#!/bin/sh
# A tap on NATS with the nats CLI (https://github.com/nats-io/natscli): every event of a tenant as it is published.
# NATS_URL=nats://… TENANT=ten_… NKEY_FILE=taps/ten_….nk sh tap.sh
set -eu
exec nats --server "$NATS_URL" --nkey "$NKEY_FILE" --inbox-prefix "_INBOX_$TENANT" \
  subscribe --raw "${PREFIX:-wildcat}.events.*.$TENANT.>"
