// What the console uses of preact's hooks, for the type checker alone.
import type {Context} from "./preact.js";
type Effect = () => void | (() => void);
export declare const hooks: {
  useState: <T>(initial: T | (() => T)) => [T, (next: T | ((now: T) => T)) => void];
  useEffect: (effect: Effect, on?: readonly unknown[]) => void;
  useLayoutEffect: (effect: Effect, on?: readonly unknown[]) => void;
  useMemo: <T>(make: () => T, on: readonly unknown[]) => T;
  useCallback: <T>(run: T, on: readonly unknown[]) => T;
  useRef: <T>(initial: T) => {current: T};
  useContext: <T>(context: Context<T>) => T;
  useErrorBoundary: (tell?: (error: unknown) => void) => [unknown, () => void];
  useId: () => string;
};
