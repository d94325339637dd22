// What the console uses of preact, for the type checker alone.
export interface VNode { type: unknown; props: Record<string, unknown>; key: unknown }
export type Component<P> = (props: P) => VNode | null;
export type Children = VNode | string | number | boolean | null | undefined | Children[];
export interface Context<T> { Provider: Component<{value: T, children?: Children}> }
export declare const preact: {
  h: (type: unknown, props: unknown, ...children: unknown[]) => VNode;
  render: (node: unknown, into: Element) => void;
  Fragment: Component<{children?: Children}>;
  createContext: <T>(value: T) => Context<T>;
  options: unknown;
};
