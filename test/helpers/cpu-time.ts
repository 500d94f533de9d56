/**
 * The milliseconds of processor time that this process has used since. Unlike the time on the wall it does not grow where
 * the machine is busy with something else, so a test of how much work a thing is can be strict.
 */
export function cpuTimer(): () => number {
  const begun = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begun);
    return (user + system) / 1000;
  };
}
