// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev What holds after every sequence of calls, numbered. See docs/invariants.md for where each is checked.
abstract contract InvariantsSpec {
    string internal constant I1 = "I1: the house holds at least the tokens that it records";
    string internal constant I2_NEVER_MORE = "I2: cash, costs and fees claim more than what was paid in";
    string internal constant I2_DUST =
        "I2: cash, costs, fees and reserve fall short of what was paid in by more than dust";
    string internal constant I3_LONGS = "I3: the longs are the open interest";
    string internal constant I3_SHORTS = "I3: the shorts are the open interest";
    string internal constant I4 = "I4: the sum of the cost bases is the recorded one";
    string internal constant I5_ONLY = "I5: an account at or above maintenance margin was liquidated";
    string internal constant I5_HEALTH = "I5: a liquidation lowered E / MM";
    string internal constant I5_TARGET = "I5: a liquidation took the account over 1.2";
    string internal constant I5_TAKER = "I5: a liquidator ended below its initial margin";
    string internal constant I6_WITHDRAWAL = "I6: a withdrawal left less than the initial margin";
    string internal constant I6_RISK = "I6: a trade added risk below the initial margin";
    string internal constant I6_PROFILE = "I6: a profile was taken up below its initial margin";
    string internal constant I7_SUPPLIED = "I7: the positive principals are the cash supplied";
    string internal constant I7_BORROWED = "I7: the negative principals are the cash borrowed";
    string internal constant I7_RESERVE = "I7: lenders were credited more than borrowers were charged";
    string internal constant I8 = "I8: an account became liquidatable without time, price or parameters";
    string internal constant COLLATERAL = "I1: the balances of the accounts are what the house records";
    string internal constant UNEXPECTED = "a call was refused for an unexpected reason";
}
