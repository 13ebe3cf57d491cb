#!/usr/bin/env bash
# Registers the tool with the bot `welcome`, then has Baton call it once.
set -euo pipefail
: "${BATON_URL:=http://localhost:5000}" "${TOOL_URL:=http://127.0.0.1:8090/orders}"
: "${BATON_TOKEN:?Set it to the key of an administrator}" "${TOOL_SECRET:?Set it to the secret of the tool server}"

api() { curl -sS --fail-with-body -H "Authorization: Bearer $BATON_TOKEN" -H 'Content-Type: application/json' "$@"; }
field() { sed -E "s/.*\"$1\":\"([^\"]+)\".*/\1/"; }

bot="$(api "$BATON_URL/api/chats/OpenChatBotId" | field openChatBotId)"
tool="$(api "$BATON_URL/api/admin/bots/$bot/tools" -d '{
  "name": "find_order",
  "description": "Finds an order by its number and says where it is.",
  "parameters": {
    "type": "object",
    "properties": { "orderNumber": { "type": "string", "description": "For example A-17" } },
    "required": ["orderNumber"]
  },
  "url": "'"$TOOL_URL"'",
  "secretHeaders": [{ "name": "Authorization", "value": "Bearer '"$TOOL_SECRET"'" }]
}' | field botToolId)"
echo "Registered as $tool."

api "$BATON_URL/api/admin/bots/$bot/tools/$tool/dryRun" -d '{ "arguments": { "orderNumber": "A-17" } }'
echo
