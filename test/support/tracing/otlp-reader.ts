/** A span as a collector receives it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentId: string;
  name: string;
  /** 1 internal, 2 server, 3 client. */
  kind: number;
  attributes: Record<string, unknown>;
  events: string[];
  links: { traceId: string; spanId: string }[];
  /** 2: it failed. */
  status: number;
  service: unknown;
  startedAt: bigint;
  endedAt: bigint;
}

interface Field {
  number: number;
  value: bigint;
  bytes: Buffer;
}

/** The fields of a protobuf message. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => message.subarray(at, (at += length));
  while (at < message.length) {
    const tag = Number(varint());
    const field: Field = { number: tag >> 3, value: 0n, bytes: Buffer.alloc(0) };
    if ((tag & 7) === 0) field.value = varint();
    else if ((tag & 7) === 1) field.value = (field.bytes = take(8)).readBigUInt64LE();
    else if ((tag & 7) === 2) field.bytes = take(Number(varint()));
    else if ((tag & 7) === 5) field.value = BigInt(take(4).readUInt32LE());
    else throw new Error(`No protobuf: a field of kind ${tag & 7}`);
    yield field;
  }
}

const of = (message: Buffer, number: number): Field[] =>
  [...fieldsOf(message)].filter((each) => each.number === number);
const text = (message: Buffer, number: number): string => of(message, number)[0]?.bytes.toString() ?? '';
const hex = (message: Buffer, number: number): string => of(message, number)[0]?.bytes.toString('hex') ?? '';
const integer = (message: Buffer, number: number): number => Number(of(message, number)[0]?.value ?? 0n);

function valueOf(message: Buffer): unknown {
  const [field] = fieldsOf(message);
  if (field?.number === 1) return field.bytes.toString();
  if (field?.number === 2) return field.value === 1n;
  if (field?.number === 3) return Number(field.value);
  return field?.number === 4 ? field.bytes.readDoubleLE() : undefined;
}

const attributesOf = (message: Buffer, number: number): Record<string, unknown> =>
  Object.fromEntries(
    of(message, number).map(({ bytes }) => [text(bytes, 1), valueOf(of(bytes, 2)[0]?.bytes ?? Buffer.alloc(0))]),
  );

const spanOf = (span: Buffer, service: unknown): ReceivedSpan => ({
  traceId: hex(span, 1),
  spanId: hex(span, 2),
  parentId: hex(span, 4),
  name: text(span, 5),
  kind: integer(span, 6),
  attributes: attributesOf(span, 9),
  events: of(span, 11).map(({ bytes }) => text(bytes, 2)),
  links: of(span, 13).map(({ bytes }) => ({ traceId: hex(bytes, 1), spanId: hex(bytes, 2) })),
  status: of(span, 15).map(({ bytes }) => integer(bytes, 3))[0] ?? 0,
  service,
  startedAt: of(span, 7)[0]!.value,
  endedAt: of(span, 8)[0]!.value,
});

/** An `ExportTraceServiceRequest`. */
export const readSpans = (request: Buffer): ReceivedSpan[] =>
  of(request, 1).flatMap(({ bytes: ofResource }) => {
    const service = attributesOf(of(ofResource, 1)[0]!.bytes, 1)['service.name'];
    return of(ofResource, 2).flatMap(({ bytes: ofScope }) => of(ofScope, 2).map(({ bytes }) => spanOf(bytes, service)));
  });
