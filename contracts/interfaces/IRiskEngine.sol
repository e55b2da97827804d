// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IRiskEngineCore} from "./IRiskEngineCore.sol";
import {IRiskEngineExt} from "./IRiskEngineExt.sol";

/// @title IRiskEngine: what an account is worth and how much equity it needs
/// @notice Formulas: `docs/spec.md`, sections V and M. Equity rounds down, margin rounds up. All amounts are wad USD.
interface IRiskEngine is IRiskEngineCore, IRiskEngineExt {}
