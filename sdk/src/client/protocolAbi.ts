import { clearinghouseAbi as coreAbi } from '../abi/clearinghouse.ts';
import { clearinghouseExtAbi } from '../abi/clearinghouseExt.ts';

/**
 * Everything that can be called at the clearinghouse's address: the contract delegates what it does not know to
 * ClearinghouseExt, so that its own ABI is only a part.
 */
export const clearinghouseAbi = [...coreAbi, ...clearinghouseExtAbi] as const;
