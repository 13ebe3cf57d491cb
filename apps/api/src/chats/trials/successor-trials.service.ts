import { AppError, notFound } from '@app/common';
import { USAGE_TYPE } from '@app/database';
import type { ProviderRequest } from '@app/openai';
import { Injectable } from '@nestjs/common';
import { CallMeterService, type MeteredCall } from '../../accounting/index.js';
import { TurnPromptService } from '../../baton/index.js';
import { BotsService, BotStopService, type BotProfile } from '../../bots/index.js';
import type {
  SuccessorTrialDto,
  SuccessorTrialRequestDto,
  TrialAnswerDto,
  TrialQuestionDto,
} from './successor-trial.dto.js';
import { SuccessorTrialsRepository, type AskedQuestion } from './successor-trials.repository.js';

/** For the whole trial: what has not been answered by then is a problem of its answer. */
const TIME_LIMIT_MS = 90_000;
/** Questions that are asked at the same time, each of both models. */
const AT_ONCE = 3;
/** In whose name the calls are made: no customer is charged for them. */
const CALLER = 'trial';
const OUT_OF_TIME: TrialAnswerDto['problem'] = {
  code: 'PROVIDER_TIMEOUT',
  detail: 'The time of the trial was over before the answer was complete.',
};

type Target = Awaited<ReturnType<BotsService['getTargets']>>['targets'][0];
type Answered = Omit<TrialAnswerDto, 'costNano'> & { callId: string };

/** Lets another model answer what a bot was asked, so that it can be compared before the bot is switched. */
@Injectable()
export class SuccessorTrialsService {
  constructor(
    private readonly bots: BotsService,
    private readonly botStop: BotStopService,
    private readonly prompts: TurnPromptService,
    private readonly meter: CallMeterService,
    private readonly trials: SuccessorTrialsRepository,
  ) {}

  /** Throws BOT_NOT_READY when there is nothing to call, and BOTS_STOPPED while all bots are stopped. */
  async run(botId: string, dto: SuccessorTrialRequestDto): Promise<SuccessorTrialDto> {
    const bot = await this.bots.getProfile(botId);
    if (bot.isDeleted) throw notFound('The bot');
    if (await this.botStop.isStopped()) throw new AppError('BOTS_STOPPED');
    const other: BotProfile = {
      ...bot,
      modelName: dto.modelName.trim(),
      openAiServiceId: dto.openAiServiceId ?? bot.openAiServiceId,
    };
    const [present, candidate] = [await this.targetOf(bot), await this.targetOf(other)];
    const signal = AbortSignal.timeout(TIME_LIMIT_MS);
    const waiting = await this.trials.findLastQuestions(botId, dto.count);
    const questions: TrialQuestionDto[] = [];
    for (let start = 0; start < waiting.length; start += AT_ONCE) {
      const asked = waiting.slice(start, start + AT_ONCE);
      questions.push(...(await Promise.all(asked.map((question) => this.ask(question, [present, candidate], signal)))));
    }
    return { present: mapTarget(present), candidate: mapTarget(candidate), questions };
  }

  /** Without its fallbacks: an answer is to be that of the model in question. */
  private async targetOf(bot: BotProfile): Promise<Target> {
    return (await this.bots.getTargets({ ...bot, fallbacks: [] })).targets[0];
  }

  private async ask(
    question: AskedQuestion,
    targets: [Target, Target],
    signal: AbortSignal,
  ): Promise<TrialQuestionDto> {
    const { request } = await this.prompts.buildPrompt({ ...question, userKey: CALLER });
    const answers = await Promise.all(targets.map((target) => this.answer(requestTo(target, request), target, signal)));
    const costs = await this.trials.findCosts(answers.map(({ callId }) => callId));
    const [present, candidate] = answers.map(({ callId, ...answer }) => ({
      ...answer,
      costNano: costs.get(callId) ?? null,
    }));
    return { chatId: question.chatId, question: question.inputText, present: present!, candidate: candidate! };
  }

  private async answer(request: ProviderRequest, { serviceId }: Target, signal: AbortSignal): Promise<Answered> {
    const purpose = { turnId: null, botId: '', userKey: CALLER, channel: null, usageType: USAGE_TYPE.trial };
    const plan = { ...purpose, serviceId, round: 1, attempt: 1, isRequest: true };
    const { call, events } = await this.meter.open(plan, request, signal);
    const startedAt = performance.now();
    const elapsed = (): number => Math.round(performance.now() - startedAt);
    let text = '';
    let firstTextMs: number | null = null;
    let problem: TrialAnswerDto['problem'] = null;
    try {
      for await (const event of events) {
        if (event.type !== 'text') continue;
        firstTextMs ??= elapsed();
        text += event.text;
      }
      problem = problemOf(call, signal);
    } catch (error) {
      problem = toProblem(error);
    }
    const durationMs = elapsed();
    await this.meter.settle([call]);
    const { inputTokens, outputTokens, isEstimated } = call.usage;
    return { callId: call.call.id, text, durationMs, firstTextMs, inputTokens, outputTokens, isEstimated, problem };
  }
}

/** What another model said to itself means nothing to this one. Without tools, because those would act. */
const requestTo = ({ connection, model }: Target, request: ProviderRequest): ProviderRequest => ({
  ...request,
  connection,
  model,
  tools: [],
  items: model === request.model ? request.items : request.items.filter(({ type }) => type !== 'carried'),
});

const mapTarget = ({ serviceId, model }: Target): SuccessorTrialDto['present'] => ({
  openAiServiceId: serviceId,
  modelName: model,
});

function problemOf({ outcome }: MeteredCall, signal: AbortSignal): TrialAnswerDto['problem'] {
  if (outcome === 'aborted' || signal.aborted) return OUT_OF_TIME;
  return outcome === null || outcome === 'ok' ? null : { code: outcome, detail: 'The answer was cut.' };
}

const toProblem = (error: unknown): TrialAnswerDto['problem'] =>
  error instanceof AppError
    ? { code: error.code, detail: error.message }
    : { code: 'PROVIDER_ERROR', detail: 'The model could not be asked.' };
