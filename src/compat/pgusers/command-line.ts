import type { PortCommandLine } from "../command-line.js";

export const run: PortCommandLine = async () => 1;
