// What the console uses of htm, for the type checker alone.
export declare const htm: {
  bind: <T>(make: (type: unknown, props: unknown, ...children: unknown[]) => T) =>
    (text: TemplateStringsArray, ...values: unknown[]) => T;
};
