/** The answers of the demo. Each is labelled as one, so that readers do not take it for a model's. */

interface Topic {
  asked: RegExp;
  en: string;
  de: string;
}

const LABEL = '[Demo] ';
const LONGEST_QUOTE = 400;

const GERMAN =
  /[äöüß]|\b(ich|du|sie|wir|ist|sind|der|die|das|den|ein|eine|und|oder|nicht|kein|keine|wie|wer|wo|wann|warum|wieso|kann|kannst|können|möchte|hallo|moin|servus|grüezi|danke|bitte|deutsch|guten|funktioniert|geht|mit|auf|für|einen|mein|dein)\b/i;
const ENGLISH =
  /\b(the|is|are|what|how|who|where|when|why|can|could|does|do|please|hello|hi|thanks|you|and|with|for)\b/gi;

const TOPICS: Topic[] = [
  {
    asked: /take.?over|hand.?(over|off)|human|agent|person|übernahme|übernehm|übergab|mensch|mitarbeiter|berater/i,
    en: 'A person can take over any chat at any moment. From then on nothing a bot had begun is stored or shown: only the owner of the chat speaks. Ask for a person in the chat, or let an agent claim it; when the agent gives the chat back, the bot goes on and knows what was said. The agent’s commands exist over REST and over the socket `/takeover`.',
    de: 'Ein Mensch kann jeden Chat jederzeit übernehmen. Ab dann wird nichts mehr gespeichert oder gezeigt, was ein Bot begonnen hatte: Wer den Stab hält, spricht. Im Chat kann man nach einem Menschen fragen, oder ein Agent übernimmt von sich aus; gibt er den Chat zurück, macht der Bot weiter und weiß, was gesagt wurde. Alle Befehle gibt es über REST und über den Socket `/takeover`.',
  },
  {
    asked: /stream|server.?sent|\bsse\b|live|resume|reconnect|echtzeit|verbindung/i,
    en: 'You are watching a stream: this answer arrives piece by piece. Send the completion request with `Accept: text/event-stream` to get the events of the turn. Each piece is stored before it is shown, so a client that loses its connection resumes exactly where it stopped, on any instance, with `Last-Event-ID`.',
    de: 'Das hier ist ein Stream: Diese Antwort kommt Stück für Stück an. Mit `Accept: text/event-stream` liefert die Anfrage die Ereignisse der Antwort. Jedes Stück ist gespeichert, bevor es gezeigt wird; wer die Verbindung verliert, setzt mit `Last-Event-ID` genau dort wieder ein, auf jeder Instanz.',
  },
  {
    asked:
      /config|set.?up|install|api.?key|openai|azure|ollama|vllm|provider|real (service|model)|einricht|konfigur|schlüssel|echte[nrs]? (dienst|modell)|anbieter/i,
    en: 'To replace this demo with a real model, give the server `OPENAI_API_KEY` (and `OPENAI_BASE_URL` for a compatible service) before its first start, or let an administrator add a service with its endpoint and key. OpenAI, Azure and every OpenAI-compatible server work; Baton probes what the service can do when you save it. The routes are described at `/docs`.',
    de: 'Um diese Demo durch ein echtes Modell zu ersetzen, vor dem ersten Start `OPENAI_API_KEY` setzen (und `OPENAI_BASE_URL` für einen kompatiblen Dienst), oder ein Administrator legt einen Dienst mit Endpunkt und Schlüssel an. OpenAI, Azure und jeder OpenAI-kompatible Server funktionieren; Baton prüft beim Speichern, was der Dienst kann. Die Routen stehen unter `/docs`.',
  },
  {
    asked: /\b(api|openapi|swagger|docs?|documentation|client|sdk|dokumentation|schnittstelle)\b/i,
    en: 'Everything Baton offers is described in one OpenAPI document: read it at `/docs` or fetch it from `/openapi.json`. A typed TypeScript client is generated from it.',
    de: 'Alles, was Baton kann, steht in einem einzigen OpenAPI-Dokument: zu lesen unter `/docs`, abzurufen unter `/openapi.json`. Daraus entsteht auch ein typisierter TypeScript-Client.',
  },
  {
    asked: /\b(tools?|functions?|function.?calling|werkzeuge?|funktionen)\b/i,
    en: 'A bot can have tools: functions with a description, a JSON schema and a URL. When the model calls one, Baton posts the arguments to that URL and hands the answer back to the model. This demo never calls a tool by itself.',
    de: 'Ein Bot kann Werkzeuge haben: Funktionen mit Beschreibung, JSON-Schema und URL. Ruft das Modell eine auf, schickt Baton die Argumente an die URL und gibt die Antwort an das Modell zurück. Diese Demo ruft von sich aus kein Werkzeug auf.',
  },
  {
    asked:
      /baton|who are you|what (are|is) (you|this)|about|wer bist|was bist|was ist das|was kannst|what can you|help|hilfe/i,
    en: 'Baton is a self-hosted chat backend. Bots answer through OpenAI or a compatible service, a person can take any chat over, live, and one OpenAPI document describes all of it. No service is configured yet, so this scripted demo answers. Ask me about streaming, about taking a chat over, or about configuring a real service.',
    de: 'Baton ist ein Chat-Backend zum Selbstbetreiben. Bots antworten über OpenAI oder einen kompatiblen Dienst, ein Mensch kann jeden Chat live übernehmen, und ein einziges OpenAPI-Dokument beschreibt alles. Noch ist kein Dienst eingerichtet, deshalb antwortet diese Demo nach Drehbuch. Frag mich nach Streaming, nach der Übernahme eines Chats oder danach, wie man einen echten Dienst einrichtet.',
  },
  {
    asked: /thank|danke|merci/i,
    en: 'You are welcome. Ask me about streaming, about taking a chat over, or about configuring a real service.',
    de: 'Gern geschehen. Frag mich nach Streaming, nach der Übernahme eines Chats oder danach, wie man einen echten Dienst einrichtet.',
  },
  {
    asked:
      /^\W*(hi|hello|hey|good (morning|afternoon|evening)|hallo|moin|servus|grüezi|guten (tag|morgen|abend)|grüß)/i,
    en: 'Hello! I am the demo that answers as long as no model is configured. Ask me what Baton is, how streaming works, how a person takes a chat over, or how to configure a real service.',
    de: 'Hallo! Ich bin die Demo, die antwortet, solange kein Modell eingerichtet ist. Frag mich, was Baton ist, wie das Streaming funktioniert, wie ein Mensch einen Chat übernimmt oder wie man einen echten Dienst einrichtet.',
  },
];

/** The demo's answer to a message, in German when it was asked in German. */
export function demoAnswer(message: string): string {
  const language = isGerman(message) ? 'de' : 'en';
  const topic = TOPICS.find(({ asked }) => asked.test(message));
  return LABEL + (topic ? topic[language] : echo(message, language));
}

function isGerman(message: string): boolean {
  if (!GERMAN.test(message)) return false;
  const german = message.match(new RegExp(GERMAN.source, 'gi'))?.length ?? 0;
  return german > (message.match(ENGLISH)?.length ?? 0);
}

function echo(message: string, language: 'en' | 'de'): string {
  const characters = Array.from(message.trim());
  const quote =
    characters.length > LONGEST_QUOTE ? `${characters.slice(0, LONGEST_QUOTE).join('')}…` : characters.join('');
  return language === 'de'
    ? `Du hast geschrieben: „${quote}“. Ich bin ein Drehbuch und kein Modell, deshalb kann ich darauf nicht eingehen. Ein echter Dienst kann es, sobald einer eingerichtet ist.`
    : `You wrote: “${quote}”. I am a script and not a model, so I cannot go into it. A real service can, as soon as one is configured.`;
}
