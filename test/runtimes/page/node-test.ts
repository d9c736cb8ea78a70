/** For `node:test` in a page, where `casesIn()` takes all tests and no runner ever gets one. */
export function test(name: string): never {
  throw new Error(`there is no runner in a page for '${name}'`);
}
