import type { Explanation } from '../explanation.ts';

const ACCESS_REMEDY =
  'Send from an account with the role, or schedule the call through the AccessManager first.';
const SCHEDULE_REMEDY =
  'Look the operation up in the AccessManager with getSchedule, and schedule it again if needed.';
const OVERFLOW_REMEDY = 'Check that sizes and prices were not scaled twice; use smaller numbers.';
const TOKEN_REMEDY = 'Check the token address, your balance and the allowance.';
const VAULT_REMEDY =
  'Ask for at most what the max function of the vault returns: it counts what is due, liquid and within its caps.';

/** Errors of ERC-20 and ERC-4626 tokens, access control and the libraries that the contracts use. */
export const externalExplanations = {
  ERC20InsufficientBalance: {
    says: '{sender:address} holds {balance:int} raw units of the token, less than {needed:int}.',
    remedy: 'Get more of the token, or use a smaller amount.',
  },
  ERC20InsufficientAllowance: {
    says: '{spender:address} may take {allowance:int} raw units of the token, less than {needed:int}.',
    remedy: 'Approve the spender, or sign a new permit: prepareDeposit lists which, ready to send or sign.',
  },
  ERC20InvalidSender: { says: '{sender:address} cannot send the token.', remedy: TOKEN_REMEDY },
  ERC20InvalidReceiver: { says: '{receiver:address} cannot receive the token.', remedy: TOKEN_REMEDY },
  ERC20InvalidApprover: { says: '{approver:address} cannot approve the token.', remedy: TOKEN_REMEDY },
  ERC20InvalidSpender: { says: '{spender:address} cannot spend the token.', remedy: TOKEN_REMEDY },
  SafeERC20FailedOperation: { says: 'A transfer of token {token:address} failed.', remedy: TOKEN_REMEDY },
  SafeERC20FailedDecreaseAllowance: {
    says: 'The allowance of {spender:address} is {currentAllowance:int}, less than the decrease {requestedDecrease:int}.',
    remedy: TOKEN_REMEDY,
  },
  TransferFailed: { says: 'A token transfer failed.', remedy: TOKEN_REMEDY },
  TransferFromFailed: { says: 'The token could not be taken from the caller.', remedy: TOKEN_REMEDY },
  ApproveFailed: { says: 'The token refused an approval.', remedy: TOKEN_REMEDY },
  ETHTransferFailed: {
    says: 'A transfer of ether failed.',
    remedy: 'Call from an address that accepts ether.',
  },
  ERC4626ExceededMaxDeposit: {
    says: 'The deposit of {assets:int} for {receiver:address} is above the most allowed, {max:int}.',
    remedy: VAULT_REMEDY,
  },
  ERC4626ExceededMaxMint: {
    says: 'Minting {shares:int} shares for {receiver:address} is above the most allowed, {max:int}.',
    remedy: VAULT_REMEDY,
  },
  ERC4626ExceededMaxWithdraw: {
    says: 'The withdrawal of {assets:int} by {owner:address} is above the most allowed, {max:int}.',
    remedy: VAULT_REMEDY,
  },
  ERC4626ExceededMaxRedeem: {
    says: 'Redeeming {shares:int} shares of {owner:address} is above the most allowed, {max:int}.',
    remedy: VAULT_REMEDY,
  },
  InvalidShortString: {
    says: 'A short string is not encoded as one.',
    remedy: 'Report it: the EIP-712 name of a contract cannot change after deployment.',
  },
  StringTooLong: {
    says: 'The string {0:text} is longer than 31 bytes.',
    remedy: 'Use a shorter name or version.',
  },
  AccessManagedUnauthorized: {
    says: '{caller:address} may not call this function.',
    remedy: ACCESS_REMEDY,
  },
  AccessManagedRequiredDelay: {
    says: '{caller:address} must announce this call {delay:int} seconds ahead.',
    remedy: 'Schedule the call in the AccessManager, wait for the delay, then execute it.',
  },
  AccessManagedInvalidAuthority: {
    says: '{authority:address} is no AccessManager.',
    remedy: 'Pass the address of the AccessManager contract.',
  },
  AccessManagerAlreadyScheduled: {
    says: 'The operation {operationId:hex} is scheduled already.',
    remedy: 'Execute it once its delay is over, or cancel it first.',
  },
  AccessManagerNotScheduled: {
    says: 'The operation {operationId:hex} is not scheduled.',
    remedy: SCHEDULE_REMEDY,
  },
  AccessManagerNotReady: {
    says: 'The delay of operation {operationId:hex} is not over.',
    remedy: 'Wait until the time that getSchedule of the AccessManager returns.',
  },
  AccessManagerExpired: { says: 'The operation {operationId:hex} has expired.', remedy: SCHEDULE_REMEDY },
  AccessManagerLockedRole: {
    says: 'Role {roleId:int} cannot be changed.',
    remedy: 'Use another role: the administrator and public roles are fixed.',
  },
  AccessManagerLockedFunction: {
    says: 'The function {selector:hex} of the AccessManager cannot be called this way.',
    remedy: 'Call it on the AccessManager directly.',
  },
  AccessManagerBadConfirmation: {
    says: 'The confirmation is not the address of the caller.',
    remedy: 'Pass your own address to renounce a role.',
  },
  AccessManagerUnauthorizedAccount: {
    says: '{msgsender:address} does not hold role {roleId:int}.',
    remedy: ACCESS_REMEDY,
  },
  AccessManagerUnauthorizedCall: {
    says: '{caller:address} may not call {selector:hex} on {target:address}.',
    remedy: ACCESS_REMEDY,
  },
  AccessManagerUnauthorizedConsume: {
    says: '{target:address} does not expect a scheduled operation now.',
    remedy: SCHEDULE_REMEDY,
  },
  AccessManagerUnauthorizedCancel: {
    says: '{msgsender:address} may not cancel {selector:hex} of {caller:address} on {target:address}.',
    remedy: 'Cancel as the caller who scheduled it, or as a guardian of its role.',
  },
  AccessManagerInvalidInitialAdmin: {
    says: '{initialAdmin:address} cannot be the first administrator.',
    remedy: 'Pass an address other than zero.',
  },
  ReentrancyGuardReentrantCall: {
    says: 'The contract was called again while a call to it was running.',
    remedy: 'Do not call it from a callback; read its views after the transaction.',
  },
  AddressEmptyCode: {
    says: '{target:address} has no code.',
    remedy: 'Check the address and the chain: a contract is expected there.',
  },
  FailedCall: { says: 'A call to another contract failed without a reason.', remedy: TOKEN_REMEDY },
  'InsufficientBalance(uint256,uint256)': {
    says: 'The contract holds {balance:int} wei, less than {needed:int}.',
    remedy: 'Send ether along with the call.',
  },
  ECDSAInvalidSignature: { says: 'The signature is not valid.', remedy: 'Sign again with signOrder.' },
  ECDSAInvalidSignatureLength: {
    says: 'The signature is {length:int} bytes long.',
    remedy: 'Pass the 65 bytes that the wallet returned.',
  },
  ECDSAInvalidSignatureS: {
    says: 'The signature has a high s value, {s:hex}.',
    remedy: 'Sign with a wallet that returns canonical signatures.',
  },
  SafeCastOverflowedUintDowncast: {
    says: 'The number {value:int} does not fit {bits:int} bits.',
    remedy: OVERFLOW_REMEDY,
  },
  SafeCastOverflowedIntDowncast: {
    says: 'The number {value:int} does not fit {bits:int} bits.',
    remedy: OVERFLOW_REMEDY,
  },
  SafeCastOverflowedIntToUint: { says: 'The number {value:int} is negative.', remedy: OVERFLOW_REMEDY },
  SafeCastOverflowedUintToInt: {
    says: 'The number {value:int} is too large for a signed one.',
    remedy: OVERFLOW_REMEDY,
  },
  Overflow: { says: 'A number does not fit where it is stored.', remedy: OVERFLOW_REMEDY },
  ExpOverflow: { says: 'An exponential is too large.', remedy: OVERFLOW_REMEDY },
  LnWadUndefined: { says: 'A logarithm of a number that is not positive.', remedy: OVERFLOW_REMEDY },
  MulWadFailed: { says: 'A product is too large.', remedy: OVERFLOW_REMEDY },
  SMulWadFailed: { says: 'A product is too large.', remedy: OVERFLOW_REMEDY },
  DivWadFailed: { says: 'A division by zero, or a quotient that is too large.', remedy: OVERFLOW_REMEDY },
  SDivWadFailed: { says: 'A division by zero, or a quotient that is too large.', remedy: OVERFLOW_REMEDY },
  MulDivFailed: { says: 'A division by zero, or a quotient that is too large.', remedy: OVERFLOW_REMEDY },
  DivFailed: { says: 'A division by zero.', remedy: OVERFLOW_REMEDY },
  FullMulDivFailed: { says: 'A division by zero, or a quotient that is too large.', remedy: OVERFLOW_REMEDY },
  RPowOverflow: { says: 'A power is too large.', remedy: OVERFLOW_REMEDY },
} satisfies Record<string, Explanation>;
