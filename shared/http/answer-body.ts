import { joined } from './chunks.ts';

/** No answer is larger. */
export const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;

/** The body of an answer, as it comes in. */
export class AnswerBody {
  private readonly limitBytes: number;
  private readonly chunks: Buffer[] = [];
  private size = 0;

  constructor(limitBytes: number = MAX_RESPONSE_BYTES) {
    this.limitBytes = limitBytes;
  }

  /** Takes a part; what it returns says that the answer is too large, and ends it. */
  add(chunk: Buffer): Error | undefined {
    this.size += chunk.length;
    if (this.size > this.limitBytes) return new Error(`the answer is larger than ${this.limitBytes} bytes`);
    this.chunks.push(chunk);
    return undefined;
  }

  whole(): Buffer {
    return joined(this.chunks);
  }
}
