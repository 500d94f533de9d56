import { describe, expect, it } from "vitest";
import { clientIp } from "./client-ip.js";

describe("without proxies of ours", () => {
  it("is the socket's address, whatever headers say", () => {
    expect(clientIp("203.0.113.9, 198.51.100.1", "192.0.2.1", 0)).toBe("192.0.2.1");
    expect(clientIp(null, "192.0.2.1", 0)).toBe("192.0.2.1");
    expect(clientIp("203.0.113.9", undefined, 0)).toBeUndefined();
  });

  it("is IPv4 where that came wrapped in IPv6, and has no zone", () => {
    expect(clientIp(null, "::ffff:192.0.2.1", 0)).toBe("192.0.2.1");
    expect(clientIp(null, "::FFFF:192.0.2.1", 0)).toBe("192.0.2.1");
    expect(clientIp(null, "fe80::1%eth0", 0)).toBe("fe80::1");
    expect(clientIp(null, "2001:DB8::1", 0)).toBe("2001:db8::1");
  });
});

describe("behind proxies of ours", () => {
  it("is what the outermost of them saw; what stands left of it is anybody's invention", () => {
    expect(clientIp("203.0.113.9", "10.0.0.1", 1)).toBe("203.0.113.9");
    expect(clientIp("1.1.1.1, 203.0.113.9", "10.0.0.1", 1)).toBe("203.0.113.9");
    expect(clientIp("1.1.1.1, 203.0.113.9, 10.0.0.2", "10.0.0.1", 2)).toBe("203.0.113.9");
  });

  it("is the first hop where fewer stand there than are trusted", () => {
    expect(clientIp("203.0.113.9", "10.0.0.1", 3)).toBe("203.0.113.9");
    expect(clientIp(null, "10.0.0.1", 1)).toBe("10.0.0.1");
  });

  it("reads addresses with ports and brackets, and takes the next hop for one that is no address", () => {
    expect(clientIp("203.0.113.9:4711", "10.0.0.1", 1)).toBe("203.0.113.9");
    expect(clientIp("[2001:db8::1]:4711", "10.0.0.1", 1)).toBe("2001:db8::1");
    expect(clientIp("unknown", "10.0.0.1", 1)).toBe("10.0.0.1");
    expect(clientIp("203.0.113.9, ", "10.0.0.1", 2)).toBe("203.0.113.9");
    expect(clientIp("nobody", undefined, 1)).toBeUndefined();
  });

  it("works where the adapter does not know the socket", () => {
    expect(clientIp("1.1.1.1, 203.0.113.9", undefined, 1)).toBe("203.0.113.9");
  });
});
