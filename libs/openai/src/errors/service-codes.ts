import type { ErrorCode } from '@app/contracts';

type ProviderErrorCode = Extract<ErrorCode, `PROVIDER_${string}`>;

/** What services call their errors, by what we call them, and where they say so. */
const TABLE: readonly [ProviderErrorCode, Readonly<Record<string, readonly string[]>>][] = [
  // Final: another attempt would be filtered, refused or unpaid as well.
  [
    'PROVIDER_CONTENT_FILTERED',
    {
      'https://platform.openai.com/docs/api-reference/responses/object': ['image_content_policy_violation'],
      'https://platform.openai.com/docs/guides/error-codes': ['content_policy_violation', 'moderation_blocked'],
      'https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter': [
        'content_filter',
        'ResponsibleAIPolicyViolation',
      ],
      'https://help.aliyun.com/zh/model-studio/error-code': ['data_inspection_failed'],
      'https://openrouter.ai/docs/client-sdks/python/components/apierrortype': ['refusal'],
    },
  ],
  [
    'PROVIDER_CONTEXT_EXCEEDED',
    {
      'https://platform.openai.com/docs/guides/error-codes': ['context_length_exceeded', 'string_above_max_length'],
      'https://docs.anthropic.com/en/api/errors': ['request_too_large'],
      'https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md': ['exceed_context_size_error'],
      'https://openrouter.ai/docs/client-sdks/python/components/apierrortype': [
        'token_limit_exceeded',
        'string_too_long',
        'payload_too_large',
      ],
    },
  ],
  [
    'PROVIDER_QUOTA_EXCEEDED',
    {
      'https://platform.openai.com/docs/guides/error-codes': ['insufficient_quota', 'billing_hard_limit_reached'],
      'https://docs.anthropic.com/en/api/errors': ['billing_error'],
      'https://openrouter.ai/docs/client-sdks/python/components/apierrortype': ['payment_required'],
    },
  ],
  [
    'PROVIDER_MODEL_NOT_FOUND',
    {
      'https://platform.openai.com/docs/guides/error-codes': ['model_not_found'],
      'https://learn.microsoft.com/azure/ai-services/openai/reference': ['DeploymentNotFound'],
    },
  ],
  [
    'PROVIDER_AUTH_FAILED',
    {
      'https://platform.openai.com/docs/guides/error-codes': ['invalid_api_key'],
      'https://docs.anthropic.com/en/api/errors': ['authentication_error', 'permission_error'],
      'https://openrouter.ai/docs/client-sdks/python/components/apierrortype': ['authentication', 'permission_denied'],
    },
  ],
  [
    'PROVIDER_REQUEST_REJECTED',
    {
      'https://platform.openai.com/docs/guides/error-codes': ['invalid_request_error'],
      'https://platform.openai.com/docs/api-reference/responses/object': [
        'invalid_prompt',
        'invalid_image',
        'invalid_image_format',
        'invalid_base64_image',
        'invalid_image_url',
        'invalid_image_mode',
        'image_too_large',
        'image_too_small',
        'image_parse_error',
        'image_file_too_large',
        'image_file_not_found',
        'unsupported_image_media_type',
        'empty_image_file',
        'failed_to_download_image',
      ],
      'https://docs.anthropic.com/en/api/errors': ['not_found_error'],
      'https://openrouter.ai/docs/client-sdks/python/components/apierrortype': [
        'invalid_request',
        'max_tokens_exceeded',
        'precondition_failed',
        'unprocessable',
        'unsupported_image_format',
        'image_not_found',
        'image_download_failed',
      ],
    },
  ],
  // Worth another attempt.
  [
    'PROVIDER_RATE_LIMITED',
    {
      'https://platform.openai.com/docs/guides/error-codes': ['rate_limit_exceeded', 'tokens', 'requests'],
      'https://docs.anthropic.com/en/api/errors': ['rate_limit_error'],
    },
  ],
  [
    'PROVIDER_TIMEOUT',
    {
      'https://platform.openai.com/docs/api-reference/responses/object': ['vector_store_timeout'],
      'https://docs.anthropic.com/en/api/errors': ['timeout_error'],
      'https://openrouter.ai/docs/client-sdks/python/components/apierrortype': ['timeout'],
    },
  ],
  [
    'PROVIDER_ERROR',
    {
      'https://platform.openai.com/docs/api-reference/responses/object': ['server_error'],
      'https://docs.anthropic.com/en/api/errors': ['api_error', 'overloaded_error'],
      'https://openrouter.ai/docs/client-sdks/python/components/apierrortype': [
        'server',
        'provider_overloaded',
        'provider_unavailable',
      ],
    },
  ],
];

/** Codes that services put into an error body or an error event, whatever the status around them. */
export const CODES_OF_SERVICES: ReadonlyMap<string, ProviderErrorCode> = new Map(
  TABLE.flatMap(([code, sources]) =>
    Object.values(sources)
      .flat()
      .map((name) => [name, code] as const),
  ),
);
