/** The sections of the documentation, in the order in which a newcomer meets them. */
export const TAGS: readonly { name: string; description: string }[] = [
  { name: 'Bot', description: 'The bots that a caller may talk to.' },
  { name: 'Chat', description: 'Conversations: messages, answers, events, files and feedback.' },
  { name: 'Takeover', description: 'People who take chats over: the queue, presence, and who holds a chat.' },
  { name: 'User', description: 'The caller: account, terms, saved system messages and own chats.' },
  { name: 'Admin', description: 'Model services: addresses, keys, capabilities and prices.' },
  { name: 'AdminBot', description: 'How bots come into being: settings, facts, tools, images and start bots.' },
  { name: 'AdminUser', description: 'Accounts, roles and API keys.' },
  { name: 'Statistic', description: 'How much was used, by whom and of what.' },
  { name: 'Cache', description: 'What the server remembers to be fast.' },
  { name: 'System', description: 'The message that everybody sees, health and figures.' },
];
