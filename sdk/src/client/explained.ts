import { toNovateError } from '../errors/index.ts';

/** What the call returns; a revert is thrown as `NovateContractError`. */
export async function explained<Result>(call: Promise<Result>): Promise<Result> {
  try {
    return await call;
  } catch (error) {
    throw toNovateError(error);
  }
}
