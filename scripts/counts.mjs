// @ts-check
/** Test cases in the JSON reports of Vitest and Playwright. */

/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} VitestFile
 * @param {{ testResults: VitestFile[] }} report
 * @returns {{ passed: number, failed: number }} skipped and unfinished cases count as failed
 */
export function countVitest({ testResults }) {
  const counts = { passed: 0, failed: 0 };
  for (const file of testResults) {
    for (const { status } of file.assertionResults) counts[status === 'passed' ? 'passed' : 'failed']++;
    // A file that cannot be loaded, or a hook that fails, has no failed case of its own.
    if (file.status === 'failed' && file.assertionResults.every(({ status }) => status === 'passed')) counts.failed++;
  }
  return counts;
}

/**
 * @param {{ stats: { expected: number, unexpected: number, flaky: number, skipped: number }, errors: unknown[] }} report
 * @returns {{ passed: number, failed: number }} a case that passed only when repeated counts as failed
 */
export function countPlaywright({ stats, errors }) {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped + errors.length };
}
