import { fileURLToPath } from "node:url";
import type { Comparison } from "./compare.js";

/** Where the last output is kept. */
export function pageOf(system: string): string {
  return fileURLToPath(new URL(`../../docs/compat/side-by-side-${system}.md`, import.meta.url));
}

/** What a comparison came to, as a page of the docs. */
export function renderPage({ system, calls, differences }: Comparison): string {
  const same = calls - differences.length;
  const rows = differences.map(
    ({ call, original, port, because }) =>
      `| ${cell(call)} | ${cell(JSON.stringify(original))} | ${cell(JSON.stringify(port))} | ${cell(because ?? "**not explained**")} |`,
  );
  return [
    `# ${system}: the original and the port, side by side`,
    "",
    `Written by \`npm run side-by-side ${system}\`, which makes the same calls on both. ${calls} calls: ${same} are answered alike, ${differences.length} otherwise on purpose.`,
    "",
    ...(rows.length === 0 ? [] : ["| call | original | port | why |", "| - | - | - | - |", ...rows, ""]),
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ").replaceAll("<", "\\<");
}
