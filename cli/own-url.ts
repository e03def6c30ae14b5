/** Where `npm start` listens unless it is told otherwise: what the other verbs talk to. */
export const PORT = '8080';
export const URL_OF_RUN = `http://127.0.0.1:${PORT}`;
/** The broker of triggers/. */
export const BROKER_OF_RUN = `${URL_OF_RUN}/default/default`;
