/** The variables that the command line itself reads; the library reads its own. */
const OURS = /^(?:PORT|HOST|WATCHWORD_[A-Z_]+)$/;

/**
 * Takes variables away that are set to nothing. Compose files and CI systems pass every variable that they name,
 * empty where nobody gave it a value; such a one counts as not set.
 */
export function forgetEmptyVariables(environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(environment))
    if (value === "" && OURS.test(name)) delete environment[name];
}
