/** Providers count cached tokens among the input tokens, and reasoning among the output. */
const COST_AT_PRICE = `(CASE WHEN l.cached_tokens > l.input_tokens THEN 0 ELSE l.input_tokens - l.cached_tokens END) * p.input_nano
  + l.cached_tokens * p.cached_nano + l.output_tokens * p.output_nano`;
/** A turn that ended before any service was asked. */
const COSTS_NOTHING = `l.service_id IS NULL AND l.is_estimated = 0 AND l.input_tokens = 0 AND l.output_tokens = 0`;

/** The cost of a ledger row `l` by the price `p` of its model, where there is one; null while it has none. */
export const COST_EXPRESSION = `CASE WHEN ${COSTS_NOTHING} THEN 0 ELSE ${COST_AT_PRICE} END`;
export const PRICE_OF_ROW = `p.service_id = l.service_id AND p.model = l.model`;
