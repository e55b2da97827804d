export { createOrderBook } from './createOrderBook.ts';
export { WrongInstrumentError } from './errors.ts';
export type {
  AddOptions,
  AddResult,
  BookLevel,
  BookSide,
  OrderBook,
  OrderMatch,
  RemovalReason,
  RemovedOrder,
} from './types.ts';
