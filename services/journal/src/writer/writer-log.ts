/** Messages of the writer to an operator. An `err` among the fields is an error. */
export type WriterLog = (
  level: 'info' | 'warn' | 'error',
  fields: Readonly<Record<string, unknown>>,
  message: string,
) => void;
