// Adds up Vitest's JSON reports and prints `N passed, N failed, N skipped`. Fails where a test failed, a report is
// missing (that run died before its end), or nothing ran. The failed ones are named just above, where a log that is cut off
// still has them.
import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";

const [, , ...paths] = process.argv;
const sum = { passed: 0, failed: 0, skipped: 0 };
let complete = paths.length > 0;

for (const path of paths) {
  if (!existsSync(path)) {
    complete = false;
    continue;
  }
  const report = JSON.parse(readFileSync(path, "utf8"));
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  // A file that fails before its first test has no test to count, and is a failure all the same.
  sum.failed += report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  if (!report.success) complete = false;
  for (const file of report.testResults)
    for (const test of file.assertionResults)
      if (test.status === "failed")
        console.log(
          `FAILED: ${relative(process.cwd(), file.name)}: ${test.fullName}\n  ${oneLine(test.failureMessages[0])}`,
        );
}

console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = complete && sum.failed === 0 && sum.passed > 0 ? 0 : 1;

function oneLine(message) {
  return (message ?? "no message").replace(/\s+/g, " ").slice(0, 500);
}
