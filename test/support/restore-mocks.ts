/** Files share a process: none leaves its spies to the next. */
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});
