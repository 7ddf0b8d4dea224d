// Holds calls of Discord's API, a JSON list on the standard input, against the
// validators of the package discord-api-spec, which are generated from Discord's
// published OpenAPI document; writes a list of what is wrong with each call.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { pathsList } from "discord-api-spec";
import * as known from "discord-api-spec/zod";

const onWebhook = "/webhooks/{webhook_id}/{webhook_token}";
const onMessage = `${onWebhook}/messages/{message_id}`;
// The document has the body of a webhook's change without a name, and the package
// has no validator for it.
const bodies = {
  [`post ${onWebhook}`]: known.IncomingWebhookRequestPartialSchema,
  [`patch ${onMessage}`]: known.IncomingWebhookUpdateRequestPartialSchema,
};
const webhook = known.GuildIncomingWebhookResponseSchema;
const message = known.MessageResponseSchema;
const answers = {
  [`get ${onWebhook}`]: webhook,
  [`patch ${onWebhook}`]: webhook,
  [`post ${onWebhook}`]: message,
  [`get ${onMessage}`]: message,
  [`patch ${onMessage}`]: message,
};

// judge parses a value. What a validator does not know it leaves out: then the
// result is not the value.
function judge(what, validator, value) {
  const result = validator.safeParse(value);
  if (!result.success) {
    return result.error.issues.map((i) => `${what} ${i.path.join(".")}: ${i.message || i.code}`);
  }
  return isDeepStrictEqual(result.data, value) ? [] : [`${what}: it has fields that are not known`];
}

// template finds a published path, and what stands in its braces.
function template(method, path) {
  for (const published of pathsList[method] ?? []) {
    const names = [...published.matchAll(/{(\w+)}/g)].map((m) => m[1]);
    const found = path.match(new RegExp(`^${published.replace(/{\w+}/g, "([^/]+)")}$`));
    if (found) {
      return { published, values: names.map((name, i) => [name, found[i + 1]]) };
    }
  }
  return { published: "", values: [] };
}

function problems({ method, path, query, body, status, answer }) {
  const { published, values } = template(method, path);
  if (!published) {
    return [`${method} ${path} is not published`];
  }
  const operation = `${method} ${published}`;
  const out = [];
  for (const [name, value] of [...values, ...Object.entries(query ?? {})]) {
    if (name.endsWith("_id")) {
      out.push(...judge(name, known.SnowflakeTypeSchema, value));
    }
  }
  if (bodies[operation]) {
    out.push(...judge("body", bodies[operation], body));
  }
  if (status >= 400) {
    out.push(...judge("answer", known.ErrorResponseSchema, answer));
  } else if (status === 200) {
    out.push(...judge("answer", answers[operation], answer));
  }
  return out;
}

// The validators want a Z where Discord writes +00:00.
const utc = (_, v) => (typeof v === "string" ? v.replace(/^(\d{4}-\d\d-\d\dT[\d:.]+)\+00:00$/, "$1Z") : v);
const calls = JSON.parse(readFileSync(0, "utf8"), utc);
process.stdout.write(JSON.stringify(calls.map(problems)));
