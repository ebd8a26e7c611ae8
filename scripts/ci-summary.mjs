// node scripts/ci-summary.mjs <vitest's JSON report> <exit code of npm test>
// Prints `N passed, N failed, N skipped` and exits 1 when something failed. A report that is not there, and an error
// outside of any test, are failures.
import fs from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/** The counts of a report; `null`, or what is no report, is one failure. */
export function summarise(report, exitCode) {
  const files = Array.isArray(report?.testResults) ? report.testResults : [];
  const tests = files.flatMap((file) => file.assertionResults ?? []);
  const count = (status) => tests.filter((test) => test.status === status).length;
  const [passed, failed] = [count('passed'), count('failed')];
  // A file that could not be read has failed without a failed test.
  const broken = files.filter(
    (file) => file.status === 'failed' && !(file.assertionResults ?? []).some((test) => test.status === 'failed'),
  ).length;
  const all = failed + broken;
  const unseen = all === 0 && (exitCode !== 0 || report?.success !== true || tests.length === 0) ? 1 : 0;
  return { passed, failed: all + unseen, skipped: tests.length - passed - failed };
}

function readReport(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) {
  const { passed, failed, skipped } = summarise(readReport(process.argv[2]), Number(process.argv[3]));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0) process.exitCode = 1;
}
