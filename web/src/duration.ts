export { durationInWords, expectedInWords, leftInWords } from '../../shared/duration.ts';
