import type { Surroundings } from './app.js';
import { PersonAvatar } from './avatar.js';
import type { Failure, Line, Message } from '../chat/conversation.js';
import { Markdown } from './markdown-view.js';
import { isLongAfter, wordsOfMoment } from './moment.js';
import { wordsOfFailure, wordsOfPassing } from '../words.js';

interface LineProps {
  line: Line;
  previous: Line | undefined;
  parts: Surroundings;
}

/** One thing that was said or has happened. */
export function LineView({ line, previous, parts }: LineProps) {
  const { texts, bot } = parts;
  switch (line.kind) {
    case 'message':
      return <MessageView message={line} previous={previous} parts={parts} />;
    case 'passing':
      return <p class="aside passing">{wordsOfPassing(line, texts, bot)}</p>;
    case 'failure':
      return <FailureView failure={line} parts={parts} />;
    case 'remark':
      return <p class="aside">{texts[line.text]}</p>;
  }
}

function MessageView({
  message,
  previous,
  parts,
}: {
  message: Message;
  previous: Line | undefined;
  parts: Surroundings;
}) {
  const { texts } = parts;
  const { author, text, status } = message;
  // While the message is empty, the dots below show that its author types.
  if (text === '') return null;
  if (author === 'system') return <p class="aside notice">{text}</p>;
  if (author === 'customer')
    return (
      <div class="line mine">
        <span class="visually-hidden">{texts.you}: </span>
        <div class="bubble plain">{text}</div>
      </div>
    );
  const name = nameOf(message, parts);
  const isContinued =
    previous?.kind === 'message' &&
    previous.author === author &&
    nameOf(previous, parts) === name &&
    !isLongAfter(message.at, previous.at);
  return (
    <div class={`line theirs ${author}`}>
      <span class={isContinued ? 'visually-hidden' : 'name'}>
        {author === 'agent' && !isContinued && <PersonAvatar name={name} />}
        {name}
        {!isContinued && <time dateTime={message.at}>{wordsOfMoment(message.at, parts.settings.language)}</time>}
      </span>
      <div class={`bubble ${status}`}>
        <Markdown text={text} texts={texts} />
      </div>
      {(status === 'interrupted' || status === 'failed') && <span class="state">{texts.interrupted}</span>}
    </div>
  );
}

function FailureView({ failure, parts: { texts, session } }: { failure: Failure; parts: Surroundings }) {
  const { question, code } = failure;
  return (
    <p class="aside trouble">
      {wordsOfFailure(code, texts)}{' '}
      {question !== null && (
        <button type="button" class="link-button" onClick={() => session.say(question)}>
          {texts.askAgain}
        </button>
      )}
    </p>
  );
}

/** The log has the bot's English name. */
export function nameOf({ author, name }: Message, { bot, settings, texts }: Surroundings): string {
  if (author === 'bot') return name === '' || name === settings.bot.name.value ? bot : name;
  return name === '' ? texts.aPerson : name;
}
