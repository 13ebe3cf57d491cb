import type { ProviderAttachment, ProviderItem, ProviderMessage, ProviderRequest } from '../../provider.types.js';
import { schemaFormat } from '../answer-schema.js';
import { arrange } from '../conversation.js';
import type { CallOptions, DialectAdapter } from '../dialect-adapter.js';
import { parametersOf, wellFormedArguments } from '../tool-forms.js';
import { ResponsesReader } from './responses-reader.js';

/** `POST /responses`: typed items in, named events out. */
export const responsesAdapter: DialectAdapter = {
  path: '/responses',

  places: {
    reasoningEffort: { path: 'reasoning.effort' },
    verbosity: { path: 'text.verbosity' },
    answerSchema: { path: 'text.format', write: schemaFormat },
    topP: { path: 'top_p' },
    promptCacheKey: { path: 'prompt_cache_key' },
    safetyIdentifier: { path: 'safety_identifier' },
  },

  body(request: ProviderRequest, { streamed, adjustments, forceTool, imageUrl }: CallOptions) {
    const { capabilities } = request.connection;
    const { instructions, items } = arrange(request, adjustments.arrangement);
    const input = items.map(toInputItem);
    if (imageUrl) addImage(input, imageUrl);
    return {
      model: request.model,
      instructions: instructions || undefined,
      input,
      tools: request.tools.length > 0 && capabilities.tools ? request.tools.map(toTool) : undefined,
      tool_choice: forceTool ? 'required' : undefined,
      temperature: request.temperature ?? undefined,
      max_output_tokens: request.maxOutputTokens ?? undefined,
      store: false,
      include: ['reasoning.encrypted_content'],
      stream: streamed,
    };
  },

  reader: (sink) => new ResponsesReader(sink),
};

type InputItem = Record<string, unknown>;

function toInputItem(item: ProviderItem): InputItem {
  switch (item.type) {
    case 'message':
      return {
        ...item.extra,
        type: 'message',
        role: item.role,
        content: item.role === 'assistant' ? outputText(item.text) : inputContent(item),
      };
    case 'tool_result':
      return { type: 'function_call_output', call_id: item.callId, output: item.output };
    case 'tool_call': {
      const { callId, name, arguments: args, extra } = item;
      return { ...extra, type: 'function_call', call_id: callId, name, arguments: wellFormedArguments(args) };
    }
    case 'carried':
      return item.value;
  }
}

const inputContent = ({ text, attachments }: ProviderMessage) =>
  attachments ? [{ type: 'input_text', text }, ...attachments.map(toPart)] : text;

const toPart = ({ kind, name, dataUrl }: ProviderAttachment) =>
  kind === 'image'
    ? { type: 'input_image', image_url: dataUrl, detail: 'auto' }
    : { type: 'input_file', filename: name, file_data: dataUrl };

/** Compatible servers refuse plain text as something the assistant has said. */
const outputText = (text: string) => [{ type: 'output_text', text }];

/** `strict: false`: the schema is used as it was written, whatever strict mode would demand of it. */
const toTool = (tool: ProviderRequest['tools'][number]): InputItem => ({
  type: 'function',
  name: tool.name,
  description: tool.description,
  parameters: parametersOf(tool),
  strict: false,
});

function addImage(input: InputItem[], imageUrl: string): void {
  const last = input.at(-1);
  if (!last) return;
  last.content = [
    { type: 'input_text', text: last.content },
    { type: 'input_image', image_url: imageUrl, detail: 'low' },
  ];
}
