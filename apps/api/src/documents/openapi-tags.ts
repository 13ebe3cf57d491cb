/** The sections of the documentation, in the order in which a newcomer meets them. */
export const TAGS: readonly { name: string; description: string }[] = [
  { name: 'Bot', description: 'The bots that a caller may talk to.' },
  { name: 'Chat', description: 'Conversations: messages, answers, events, files and feedback.' },
  { name: 'Takeover', description: 'People who take chats over: the queue, presence, and who holds a chat.' },
  { name: 'Widget', description: 'The chat page that other sites embed, and its visitors.' },
  { name: 'Console', description: 'The page in which agents work.' },
  {
    name: 'WhatsApp',
    description: 'Customers on WhatsApp, through Twilio: webhooks, and messages that could not be sent.',
  },
  { name: 'Simple chat', description: 'One question, one answer: the whole API of an older system.' },
  { name: 'Threads', description: 'Conversations in the wire format of a threads API, for clients that speak it.' },
  { name: 'User', description: 'The caller: account, terms, saved system messages and own chats.' },
  { name: 'Admin', description: 'Model services: addresses, keys, capabilities and prices.' },
  { name: 'AdminBot', description: 'How bots come into being: settings, facts, tools, images and start bots.' },
  { name: 'AdminUser', description: 'Accounts, roles and API keys.' },
  { name: 'Statistic', description: 'Usage and costs by user, bot and model.' },
  { name: 'Cache', description: 'What the server remembers to be fast.' },
  { name: 'System', description: 'The message that everybody sees, health and figures.' },
];
