import { expect, test } from 'vitest';
import { summarise } from './ci-summary.mjs';

function fileOf(status: string, ...tests: string[]): unknown {
  return { status, assertionResults: tests.map((test) => ({ status: test })) };
}

test('passed, failed and skipped tests are counted over all files', () => {
  const testResults = [fileOf('passed', 'passed', 'skipped', 'todo'), fileOf('failed', 'passed', 'failed')];
  expect(summarise({ success: false, testResults }, 1)).toEqual({ passed: 2, failed: 1, skipped: 2 });
});

test('a file that could not be read counts as a failure', () => {
  const testResults = [fileOf('passed', 'passed'), fileOf('failed')];
  expect(summarise({ success: false, testResults }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('no report, no test, and an error outside of the tests are a failure each', () => {
  expect(summarise(null, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  expect(summarise({ success: true, testResults: [] }, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  const testResults = [fileOf('passed', 'passed')];
  expect(summarise({ success: true, testResults }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
  expect(summarise({ success: true, testResults }, 0)).toEqual({ passed: 1, failed: 0, skipped: 0 });
});
