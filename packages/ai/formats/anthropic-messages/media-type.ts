/** Spellings of media types that clients use, and that Anthropic does not know. */
const spellings: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'application/x-pdf': 'application/pdf',
};

const imageTypes: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/** In small letters, without parameters, by its usual name. */
export function plainMediaType(mediaType: string): string {
  const plain = (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
  return Object.hasOwn(spellings, plain) ? (spellings[plain] ?? plain) : plain;
}

/** Whether a picture of that kind, by its plain name, can be sent. */
export function isImageType(mediaType: string): boolean {
  return imageTypes.has(mediaType);
}
