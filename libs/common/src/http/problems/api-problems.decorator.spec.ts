import { PROBLEM_EXAMPLES, problemResponse } from './api-problems.decorator.js';

describe('an error in the OpenAPI document', () => {
  it.each([400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 502, 503, 504])(
    '%d has an example of its own',
    (status) => {
      const { examples } = problemResponse(status).content['application/problem+json'];
      expect(Object.keys(examples ?? {}).map((code) => PROBLEM_EXAMPLES[code]?.value.status)).toEqual([status]);
    },
  );
});
