#!/usr/bin/env bash
# What administrators do. Everything that the script creates it removes again.
set -euo pipefail
: "${BATON_URL:=http://localhost:5000}" "${BATON_TOKEN:?Set it to the key of an administrator}"

json='Content-Type: application/json'
admin="Authorization: Bearer $BATON_TOKEN"
name="example-$RANDOM$RANDOM"
field() { sed -E "s/.*\"$1\":\"?([^\",}]+).*/\1/"; }
say() { printf '\n\n# %s\n' "$1"; }
request() { curl -sS --fail-with-body -H "$admin" "$@"; }

say 'The model services'
request "$BATON_URL/api/admin/openAiServices"

say 'Create a bot, which answers through the default service'
bot="$(request "$BATON_URL/api/admin/bots" -H "$json" -d '{
  "code": "'"$name"'",
  "displayNameTv": { "value": "Example", "valueDe": "Beispiel" },
  "displayMessageTv": { "value": "How can I help?", "valueDe": "Wie kann ich helfen?" },
  "isPublic": true,
  "isActive": true
}' | field botId)"
echo "The bot is $bot."

say 'When it hands a chat to a person'
request "$BATON_URL/api/admin/bots/$bot/takeoverPolicy"

say 'Create an agent, and the key by which the agent acts (it is shown once)'
user="$(request "$BATON_URL/api/admin/users" -H "$json" -d '{"login":"'"$name"'","displayName":"Example agent","roles":["agent"]}' | field userId)"
key="$(request "$BATON_URL/api/admin/users/$user/apiKeys" -H "$json" -d '{"name":"example"}' | field key)"
curl -sS --fail-with-body "$BATON_URL/api/takeover/queue?PageSize=1" -H "Authorization: Bearer $key"

say 'What was used, and what it cost'
request -X PUT "$BATON_URL/api/statistic"
request "$BATON_URL/api/statistic/tokenUsageStatistic?PageSize=3"

say 'Who did what'
request "$BATON_URL/api/admin/audit?PageSize=3"

say 'Remove the agent and the bot'
request -X DELETE "$BATON_URL/api/admin/users/$user"
request -X DELETE "$BATON_URL/api/admin/bots/$bot"
echo
