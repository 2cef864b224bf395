import type { DescMessage } from '@bufbuild/protobuf';
import { type AdminCommand, isForHolders, readsQuery, takesVersion } from '#admin-api/admin-command.ts';
import { type CommandRoute, commands, mayHoldSlashes, parametersOf, routesOfCommand } from '#admin-api/commands.ts';
import { fieldOptionsOf, isWritten } from '#admin-api/field-options.ts';
import {
  componentSchemas,
  fieldSchema,
  inputSchemaOf,
  type JsonSchema,
  type SchemaUse,
  schemaRef,
} from '#admin-api/json-schema.ts';
import { fieldsBesidePath, queryParametersOf } from '#admin-api/read-request.ts';
import { pageFieldOf, resourceFieldOf } from '#admin-api/write-answer.ts';
import { adminErrors, errorResponses } from './error-responses.ts';
import { jsonAnswer, type Operation, parameter, requestBody } from './operation.ts';

const text: JsonSchema = { type: 'string' };
const STATUS_CREATED = '201';
const STATUS_EMPTY = '204';

/** The operations of administration, from its commands. */
export function adminOperations(): readonly Operation[] {
  return commands.flatMap(routesOfCommand).map((route) => ({
    verb: route.command.verb.toLowerCase(),
    path: route.path,
    document: operationOf(route),
  }));
}

/** The schemas that these operations refer to. */
export function adminSchemas(): Readonly<Record<string, JsonSchema>> {
  return componentSchemas(
    commands.flatMap(({ kind, input, output }): (readonly [DescMessage, SchemaUse])[] =>
      kind === undefined
        ? [[pageFieldOf(output)?.message ?? resourceFieldOf(output)?.schema ?? output, 'output']]
        : [
            [input, 'input'],
            [input, 'change'],
            [output, 'output'],
          ],
    ),
  );
}

function operationOf({ command, path, fixed }: CommandRoute): JsonSchema {
  const { summary, roles, cli } = command;
  const [, , collection = ''] = path.split('/');
  const body = bodyOf(command);
  return {
    operationId: [...cli.split(' '), ...Object.values(fixed)].join('-'),
    tags: [isForHolders(command) ? 'holders' : `admin: ${collection}`],
    summary,
    description: `For: ${roles.join(', ')}. In gatewayctl: \`${cli}\`.`,
    'x-roles': roles,
    security: [{ adminToken: [] }, ...(isForHolders(command) && command.isRead ? [{ apiKey: [] }] : [])],
    parameters: [...parametersOf(path).map((name) => pathParameter(command, name)), ...otherParameters(command)],
    ...(readsQuery(command) || body === undefined ? {} : { requestBody: body }),
    responses: { ...successOf(command), ...errorResponses(adminErrors, 'problem') },
  };
}

function pathParameter({ path }: AdminCommand, name: string): JsonSchema {
  const note = mayHoldSlashes(path) ? 'May hold slashes, encoded or not.' : undefined;
  return parameter(name, 'path', text, note);
}

function otherParameters(command: AdminCommand): readonly JsonSchema[] {
  const { isRead, input, kind } = command;
  if (readsQuery(command)) {
    return queryParametersOf(command).map((name) => {
      const field = kind === undefined ? input.fields.find((each) => each.name === name) : undefined;
      const schema = name === 'limit' ? { type: 'integer', minimum: 0 } : text;
      return parameter(name, 'query', field === undefined ? schema : fieldSchema(field, 'input'));
    });
  }
  if (isRead) return [];
  return [
    parameter('Idempotency-Key', 'header', { ...text, maxLength: 255 }, 'The same key does it once.'),
    ...(takesVersion(command) ? [parameter('If-Match', 'header', text, 'The ETag of the version to be changed.')] : []),
  ];
}

function bodyOf({ kind, verb, input, ...command }: AdminCommand): JsonSchema | undefined {
  if (verb === 'DELETE') return undefined;
  if (kind !== undefined) return requestBody(schemaRef(input, verb === 'PATCH' ? 'change' : 'input'));
  const fields = fieldsBesidePath({ kind, verb, input, ...command }).filter(isWritten);
  if (fields.length === 0) return undefined;
  return requestBody(
    inputSchemaOf(fields),
    fields.some((field) => fieldOptionsOf(field).required),
  );
}

function successOf(command: AdminCommand): JsonSchema {
  const { kind, method, verb, output, status } = command;
  const shown = jsonAnswer('Done', shownBy(command));
  if (kind === undefined || method !== 'delete') {
    const isSet = method === 'update' && verb === 'PUT';
    return {
      [String(status)]: shown,
      ...(isSet ? { [STATUS_CREATED]: jsonAnswer('It is new', shownBy(command)) } : {}),
    };
  }
  const [what] = [schemaRef(output, 'output')];
  return {
    [String(status)]: jsonAnswer('What stays of it', what),
    [STATUS_EMPTY]: { description: 'Nothing stays of it' },
  };
}

function shownBy({ kind, method, output }: AdminCommand): JsonSchema {
  if (kind !== undefined) return method === 'list' ? pageOf(output) : schemaRef(output, 'output');
  const page = pageFieldOf(output)?.message;
  return page === undefined ? schemaRef(resourceFieldOf(output)?.schema ?? output, 'output') : pageOf(page);
}

function pageOf(item: DescMessage): JsonSchema {
  return {
    type: 'object',
    required: ['object', 'data', 'has_more'],
    properties: {
      object: { const: 'list' },
      data: { type: 'array', items: schemaRef(item, 'output') },
      has_more: { type: 'boolean' },
      last_id: { description: 'To be given as `after` for the next page.', type: ['string', 'integer', 'null'] },
    },
  };
}
