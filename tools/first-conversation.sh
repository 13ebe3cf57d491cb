#!/usr/bin/env bash
# The README's way in, as a newcomer goes it: start on an empty data folder, then talk to the bot, whole and streamed.
set -euo pipefail
cd "$(dirname "$0")/.."

PORT="${PORT:-5055}"
DATA_DIR="$(mktemp -d)"
LOG="$DATA_DIR/server.log"
BASE="http://127.0.0.1:$PORT"

PORT="$PORT" DATA_DIR="$DATA_DIR" npm start >"$LOG" 2>&1 &
npm_pid=$!
stop() {
  server_pid="$(cat "$DATA_DIR/server.pid" 2>/dev/null || true)"
  for pid in $server_pid $npm_pid; do kill "$pid" 2>/dev/null || true; done
  wait "$npm_pid" 2>/dev/null || true
}
fail() {
  echo "FAILED: $1" >&2
  tail -n 40 "$LOG" >&2
  exit 1
}
trap stop EXIT

for _ in $(seq 1 120); do
  if curl -fs "$BASE/health/ready" >/dev/null; then break; fi
  kill -0 "$npm_pid" 2>/dev/null || fail 'the server ended'
  sleep 0.5
done
curl -fs "$BASE/health/ready" >/dev/null || fail 'the server did not get ready'

[ "$(stat -c %a "$DATA_DIR/admin-api-key")" = 600 ] || fail 'the admin key is not private'
curl -fs "$BASE/api/users/current" -H "Authorization: Bearer $(cat "$DATA_DIR/admin-api-key")" | grep -q '"admin"' || fail 'the admin key does not work'
curl -fs "$BASE/docs" >/dev/null || fail 'no Swagger UI'
curl -fs "$BASE/openapi.json" | grep -q '"openapi":"3.1.0"' || fail 'no OpenAPI document'

chat_id="$(curl -fs "$BASE/api/chats/create/bybotcode" -H 'Content-Type: application/json' -d '{"botCode":"welcome"}' | sed -E 's/.*"chatId":"([^"]+)".*/\1/')"
answer="$(curl -fs "$BASE/api/chats/$chat_id/completions" -H 'Content-Type: application/json' -d '{"userMessage":"Hello, what can you do?"}')"
echo "$answer"
grep -q '"assistantMessage":".\+' <<<"$answer" || fail 'no answer'
streamed="$(curl -fsN "$BASE/api/chats/$chat_id/completions" -H 'Content-Type: application/json' -H 'Accept: text/event-stream' -d '{"userMessage":"And streamed?"}')"
grep -q 'event: message.delta' <<<"$streamed" || fail 'no streamed text'
grep -q '"status":"completed"' <<<"$streamed" || fail 'the streamed answer did not complete'
echo "$streamed" | tail -n 3 | cut -c 1-300
echo 'The first conversation works.'
