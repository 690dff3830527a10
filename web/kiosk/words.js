/** The kiosk's own words, in the visitor's language. */

/**
 * @typedef {object} Words
 * @property {string} begin
 * @property {string} choose
 * @property {string} own  a task of one's own
 * @property {string} placeholder
 * @property {string} send
 * @property {string} starting
 * @property {string} thinking
 * @property {string} writing
 * @property {string} running
 * @property {string} mending  the code has failed, and the model goes on
 * @property {string} said  the code's output
 * @property {string} result
 * @property {string} answer
 * @property {string} stop
 * @property {string} another
 * @property {string} over  to the start
 * @property {string} recorded
 * @property {string} still
 * @property {(seconds: number) => string} ends
 * @property {string} stay
 * @property {string} screen  fullscreen
 * @property {string} update
 * @property {string} language
 * @property {string} stopped
 * @property {string} unanswered
 * @property {string} unreachable
 * @property {string} failed
 * @property {string} broken
 * @property {string} code
 * @property {string} wrong
 * @property {string} back
 * @property {string} erase
 */

/** @type {Record<string, string>} */
export const NAMES = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español' };

/** @type {Record<string, Words>} */
const WORDS = {
  en: {
    begin: 'Touch to begin',
    choose: 'What would you like to know?',
    own: 'Or ask something of your own',
    placeholder: 'Write your question here',
    send: 'Ask',
    starting: 'One moment, Python is starting…',
    thinking: 'The model is thinking…',
    writing: 'The model is writing code…',
    running: 'Python is running the code…',
    mending: 'That did not work; the model tries again.',
    said: 'Python says',
    result: 'Result',
    answer: 'Answer',
    stop: 'Stop',
    another: 'Another question',
    over: 'Back to the start',
    recorded: 'The model’s words were recorded. The code runs right here, now.',
    still: 'Are you still there?',
    ends: (seconds) => `Everything is cleared in ${seconds} s.`,
    stay: 'Yes, go on',
    screen: 'Full screen',
    update: 'A new version is ready',
    language: 'Language',
    stopped: 'You have stopped it.',
    unanswered: 'No answer was found this time. Please try another question.',
    unreachable: 'The model cannot be reached just now. Questions with recorded words still work.',
    failed: 'Something went wrong. Please try another question.',
    broken: 'This screen needs a moment. It starts again by itself.',
    code: 'Code',
    wrong: 'That is not the code.',
    back: 'Back',
    erase: 'Erase',
  },
  de: {
    begin: 'Zum Starten berühren',
    choose: 'Was möchten Sie wissen?',
    own: 'Oder fragen Sie selbst etwas',
    placeholder: 'Schreiben Sie Ihre Frage hierher',
    send: 'Fragen',
    starting: 'Einen Moment, Python startet …',
    thinking: 'Das Modell denkt nach …',
    writing: 'Das Modell schreibt Code …',
    running: 'Python führt den Code aus …',
    mending: 'Das ging schief; das Modell versucht es noch einmal.',
    said: 'Python sagt',
    result: 'Ergebnis',
    answer: 'Antwort',
    stop: 'Stopp',
    another: 'Andere Frage',
    over: 'Zum Anfang',
    recorded: 'Die Worte des Modells sind aufgezeichnet. Der Code läuft wirklich, hier und jetzt.',
    still: 'Sind Sie noch da?',
    ends: (seconds) => `In ${seconds} s wird alles gelöscht.`,
    stay: 'Ja, weiter',
    screen: 'Vollbild',
    update: 'Eine neue Version ist bereit',
    language: 'Sprache',
    stopped: 'Sie haben angehalten.',
    unanswered: 'Diesmal fand sich keine Antwort. Bitte versuchen Sie eine andere Frage.',
    unreachable: 'Das Modell ist gerade nicht erreichbar. Fragen mit aufgezeichneten Worten gehen weiterhin.',
    failed: 'Etwas ist schiefgegangen. Bitte versuchen Sie eine andere Frage.',
    broken: 'Dieser Bildschirm braucht einen Moment. Er startet von selbst neu.',
    code: 'Code',
    wrong: 'Das ist nicht der Code.',
    back: 'Zurück',
    erase: 'Löschen',
  },
  fr: {
    begin: 'Touchez pour commencer',
    choose: 'Que voulez-vous savoir ?',
    own: 'Ou posez votre propre question',
    placeholder: 'Écrivez votre question ici',
    send: 'Demander',
    starting: 'Un instant, Python démarre…',
    thinking: 'Le modèle réfléchit…',
    writing: 'Le modèle écrit du code…',
    running: 'Python exécute le code…',
    mending: 'Cela n’a pas marché ; le modèle réessaie.',
    said: 'Python dit',
    result: 'Résultat',
    answer: 'Réponse',
    stop: 'Arrêter',
    another: 'Autre question',
    over: 'Retour au début',
    recorded: 'Les mots du modèle sont enregistrés. Le code, lui, s’exécute ici et maintenant.',
    still: 'Êtes-vous toujours là ?',
    ends: (seconds) => `Tout sera effacé dans ${seconds} s.`,
    stay: 'Oui, continuer',
    screen: 'Plein écran',
    update: 'Une nouvelle version est prête',
    language: 'Langue',
    stopped: 'Vous avez arrêté.',
    unanswered: 'Aucune réponse cette fois. Essayez une autre question.',
    unreachable: 'Le modèle n’est pas joignable en ce moment. Les questions enregistrées marchent toujours.',
    failed: 'Quelque chose n’a pas marché. Essayez une autre question.',
    broken: 'Cet écran a besoin d’un instant. Il redémarre tout seul.',
    code: 'Code',
    wrong: 'Ce n’est pas le code.',
    back: 'Retour',
    erase: 'Effacer',
  },
  es: {
    begin: 'Toque para empezar',
    choose: '¿Qué le gustaría saber?',
    own: 'O haga su propia pregunta',
    placeholder: 'Escriba aquí su pregunta',
    send: 'Preguntar',
    starting: 'Un momento, Python está arrancando…',
    thinking: 'El modelo está pensando…',
    writing: 'El modelo está escribiendo código…',
    running: 'Python está ejecutando el código…',
    mending: 'Eso no funcionó; el modelo lo intenta otra vez.',
    said: 'Python dice',
    result: 'Resultado',
    answer: 'Respuesta',
    stop: 'Parar',
    another: 'Otra pregunta',
    over: 'Volver al inicio',
    recorded: 'Las palabras del modelo están grabadas. El código se ejecuta aquí y ahora.',
    still: '¿Sigue ahí?',
    ends: (seconds) => `Todo se borrará en ${seconds} s.`,
    stay: 'Sí, continuar',
    screen: 'Pantalla completa',
    update: 'Hay una versión nueva',
    language: 'Idioma',
    stopped: 'Lo ha parado.',
    unanswered: 'Esta vez no se encontró respuesta. Pruebe con otra pregunta.',
    unreachable: 'Ahora no se puede contactar con el modelo. Las preguntas grabadas siguen funcionando.',
    failed: 'Algo ha fallado. Pruebe con otra pregunta.',
    broken: 'Esta pantalla necesita un momento. Vuelve a arrancar sola.',
    code: 'Código',
    wrong: 'Ese no es el código.',
    back: 'Atrás',
    erase: 'Borrar',
  },
};

/** @param {string} language */
export const wordsOf = (language) => WORDS[language] ?? WORDS.en;
