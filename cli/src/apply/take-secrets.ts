import type { DescMessage } from '@bufbuild/protobuf';
import { fieldsVisible } from '#admin-api/field-options.ts';
import { formats } from '#admin-api/formats.ts';
import { Format, Visibility } from '#contracts/gen/gateway/admin/v1/options_pb.js';
import { isJsonObject, type JsonObject } from '#kernel/json.ts';
import type { Place, Secret } from './policy-entry.ts';
import type { PolicyFault } from './policy-fault.ts';

/** Takes secrets out of a resource, each of which a policy file may only refer to: the file is kept, copied and shown. */
export function takeSecrets(schema: DescMessage, document: JsonObject, place: Place) {
  const left: Record<string, unknown> = { ...document };
  const secrets: Secret[] = [];
  const faults: PolicyFault[] = [];
  for (const { name, localName } of fieldsVisible(schema, Visibility.SECRET)) {
    if (!(name in document)) continue;
    const value = document[name];
    const line = place.lineOf(name);
    delete left[name];
    if (typeof value === 'string' && formats[Format.SECRET_REFERENCE].fits(value, {})) {
      secrets.push({ field: name, property: localName, reference: value, line });
    } else {
      const how = `write "env:NAME" or "file:PATH", where gatewayctl finds the ${name} when it applies the file`;
      faults.push({ line, message: `'${name}' must not stand in a policy file: ${how}.` });
    }
  }
  for (const { name, message } of schema.fields) {
    const items = document[name];
    if (message === undefined || !Array.isArray(items)) continue;
    const line = place.lineOf(name);
    for (const secret of fieldsVisible(message, Visibility.SECRET)) {
      const index = items.findIndex((item) => isJsonObject(item) && secret.name in item);
      if (index < 0) continue;
      const how = `write ${secret.name}_ref, which the gateway reads where it runs`;
      faults.push({ line, message: `'${name}[${index}].${secret.name}' must not stand in a policy file: ${how}.` });
    }
  }
  return { document: left, secrets, faults };
}
