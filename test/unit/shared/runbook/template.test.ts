import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { references, resolveTemplate, resolveUntrusted } from '../../../../shared/runbook/template.ts';
import { anyLabels } from '../../../support/arbitraries.ts';

const labels = { pod: 'web-1', ns: 'shop', empty: '', tricky: '{{ $labels.pod }}', dollar: "$& $1 $' $$" };

describe('resolveTemplate', () => {
  it.each([
    ['constant', { value: 'constant' }],
    ['', { value: '' }],
    ['{{ $labels.pod }}', { value: 'web-1' }],
    ['{{$labels.pod}}', { value: 'web-1' }],
    ['{{   $labels.pod\t}}', { value: 'web-1' }],
    ['{{ $labels.ns }}/{{ $labels.pod }}', { value: 'shop/web-1' }],
    ['{{ $labels.node }}', { missing: 'node' }],
    ['{{ $labels.empty }}', { missing: 'empty' }],
    ['{{ $labels.pod }}/{{ $labels.node }}', { missing: 'node' }],
    ['{{ $labels.constructor }}', { missing: 'constructor' }],
    ['{{ $labels.tricky }}', { value: '{{ $labels.pod }}' }],
    ['{{ $labels.dollar }}', { value: "$& $1 $' $$" }],
  ])('%j: %j', (template, expected) => {
    expect(resolveTemplate(template, labels)).toEqual(expected);
  });

  it('never expands a value: the result is the concatenation of the labels, whatever they hold', () => {
    const property = fc.property(anyLabels, (any) => {
      const names = Object.keys(any).filter((name) => any[name] !== '');
      const template = names.map((name) => `{{ $labels.${name} }}`).join('/');
      expect(resolveTemplate(template, any)).toEqual({ value: names.map((name) => any[name]).join('/') });
    });
    fc.assert(property);
  });
});

describe('resolveUntrusted', () => {
  it('is resolveTemplate for what holds references only', () => {
    expect(resolveUntrusted('{{ $labels.ns }}/{{ $labels.pod }}', labels)).toEqual({ value: 'shop/web-1' });
    expect(resolveUntrusted('{{ $labels.node }}', labels)).toEqual({ missing: 'node' });
  });
});

describe('references', () => {
  it('are the names of the labels', () => {
    expect(references('{{ $labels.a }}-{{ $labels.b }}')).toEqual(['a', 'b']);
  });
});

describe('a template with another action', () => {
  it.each([
    '{{ .Labels.pod }}',
    '{{ $value }}',
    '{{ $labels.pod | toUpper }}',
    '{{ $labels }}',
    '{{ $labels.pod',
    '}}',
    '{{ "{{ $labels.pod }}" }}',
    '{{ $labels.pod-name }}',
    '{{ range query "up" }}x{{ end }}',
  ])('%j is refused, never expanded', (template) => {
    expect(() => references(template)).toThrow('only {{ $labels.name }} references are allowed');
    expect(resolveUntrusted(template, labels)).toBeUndefined();
  });
});
