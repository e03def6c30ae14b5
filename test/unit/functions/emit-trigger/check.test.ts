import { describe, expect, it } from 'vitest';
import { checkSelection } from '../../../../functions/emit-trigger/check.ts';
import { parseAlert } from '../../../../shared/alert/alert.ts';
import { remediationSelected } from '../../../../shared/events/index.ts';
import type { Selection } from '../../../../shared/events/remediation-selected.ts';
import { smallRunbook } from '../../../support/small-runbook.ts';

const alert = parseAlert({ labels: { alertname: 'A', namespace: 'shop', pod: 'web-x2x7k' } });
const restart = { lambda_function: 'pod-restart', parameters: { name: 'web-x2x7k', namespace: 'shop', type: 'pod' } };

function selection(changes: object = {}): Selection {
  return remediationSelected.parse({ alert, ...restart, ...changes });
}

/** A selection for a pod of a protected namespace, which its alert names. */
function inSystem(lambda_function: string): Selection {
  const parameters = { name: 'dns', namespace: 'kube-system' };
  return selection({
    alert: { ...alert, labels: { alertname: 'A', namespace: 'kube-system', pod: 'dns' } },
    lambda_function,
    parameters,
  });
}

/** The same selection, said to come from the annotation of the alert. */
function annotated(annotations: object, changes: object = {}): Selection {
  return selection({ alert: { ...alert, annotations }, method: 'static', ...changes });
}

describe('checkSelection', () => {
  it.each([
    ['values of the alert’s labels', selection()],
    ['what a person sends with the alert’s labels', selection({ method: 'manual' })],
    ['what a model chose, with the alert’s labels', selection({ method: 'trm', confidence: 0.8 })],
    ['a look where a restart is forbidden', inSystem('pod-check-status')],
    ['a restart that only the namespace forbids', inSystem('pod-restart')],
    ['what the annotation says', annotated({ lambda_function: 'pod-restart' })],
    [
      'what it says, a default of the schema left out',
      annotated({ lambda_function: 'pod-restart' }, { parameters: { name: 'web-x2x7k', namespace: 'shop' } }),
    ],
    [
      'what the author of the rule wrote, as far as the policy grants it',
      annotated(
        { lambda_function: 'pod-restart', lambda_parameters: '{"name":"another-pod"}' },
        { parameters: { name: 'another-pod', namespace: 'shop', type: 'pod' } },
      ),
    ],
  ])('takes %s', (_, sound) => {
    expect(() => checkSelection(smallRunbook, sound)).not.toThrow();
  });

  const misspelt = { ...alert, annotations: { lambda_function: 'pod-restrat' } };
  const NOT_DECIDED = 'no situation of the runbook decides on this call';
  const forged = { parameters: { name: 'db-1', namespace: 'prod', type: 'pod' } };
  it.each([
    [
      'a function that the catalogue does not have',
      selection({ lambda_function: 'pod-delete' }),
      'not in the catalogue',
    ],
    ['a function named like part of an object', selection({ lambda_function: 'constructor' }), 'not in the catalogue'],
    ['a missing parameter', selection({ parameters: { name: 'web-x2x7k' } }), "required property 'namespace'"],
    [
      'an unknown parameter',
      selection({ parameters: { ...restart.parameters, force: true } }),
      'additional properties',
    ],
    [
      'a label that means something else',
      selection({ method: 'trm', lambda_function: 'node-cordon', parameters: { name: 'web-x2x7k' } }),
      NOT_DECIDED,
    ],
    [
      'a restart of what stores data',
      selection({
        alert: { ...alert, labels: { ...alert.labels, pod: 'redis-0' } },
        parameters: { name: 'redis-0', namespace: 'shop', type: 'pod' },
      }),
      NOT_DECIDED,
    ],
    ['a change after an annotation that names no function', selection({ alert: misspelt }), NOT_DECIDED],
    ['a value of no label', selection(forged), NOT_DECIDED],
    ['a value of no label from a model', selection({ method: 'trm', ...forged }), NOT_DECIDED],
    ['a forged static selection', selection({ method: 'static', ...forged }), 'nor a pinned entry says so'],
    ['a static selection without an annotation', selection({ method: 'static' }), 'nor a pinned entry says so'],
    [
      'other parameters than the annotation’s',
      annotated({ lambda_function: 'pod-restart' }, forged),
      'nor a pinned entry says so',
    ],
    [
      'more parameters than the annotation’s',
      annotated(
        { lambda_function: 'pod-check-status' },
        {
          lambda_function: 'pod-check-status',
          parameters: { name: 'web-x2x7k', namespace: 'shop', selector: 'app=all' },
        },
      ),
      'nor a pinned entry says so',
    ],
    [
      'an annotation that the policy does not grant',
      annotated({ lambda_function: 'pod-restart', lambda_parameters: '{"name":"db-1","namespace":"prod"}' }, forged),
      'nor a pinned entry says so',
    ],
  ])('refuses %s', (_, wrong, message) => {
    const expected = { code: 'ASRE_SELECTION_INVALID', message: expect.stringContaining(message) };
    expect(() => checkSelection(smallRunbook, wrong)).toThrow(expect.objectContaining(expected));
  });
});
