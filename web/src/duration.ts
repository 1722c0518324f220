export * from '../../shared/duration.ts';
