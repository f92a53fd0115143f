/** Counts what a check proves, and says each. */
export function countSteps() {
  let [passed, failed] = [0, 0];
  return {
    /** @param {boolean} good @param {string} what @param {string} otherwise */
    expect(good, what, otherwise) {
      console.log(`${good ? 'ok  ' : 'FAIL'} ${what}`);
      if (good) passed += 1;
      else {
        failed += 1;
        console.log(otherwise);
      }
    },
    /** Says the sum, and leaves the exit status. */
    end() {
      console.log(`${passed} passed, ${failed} failed`);
      process.exitCode = failed > 0 ? 1 : 0;
    },
  };
}
