#!/usr/bin/env bash
# A customer asks for a person; an agent takes the chat over and gives it back.
set -euo pipefail
: "${BATON_URL:=http://localhost:5000}" "${BATON_TOKEN:?Set it to the key of an agent or administrator}"

json='Content-Type: application/json'
agent="Authorization: Bearer $BATON_TOKEN"
field() { sed -E "s/.*\"$1\":\"([^\"]+)\".*/\1/"; }
say() { printf '\n\n# %s\n' "$1"; }
request() { curl -sS --fail-with-body "$@"; }

say 'A customer opens a chat and asks for a person'
chat="$(request "$BATON_URL/api/chats/create/bybotcode" -H "$json" -d '{"botCode":"welcome"}' | field chatId)"
request "$BATON_URL/api/chats/$chat/completions" -H "$json" -d '{"userMessage":"Hello"}'
request "$BATON_URL/api/chats/$chat/takeover/request" -H "$json" -d '{}'

say 'The agent sees who waits'
request "$BATON_URL/api/takeover/queue?PageSize=5" -H "$agent"

say 'The agent claims the chat. Of two agents one wins; the other is told who'
request -X POST "$BATON_URL/api/takeover/chats/$chat/claim" -H "$agent"

say 'The agent speaks; clientMessageId makes it safe to repeat the request'
text='{"text":"A person here: how can I help?","clientMessageId":"example-1"}'
request "$BATON_URL/api/takeover/chats/$chat/messages" -H "$agent" -H "$json" -d "$text"
request "$BATON_URL/api/takeover/chats/$chat/messages" -H "$agent" -H "$json" -d "$text"

say 'A note for other agents'
request "$BATON_URL/api/takeover/chats/$chat/notes" -H "$agent" -H "$json" -d '{"text":"Called before, on Monday"}'

say 'The customer answers: no bot speaks now'
request "$BATON_URL/api/chats/$chat/completions" -H "$json" -d '{"userMessage":"Thank you, that was all"}'

say 'The agent gives the chat back to the bot'
request "$BATON_URL/api/takeover/chats/$chat/release" -H "$agent" -H "$json" -d '{"to":"bot"}'

say 'What the customer can read of all this (the note is missing)'
request "$BATON_URL/api/chats/$chat/events?after=0"
echo
