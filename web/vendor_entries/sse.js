export { EventSourceParserStream } from 'eventsource-parser/stream';
