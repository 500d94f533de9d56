import type { UserSpace } from "../space/contract.js";
import type { Metrics } from "./counting.js";

/** The space as it is, with a word to `count` about each sign-in: by the API and by the pages alike. */
export function countSignIns(space: UserSpace, count: Metrics["signIn"]): UserSpace {
  const signIn: UserSpace["signIn"] = async (input) => {
    try {
      const result = await space.signIn(input);
      count(result.status);
      return result;
    } catch (error) {
      count("error");
      throw error;
    }
  };
  return new Proxy(space, {
    get(target, name) {
      if (name === "signIn") return signIn;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
