import { INTERRUPTED, type Passing } from './chat/conversation.js';
import type { Texts } from './texts.js';

/** What a change of the chat's owner means to the visitor. */
export function wordsOfPassing({ from, to, reason, agent, before }: Passing, texts: Texts, bot: string): string {
  const person = before === '' ? texts.aPerson : before;
  if (to === 'human')
    return from === 'human' ? texts.tookOver(agent || texts.aPerson, before) : texts.joined(agent || texts.aPerson);
  if (to === 'requested') {
    if (from === 'human') return texts.leftWaiting(person);
    return reason === 'customer_request' ? texts.youAskedForPerson : texts.personWasCalled;
  }
  if (to === 'closed') {
    if (reason === 'customer_end') return texts.youEnded;
    return from === 'human' && reason === 'agent_release' ? texts.personEnded(person) : texts.wasEnded;
  }
  if (from === 'closed') return texts.goesOn(bot);
  if (from === 'human') return texts.leftToBot(person, bot);
  return reason === 'customer_request' ? texts.stoppedWaiting(bot) : texts.noAgentFree(bot);
}

/** What the server's code means to the visitor. */
export function wordsOfError(code: string, texts: Texts): string {
  switch (code) {
    case 'UNREACHABLE':
      return texts.noConnection;
    case 'BOTS_STOPPED':
      return texts.botsStopped;
    case 'BOT_NOT_READY':
    case 'SECRET_UNREADABLE':
    case 'NOT_READY':
    case 'SHUTTING_DOWN':
      return texts.notReady;
    case 'CHAT_QUEUE_FULL':
      return texts.queueFull;
    case 'RATE_LIMITED':
      return texts.busy;
    case 'CHAT_CLOSED':
      return texts.chatEnded;
    case 'VALIDATION_FAILED':
    case 'PAYLOAD_TOO_LARGE':
    case 'MALFORMED_BODY':
      return texts.tooLong;
    default:
      return texts.serverTrouble;
  }
}

export function wordsOfFailure(code: string, texts: Texts): string {
  switch (code) {
    case INTERRUPTED:
      return texts.interrupted;
    case 'PROVIDER_TIMEOUT':
    case 'TURN_DEADLINE_EXCEEDED':
      return texts.answerTookTooLong;
    default:
      return texts.answerFailed;
  }
}
