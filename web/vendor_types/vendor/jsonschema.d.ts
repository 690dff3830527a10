export { Validator, type OutputUnit } from '@cfworker/json-schema';
