/** Everything that can be called at the clearinghouse's address, what it delegates to ClearinghouseExt included. */
export { clearinghouseAbi } from '../abi/clearinghouse.ts';
