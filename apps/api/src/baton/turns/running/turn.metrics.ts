import { MetricsRegistry } from '@app/common';
import { Injectable } from '@nestjs/common';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** What an operator watches of the turn engine. Durations are in seconds. */
@Injectable()
export class TurnMetrics {
  readonly turns = this.metrics.counter('turns_total', 'Ended turns by status', ['status']);
  readonly timeToFirstText = this.metrics.histogram(
    'time_to_first_text_seconds',
    'From the start of a turn to the first text of the model',
    SECONDS,
  );
  readonly runningTurns = this.metrics.gauge('turns_running', 'Turns that this instance runs now');
  readonly queuedMessages = this.metrics.counter(
    'messages_queued_total',
    'Messages that had to wait for a running turn',
  );
  readonly toolCalls = this.metrics.counter('tool_calls_total', 'Calls of tools by outcome', ['outcome']);
  readonly commitWindow = this.metrics.histogram('commit_window_seconds', 'Duration of one commit of streamed text', [
    0.001,
    0.0025,
    ...SECONDS,
  ]);

  constructor(private readonly metrics: MetricsRegistry) {}
}
