import type { EmbedTask } from '../../embed/embed-request.ts';

/** https://ai.google.dev/api/embeddings#TaskType */
const names: Readonly<Record<EmbedTask, string>> = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
  question: 'QUESTION_ANSWERING',
  fact: 'FACT_VERIFICATION',
  'code-query': 'CODE_RETRIEVAL_QUERY',
};

const tasks = new Map(Object.entries(names).map(([task, name]) => [name, task as EmbedTask]));

export function taskName(task: EmbedTask): string {
  return names[task];
}

/** undefined: the name says nothing; null: it is nobody else's. */
export function taskOf(name: string): EmbedTask | undefined | null {
  const upper = name.toUpperCase();
  return upper === '' || upper === 'TASK_TYPE_UNSPECIFIED' ? undefined : (tasks.get(upper) ?? null);
}
