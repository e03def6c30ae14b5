import fc from 'fast-check';

// The same examples in every run, so that a change is judged by itself; FC_SEED=$RANDOM npm test looks elsewhere.
fc.configureGlobal({ seed: Number(process.env.FC_SEED ?? 20_261_123) });
