import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const FILE = join(__dirname, '../../docs/verify.openapi.json');

interface Media {
  readonly schema: object;
}

interface Document {
  readonly paths: Record<string, Record<string, { readonly responses: Record<string, Response> }>>;
  readonly components: { readonly schemas: Record<string, object> };
}

interface Response {
  readonly content?: Readonly<Record<string, Media>>;
}

/** As much of ajv's class for the schemas of OpenAPI 3.1 as is used here. */
interface Validator {
  addSchema(schema: object, id: string): void;
  validate(schema: object, data: unknown): boolean;
  errorsText(): string;
}

// The one that fastify brings.
const ofFastify = createRequire(createRequire(__filename).resolve('@fastify/ajv-compiler'));
const { default: Ajv } = ofFastify('ajv/dist/2020') as {
  readonly default: new (options: object) => Validator;
};

/** The OpenAPI document of the verify service, by which answers are checked. */
export class VerifyDocument {
  readonly paths: Document['paths'];
  private readonly validator = new Ajv({ strict: false });
  private readonly responses: Readonly<Record<string, Response>>;

  constructor() {
    const document = JSON.parse(readFileSync(FILE, 'utf8')) as Document;
    this.paths = document.paths;
    this.responses = document.paths['/_enig/verify']?.['post']?.responses ?? {};
    // References in it are meant from its root, in whichever schema they stand.
    this.validator.addSchema(document, 'document');
  }

  /** Statuses that are named one by one. */
  get statuses(): readonly number[] {
    return Object.keys(this.responses)
      .filter((status) => status !== 'default')
      .map(Number);
  }

  /** Values that the schema of this name allows for `result`. */
  results(name: string): readonly string[] {
    const all = ['ok', 'missing', 'wrong', 'spent', 'none', 'throttled', 'try-later', 'right'];
    const schema = { $ref: `document#/components/schemas/${name}` };
    return all.filter((result) => this.validator.validate(schema, { result }));
  }

  /** What is wrong with an answer by the document; '' where it is as described. */
  problemOf(answer: {
    readonly status: number | undefined;
    readonly type: unknown;
    readonly body: string;
  }): string {
    const response = this.responses[String(answer.status)];
    if (response === undefined) return `status ${answer.status} is not in the document`;
    const type = String(answer.type).split(';')[0] ?? '';
    const schema = response.content?.[type]?.schema;
    if (schema === undefined) return `${answer.status} with ${type} is not in the document`;
    const data: unknown = type === 'application/json' ? JSON.parse(answer.body) : answer.body;
    const text = JSON.stringify(schema).replaceAll('"#/', '"document#/');
    if (this.validator.validate(JSON.parse(text) as object, data)) return '';
    return `${answer.status} ${answer.body}: ${this.validator.errorsText()}`;
  }
}
