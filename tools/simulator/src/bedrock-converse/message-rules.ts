import { isJsonObject } from '#kernel/json.ts';
import { RequestProblem } from '../request-problem.ts';
import type { ContentBlock } from './block-shape.ts';
import type { ConverseMessage, ConverseRequest } from './request-shape.ts';

/** AWS' own bounds. */
const IMAGES_MAX = 20;
const DOCUMENTS_MAX = 5;

/** Throws a RequestProblem (400) for a conversation that AWS refuses, whatever the model. */
export function checkMessages({ messages, system = [], toolConfig }: ConverseRequest): void {
  if (messages[0]?.role !== 'user') {
    throw new RequestProblem(
      400,
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    );
  }
  for (const [at, { text, cachePoint, guardContent }] of system.entries()) {
    checkUnion([text, cachePoint, guardContent], `system.${at}`);
    if (text?.trim() === '') throw blank('SystemContentBlock', `system.${at}`);
  }
  messages.forEach((message, at) => {
    checkMessage(message, `messages.${at}`);
    if (messages[at - 1]?.role === message.role) {
      throw new RequestProblem(
        400,
        'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
      );
    }
  });
  const blocks = messages.flatMap(({ content }) => content);
  if (toolConfig === undefined && blocks.some(({ toolUse, toolResult }) => toolUse ?? toolResult)) {
    throw new RequestProblem(
      400,
      'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
    );
  }
  checkCount(blocks.filter(({ image }) => image !== undefined).length, IMAGES_MAX, 'images');
  checkCount(blocks.filter(({ document }) => document !== undefined).length, DOCUMENTS_MAX, 'documents');
}

function checkMessage({ role, content }: ConverseMessage, path: string): void {
  if (content.length === 0) {
    throw new RequestProblem(
      400,
      `The content field in the Message object at ${path} is empty. Add a ContentBlock object to the content field and try again.`,
    );
  }
  for (const [at, block] of content.entries()) checkBlock(block, role, `${path}.content.${at}`);
  if (content.some(({ document }) => document !== undefined) && content.every(({ text }) => text === undefined)) {
    throw new RequestProblem(
      400,
      `The content at ${path} has a document. Include a text block beside it and try again.`,
    );
  }
}

function checkBlock(block: ContentBlock, role: string, path: string): void {
  checkUnion(Object.values(block), path);
  const { text, image, document, toolUse, toolResult, reasoningContent } = block;
  if (text?.trim() === '') throw blank('ContentBlock', path);
  if (image !== undefined) checkUnion(Object.values(image.source), `${path}.image.source`);
  if (document !== undefined) checkUnion(Object.values(document.source), `${path}.document.source`);
  if (reasoningContent !== undefined) checkUnion(Object.values(reasoningContent), `${path}.reasoningContent`);
  const isUsers = [image, document, toolResult].some((each) => each !== undefined);
  const isAssistants = [toolUse, reasoningContent].some((each) => each !== undefined);
  if ((isUsers && role !== 'user') || (isAssistants && role !== 'assistant')) {
    const [name = ''] = Object.keys(block);
    throw new RequestProblem(
      400,
      `The ${role} role cannot have the ${name} field at ${path}. Remove it and try again.`,
    );
  }
  if (toolUse !== undefined && !isJsonObject(toolUse.input)) {
    throw new RequestProblem(
      400,
      `The format of the value at ${path}.toolUse.input is invalid. Provide a json object for the field and try again.`,
    );
  }
  // A result may be empty, or of blank text, unless it tells of a failure.
  if (toolResult?.status === 'error' && toolResult.content.length === 0) {
    throw new RequestProblem(
      400,
      `The content field at ${path}.toolResult cannot be empty when status value is error.`,
    );
  }
  for (const [at, part] of (toolResult?.content ?? []).entries()) {
    checkUnion(Object.values(part), `${path}.toolResult.content.${at}`);
  }
}

function checkUnion(members: readonly unknown[], path: string): void {
  if (members.filter((each) => each !== undefined).length === 1) return;
  throw new RequestProblem(400, `The union at ${path} must have exactly one member set.`, {
    code: 'SerializationException',
  });
}

function checkCount(count: number, most: number, what: string): void {
  if (count > most) throw new RequestProblem(400, `The model allows ${most} ${what} at most, and got ${count}.`);
}

function blank(object: string, path: string): RequestProblem {
  return new RequestProblem(
    400,
    `The text field in the ${object} object at ${path} is blank. Add text to the text field, and try again.`,
  );
}
