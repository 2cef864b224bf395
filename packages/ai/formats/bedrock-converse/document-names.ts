/** As long as Amazon takes them. */
const NAME_MAX_CHARACTERS = 200;

const ending = /\.[a-zA-Z0-9]{1,8}$/;
const odd = /[^a-zA-Z0-9 ()[\]-]+/g;

/** Names for the documents of a request: in the letters that Amazon takes, and none twice. */
export type DocumentNames = (fileName: string | undefined) => string;

export function createDocumentNames(): DocumentNames {
  const used = new Set<string>();
  return (fileName) => {
    const plain = plainName(fileName ?? '') || 'document';
    let name = plain;
    for (let number = 2; used.has(name); number += 1) name = `${plain} ${number}`;
    used.add(name);
    return name;
  };
}

/** Letters, digits, brackets, hyphens and single spaces; its format is told apart from its name. */
function plainName(fileName: string): string {
  const name = fileName.replace(ending, '').replaceAll(odd, ' ').replaceAll(/ +/g, ' ').trim();
  return name.slice(0, NAME_MAX_CHARACTERS - 8).trim();
}
