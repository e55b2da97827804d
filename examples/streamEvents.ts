// Following: every event, block by block; what a reorganisation takes back comes again as `reverted`.
import { streamEvents } from '@novate/sdk';
import { openPositions } from './positions.ts';
import { setUp } from './setup.ts';

const stage = await setUp();
const fromBlock = (await stage.maria.client.getBlockNumber()) + 1n;
await openPositions(stage, 5_000);

const told: string[] = [];
const stop = new AbortController();
const stream = streamEvents(stage.maria.client, stage.addresses, {
  fromBlock,
  pollMs: 100,
  signal: stop.signal,
  onError: (error) => console.error('the node does not answer, trying again:', error),
});
for await (const { type, block, events } of stream) {
  for (const event of events) {
    told.push(event.eventName);
    if (event.contract === 'orderMatcher' && event.eventName === 'OrderFilled')
      console.log(type, 'block', block.number, event.eventName, 'at', event.args.price);
  }
  if (told.includes('OrderFilled')) stop.abort();
}
console.log(told.length, 'events, such as', told[0]);
