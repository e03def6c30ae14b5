import { describe, expect, it } from 'vitest';
import { believedSelection } from '../../../../functions/emit-trigger/signature.ts';
import { buildEvent } from '../../../../shared/events/envelope.ts';
import { remediationSelected } from '../../../../shared/events/index.ts';
import { SIGNATURE, withSignature } from '../../../../shared/events/signature.ts';
import { passingKey } from '../../../../shared/keys.ts';

const selection = { ...remediationSelected.example, method: 'trm' } as const;
const keys = passingKey();
const now = new Date('2026-11-23T03:00:00Z');
const draft = { definition: remediationSelected, data: selection, episode: { fingerprint: 'f', correlationId: 'f.1' } };
const { attributes } = withSignature(buildEvent(draft, { hop: 1 }, 'trm-reason', now), keys);
const unsigned = { ...attributes, [SIGNATURE]: '' };

describe('believedSelection', () => {
  it.each([
    ['a signed selection', attributes, keys, 'trm', true],
    ['an unsigned one', unsigned, keys, 'manual', false],
    ['one that is signed by somebody else', attributes, passingKey(), 'manual', false],
    ['any one where nothing is signed', unsigned, undefined, 'trm', true],
  ])('takes %s by method $3, signed: $4', (_, given, source, method, signed) => {
    const event = { attributes: given, readData: () => selection };
    expect(believedSelection(selection, event, source, now)).toEqual({ selection: { ...selection, method }, signed });
  });

  it('looks at the data as it was sent: an alert can end on its way', () => {
    const read = { ...selection, alert: { ...selection.alert, status: 'resolved' as const } };
    expect(believedSelection(read, { attributes, readData: () => selection }, keys, now).signed).toBe(true);
  });
});
