import { describe, expect, it } from 'vitest';
import { pathOf } from '../../../shared/http/path.ts';

describe('pathOf', () => {
  it.each([
    [undefined, '/'],
    ['/', '/'],
    ['/?token=x', '/'],
    ['/#part', '/'],
    ['//', '/'],
    ['/./', '/'],
    ['/a/..', '/'],
    ['//default/default', '/default/default'],
    ['/\\default', '/default'],
    ['/default/default?x=/y', '/default/default'],
    ['http://agent-sre.example', '/'],
    ['http://agent-sre.example//?x', '/'],
    ['HTTPS://agent-sre.example:8443/a/b', '/a/b'],
    ['http://[', 'http://['],
    ['*', '*'],
  ])('of %s is %s', (target, path) => {
    expect(pathOf(target)).toBe(path);
  });
});
