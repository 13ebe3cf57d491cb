import type { BotParameters } from '@app/database';
import type { ProviderRequest, RequestParameters } from '@app/openai';

export type AskedOfModel = Pick<ProviderRequest, 'temperature' | 'maxOutputTokens' | 'extraBody'> & {
  parameters: RequestParameters;
};

/** What the parameters of a bot ask of its model. */
export function askedOfModel(bot: BotParameters): AskedOfModel {
  const { temperature, maxOutputTokens, extraBody, isTitledByModel: _title, ...parameters } = bot;
  return { temperature, maxOutputTokens, extraBody, parameters };
}
