import { Baton, ProblemError, UnexpectedResponseError, type BatonClient } from '@baton/client';
import type { OpenApiValidator } from './openapi-validator.js';

export type OperationId = keyof BatonClient;

export interface CallOptions {
  path?: Record<string, string | number | boolean>;
  query?: Record<string, unknown>;
  /** Fields in place of the documented example's; null sends no body. */
  body?: Record<string, unknown> | Buffer | null;
  headers?: Record<string, string>;
}

export interface CallResult {
  status: number;
  data: unknown;
  response: Response;
}

type Method = (options: object) => Promise<{ data?: unknown; error?: unknown; response?: Response }>;

/**
 * Calls operations by name through the client. Bodies are the documented examples, changed only where they must name
 * something that exists; every answer is held against the document.
 */
export class CatalogueClient {
  private readonly client: Baton;

  constructor(
    private readonly validator: OpenApiValidator,
    baseUrl: string,
    token: string | null,
  ) {
    this.client = new Baton({ url: baseUrl, fetch: validator.fetch, token: token ?? undefined });
  }

  /** Throws unless the operation succeeds. */
  async call<Data = Record<string, unknown>>(id: OperationId, options: CallOptions = {}): Promise<Data> {
    const { status, data } = await this.send(id, options);
    if (status !== 200 && status !== 201) throw new Error(`${id} answered ${status}: ${JSON.stringify(data)}`);
    return data as Data;
  }

  async send(id: OperationId, { body, ...options }: CallOptions = {}): Promise<CallResult> {
    const sent = Buffer.isBuffer(body)
      ? { body, bodySerializer: null }
      : { body: body === null ? undefined : this.bodyOf(id, body) };
    const method = this.client[id].bind(this.client) as unknown as Method;
    const { data, error, response } = await method({
      ...options,
      ...(sent.body !== undefined && sent),
      throwOnError: false,
      responseStyle: 'fields',
    });
    // The client reports what its fetch throws as an answer without a response.
    if (response === undefined) throw error;
    return { status: response.status, data: data ?? bodyOfError(error), response };
  }

  /** The client spells some names its own way: `AzureOpenAI` becomes `AzureOpenAi`. */
  private bodyOf(id: string, changes: Record<string, unknown> = {}): Record<string, unknown> | undefined {
    const example = this.validator.exampleBody(id);
    return example && { ...example, ...changes };
  }
}

const bodyOfError = (error: unknown): unknown => {
  if (error instanceof ProblemError) return error.problem;
  return error instanceof UnexpectedResponseError ? error.body : undefined;
};
