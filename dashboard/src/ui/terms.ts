/** What the words of this page mean, in a sentence or two. */
export const TERMS = {
  equity:
    'What the account would have if everything were closed now: cash, collateral at the index price, and the gain or loss of its positions.',
  initialMargin: 'The equity an account needs to open more risk or to withdraw.',
  maintenanceMargin: 'The equity below which anyone may liquidate the account.',
  health: 'Equity divided by maintenance margin. Below 1.00× the account may be liquidated.',
  free: 'Equity above the initial margin: what new risk or withdrawals may use.',
  notional: 'Size of all positions at the index price, without sign.',
  index: 'The price of the underlying that margin is computed from, from the price router.',
  mark: 'The price at which a position is valued: the index plus the traded premium, at most 0.5% of the index.',
  premium: 'How far traded prices lie above the index, decaying within the hour; it drives funding.',
  funding:
    'What longs pay shorts over eight hours if the premium stays as it is; negative: shorts pay longs.',
  openInterest: 'Units held by all longs together, which equal the units held by all shorts.',
  insurance: 'Cash of the insurance account. It pays the debt of liquidated accounts that have nothing left.',
  vault: 'Tokens that the clearinghouse holds, cash at 1 USD and collateral at the index price.',
  claims: 'Equity of all accounts that have some. The vault must cover it.',
  shortfall: 'Debt of insolvent accounts that nobody has paid yet. It is missing from the vault.',
  solvency: 'Vault divided by claims. Below 100% claims rest on debts that insolvent accounts may never pay.',
  recorded: 'What the ledger says it holds of the token. Tokens held must never be less.',
  feedAge:
    'Time since the feed’s last update. A price older than its limit is stale: risk may then only be reduced.',
  badDebt: 'What a liquidated account still owes when it has nothing left.',
  reward: 'Penalty paid by the account plus incentive paid by the insurance fund, earned by the liquidator.',
  scenarioRisk:
    'The loss in the worst scenario, mixed with the sum of each underlying’s own worst loss: gains of one underlying offset losses of another only in part.',
  roll: 'A charge on the notional for the cost of closing it.',
  shortOption: 'A charge on short options for what scenarios cannot show.',
  haircut: 'A charge on collateral other than cash for the cost of selling it.',
  initialExtra: 'What the initial margin asks on top of the maintenance charges.',
  floor: 'The least margin for the open delta, however well scenarios net.',
  utilisation: 'Share of the supplied cash that is lent to accounts with negative cash.',
  premiumDepth: 'Traded notional that moves the premium half way.',
  liquidationPrice:
    'The index price, all others unchanged, at which the account crosses its maintenance margin.',
  scenario: 'One combination of a price move and a volatility move that the margin must survive.',
  suspects: 'Accounts that a keeper’s fast screening could not call healthy.',
  vaultWorth:
    'What the vault’s account is worth: its cash, and its positions at the index price. Trades do not move it.',
  sharePrice:
    'Net asset value divided by shares. Comers and leavers pay the vault’s spread on its positions besides.',
  inventory: 'What the vault holds: the other side of what traders hold against it. Minus means short.',
  vaultCap:
    'The vault’s position as a share of the most that it may be long or short. The spread grows with it.',
  vaultCushion:
    'The vault’s own margin. It adds to no position and pays nobody out below its multiple of the initial margin.',
  vaultBid: 'What somebody gets who sells to the vault now, fee aside.',
  vaultAsk: 'What somebody pays who buys from the vault now, fee aside.',
  vaultSpread:
    'How far the quotes lie outside the recent range of the index, buying and selling: a fixed part, one for volatility, one for the vault’s own position.',
  limitPrice: 'The worst price at which the order may trade.',
  reduceOnly: 'Fills only what brings the position toward zero.',
} as const;

export type TermName = keyof typeof TERMS;
