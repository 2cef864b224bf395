import type { Asked, PlaygroundFormat } from './formats.ts';
import { costHeader } from './run-request.ts';

/** The same request in a language, with the key left to the environment. */
export interface Code {
  readonly title: string;
  readonly text: string;
}

const KEY = 'GATEWAY_API_KEY';

/** The request as curl, and by the SDKs of the format. `origin`: of the gateway. */
export function codeOf(format: PlaygroundFormat, asked: Asked, origin: string): readonly Code[] {
  return [
    { title: 'curl', text: curl(format, asked, origin) },
    ...(sdks[format.name]?.(format.body(asked), asked, origin) ?? []),
  ];
}

function curl(format: PlaygroundFormat, asked: Asked, origin: string): string {
  const [name, prefix] = format.keyHeader;
  const headers = Object.entries({ 'content-type': 'application/json', ...format.headers, ...costHeader });
  return [
    `curl -N '${shellText(origin + format.path(asked))}'`,
    `-H "${name}: ${prefix}$${KEY}"`,
    ...headers.map(([header, value]) => `-H '${header}: ${value}'`),
    `-d '${shellText(JSON.stringify(format.body(asked)))}'`,
  ].join(' \\\n  ');
}

/** Within single quotes. */
function shellText(text: string): string {
  return text.replaceAll("'", `'\\''`);
}

type Write = (body: Record<string, unknown>, asked: Asked, origin: string) => readonly Code[];

const sdks: Readonly<Record<string, Write>> = {
  chat: (body, _asked, origin) =>
    openAi(body, origin, 'chat.completions', [
      'print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="")',
      'process.stdout.write(chunk.choices[0]?.delta?.content ?? "");',
    ]),
  responses: (body, _asked, origin) =>
    openAi(body, origin, 'responses', [
      'print(getattr(chunk, "delta", "") if chunk.type == "response.output_text.delta" else "", end="")',
      'if (chunk.type === "response.output_text.delta") process.stdout.write(chunk.delta);',
    ]),
  messages: (body, _asked, origin) => anthropic(body, origin),
  gemini: (body, asked, origin) => google(body, asked, origin),
};

function openAi(
  body: Record<string, unknown>,
  origin: string,
  method: string,
  [python, typescript]: readonly [string, string],
): readonly Code[] {
  return [
    {
      title: 'Python',
      text: `import os
from openai import OpenAI

client = OpenAI(base_url=${JSON.stringify(`${origin}/v1`)}, api_key=os.environ["${KEY}"])
stream = client.${method}.create(
${pythonArguments(body)}
)
for chunk in stream:
    ${python}`,
    },
    {
      title: 'TypeScript',
      text: `import OpenAI from "openai";

const client = new OpenAI({ baseURL: ${JSON.stringify(`${origin}/v1`)}, apiKey: process.env.${KEY} });
const stream = await client.${method}.create(${JSON.stringify(body, null, 2)});
for await (const chunk of stream) {
  ${typescript}
}`,
    },
  ];
}

function anthropic({ stream: _, ...body }: Record<string, unknown>, origin: string): readonly Code[] {
  return [
    {
      title: 'Python',
      text: `import os
from anthropic import Anthropic

client = Anthropic(base_url=${JSON.stringify(origin)}, api_key=os.environ["${KEY}"])
with client.messages.stream(
${pythonArguments(body)}
) as stream:
    for text in stream.text_stream:
        print(text, end="")`,
    },
    {
      title: 'TypeScript',
      text: `import Anthropic from "@anthropic-ai/sdk";

const client = new Anthropic({ baseURL: ${JSON.stringify(origin)}, apiKey: process.env.${KEY} });
const stream = client.messages.stream(${JSON.stringify(body, null, 2)});
stream.on("text", (text) => process.stdout.write(text));
await stream.finalMessage();`,
    },
  ];
}

function google(_body: Record<string, unknown>, asked: Asked, origin: string): readonly Code[] {
  const { model, system, prompt, maxTokens } = asked;
  const config = { max_output_tokens: maxTokens, ...(system === '' ? {} : { system_instruction: system }) };
  const options = { maxOutputTokens: maxTokens, ...(system === '' ? {} : { systemInstruction: system }) };
  return [
    {
      title: 'Python',
      text: `import os
from google import genai

client = genai.Client(api_key=os.environ["${KEY}"], http_options={"base_url": ${JSON.stringify(origin)}})
stream = client.models.generate_content_stream(
    model=${JSON.stringify(model)},
    contents=${JSON.stringify(prompt)},
    config=${pythonText(config)},
)
for chunk in stream:
    print(chunk.text or "", end="")`,
    },
    {
      title: 'TypeScript',
      text: `import { GoogleGenAI } from "@google/genai";

const client = new GoogleGenAI({ apiKey: process.env.${KEY}, httpOptions: { baseUrl: ${JSON.stringify(origin)} } });
const stream = await client.models.generateContentStream(${JSON.stringify({ model, contents: prompt, config: options }, null, 2)});
for await (const chunk of stream) process.stdout.write(chunk.text ?? "");`,
    },
  ];
}

function pythonArguments(body: Record<string, unknown>): string {
  return Object.entries(body)
    .map(([name, value]) => `    ${name}=${pythonText(value)},`)
    .join('\n');
}

/** JSON as Python writes it: texts and numbers are the same, true and none are not. */
function pythonText(value: unknown): string {
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (value === null) return 'None';
  if (Array.isArray(value)) return `[${value.map(pythonText).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${pythonText(each)}`)
    .join(', ')}}`;
}
