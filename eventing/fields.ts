/** Reads untrusted YAML strictly: every unknown or ill-typed field becomes a problem that names file, path and fix. */
import { isObject } from '../shared/alert/alert.ts';

/** Collects what is wrong with a file, so that one run reports it all. */
export class Problems {
  readonly list: string[] = [];

  add(where: string, what: string): void {
    this.list.push(`${where}: ${what}`);
  }
}

/** One mapping of a document, with the path that leads to it. */
export class Fields {
  readonly where: string;
  readonly problems: Problems;
  private readonly values: Record<string, unknown>;

  constructor(value: unknown, where: string, problems: Problems) {
    if (!isObject(value)) problems.add(where, 'must be a mapping of keys to values');
    this.values = isObject(value) ? value : {};
    this.where = where;
    this.problems = problems;
  }

  /** Reports every key that is not in `known`. */
  only(...known: readonly string[]): this {
    for (const key of Object.keys(this.values)) {
      if (!known.includes(key)) this.report(key, `is not known here; remove it or use one of ${known.join(', ')}`);
    }
    return this;
  }

  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  keys(): string[] {
    return Object.keys(this.values).filter((key) => this.has(key));
  }

  raw(key: string): unknown {
    return this.values[key];
  }

  child(key: string): Fields | undefined {
    return this.has(key) ? new Fields(this.values[key], `${this.where}.${key}`, this.problems) : undefined;
  }

  string(key: string): string | undefined {
    const value = this.values[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.report(key, `must be text; put it in quotes: "${String(value)}"`);
    return undefined;
  }

  required(key: string): string {
    const value = this.string(key);
    if (value === undefined && !this.has(key)) this.report(key, 'is missing');
    return value ?? '';
  }

  oneOf<T extends string>(key: string, allowed: readonly T[]): T | undefined {
    const value = this.string(key);
    if (value === undefined) return undefined;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.report(key, `is '${value}'; it must be ${allowed.join(' or ')}`);
    return found;
  }

  wholeNumber(key: string): number | undefined {
    const value = this.values[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    this.report(key, 'must be a whole number, 0 or more');
    return undefined;
  }

  strings(key: string): Record<string, string> {
    const child = this.child(key);
    const found: Record<string, string> = {};
    for (const name of child?.keys() ?? []) found[name] = child?.string(name) ?? '';
    return found;
  }

  list(key: string): unknown[] {
    const value = this.values[key];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.report(key, 'must be a list');
    return [];
  }

  report(key: string, what: string): void {
    this.problems.add(`${this.where}.${key}`, what);
  }
}
