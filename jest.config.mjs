throw new Error('The tests run on Vitest: after `npm ci`, `npx vitest run PATH -t NAME`.');
