/** What the address of each customer is made of, where a provider has one for each: regions, projects, resources. */
export interface AddressTemplate {
  /** With names of environment variables in braces: `https://bedrock-runtime.{AWS_REGION}.amazonaws.com`. */
  readonly url: string;
  /** Values that variables must have for this form. */
  readonly where?: Readonly<Record<string, RegExp>>;
  /** Whose prices apply there, where they are not the row's. */
  readonly catalogue?: string;
}

/** A name of a region, a project or a resource: nothing that would lead elsewhere in an address. */
const PART = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,98}[A-Za-z0-9])?$/;
/** A variable that is an address itself, at the beginning. */
const ORIGIN = /^https?:\/\/[A-Za-z0-9.[\]:-]+$/;
const VARIABLE = /\{([A-Z0-9_]+)\}/g;

/** The first address of which all variables are set, to values that fit; undefined: there is none. */
export function addressFrom(
  templates: readonly AddressTemplate[],
  environment: Readonly<Record<string, string | undefined>>,
): { readonly url: string; readonly catalogue: string | undefined } | undefined {
  for (const { url, where = {}, catalogue } of templates) {
    const fits = Object.entries(where).every(([name, pattern]) => pattern.test(environment[name] ?? ''));
    const made = fits ? filled(url, environment) : undefined;
    if (made !== undefined) return { url: made, catalogue };
  }
  return undefined;
}

function filled(url: string, environment: Readonly<Record<string, string | undefined>>): string | undefined {
  let isWhole = true;
  const made = url.replace(VARIABLE, (_, name: string, at: number) => {
    const value = (environment[name] ?? '').trim().replace(/\/+$/, '');
    if (!(at === 0 ? ORIGIN : PART).test(value)) isWhole = false;
    return value;
  });
  return isWhole ? made : undefined;
}
