// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {ProfileCodec} from "../../../contracts/risk/ProfileCodec.sol";
import {RiskEngine} from "../../../contracts/risk/RiskEngine.sol";
import {RiskEngineExt} from "../../../contracts/risk/RiskEngineExt.sol";

/// @dev The risk engine with its extension.
library RiskDeployer {
    function deploy(
        address authority,
        IPriceRouter router,
        IVolSurface surfaces,
        ISettlementTwap settlements
    ) internal returns (IRiskEngine) {
        RiskEngineExt extension = new RiskEngineExt(
            authority,
            router,
            surfaces,
            settlements,
            new ProfileCodec()
        );
        return
            IRiskEngine(
                address(new RiskEngine(authority, router, surfaces, settlements, address(extension)))
            );
    }
}
