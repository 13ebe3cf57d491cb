#!/usr/bin/env bash
# A conversation with the bot `welcome`. No key is needed: the id of the chat, which cannot be guessed, is enough.
set -euo pipefail
: "${BATON_URL:=http://localhost:5000}"

json='Content-Type: application/json'
stream='Accept: text/event-stream'
field() { sed -E "s/.*\"$1\":\"([^\"]+)\".*/\1/"; }
say() { printf '\n\n# %s\n' "$1"; }
request() { curl -sS --fail-with-body "$@"; }

say 'Open a chat'
chat="$(request "$BATON_URL/api/chats/create/bybotcode" -H "$json" -d '{"botCode":"welcome"}' | field chatId)"
echo "The chat is $chat."

say 'Say something, and get the whole answer'
request "$BATON_URL/api/chats/$chat/completions" -H "$json" -d '{"userMessage":"Hello, what can you do?"}'

say 'The same, as it is given. With an Idempotency-Key a repeated request has no second effect'
key="example-$RANDOM-$RANDOM"
message='{"userMessage":"And streamed?"}'
answer="$(request -N "$BATON_URL/api/chats/$chat/completions" -H "$json" -H "$stream" -H "Idempotency-Key: $key" -d "$message")"
echo "$answer" | tail -n 3

say 'Repeat it: the answer is the same, nothing is said twice'
request "$BATON_URL/api/chats/$chat/completions" -H "$json" -H "Idempotency-Key: $key" -d "$message"

say 'Go on in the middle of the answer, as after a broken connection: what comes after its first words'
position="$(sed -n 's/^id: //p' <<<"$answer" | sed -n 3p)"
request -N "$BATON_URL/api/chats/$chat/completions" -H "$json" -H "$stream" -H "Idempotency-Key: $key" \
  -H "Last-Event-ID: $position" -d "$message" | grep '^event:' | uniq -c

say 'Read the log of the chat: numbered events, for every reader the same'
request "$BATON_URL/api/chats/$chat/events?after=0&limit=2"

say 'Delete the chat'
request -X DELETE "$BATON_URL/api/chats/$chat"
echo
