import { type RunningServer, startServer } from "../http/server.js";
import type { Logger, UserSpace } from "../index.js";

/** Serves `/metrics`, and nothing else, on a port of its own, where no token is asked for. */
export function startMetricsServer(
  space: UserSpace,
  options: { readonly host: string; readonly port: number; readonly token: string; readonly log: Logger },
): Promise<RunningServer> {
  const handler: UserSpace["handler"] = async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== "/metrics" || request.method !== "GET")
      return new Response("Only GET /metrics is here.\n", { status: 404 });
    const authorization = `Bearer ${options.token}`;
    return space.handler(new Request(`${space.baseUrl}/metrics`, { headers: { authorization } }));
  };
  return startServer({ ...space, handler }, { port: options.port, host: options.host, log: options.log });
}
