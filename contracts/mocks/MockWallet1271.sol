// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @title MockWallet1271: a contract wallet of one key that can also misbehave
contract MockWallet1271 is IERC1271 {
    /// @dev Check is a proper wallet, WrongMagic one that says no. The others break the standard.
    enum Behaviour {
        Check,
        WrongMagic,
        Revert,
        Nothing,
        FourBytes,
        DirtyMagic,
        True,
        BurnGas
    }

    error Refused();

    address public immutable key;
    Behaviour public behaviour;

    constructor(address key_) {
        key = key_;
    }

    function setBehaviour(Behaviour newBehaviour) external {
        behaviour = newBehaviour;
    }

    /// @inheritdoc IERC1271
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        Behaviour how = behaviour;
        bytes4 magic = IERC1271.isValidSignature.selector;
        if (how == Behaviour.Check) {
            (address recovered, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(hash, signature);
            return failure == ECDSA.RecoverError.NoError && recovered == key ? magic : bytes4(0xffffffff);
        }
        if (how == Behaviour.WrongMagic) return bytes4(0xffffffff);
        if (how == Behaviour.Revert) revert Refused();
        if (how == Behaviour.Nothing) _return("");
        if (how == Behaviour.FourBytes) _return(abi.encodePacked(magic));
        if (how == Behaviour.DirtyMagic) _return(abi.encodePacked(magic, bytes28(uint224(1))));
        if (how == Behaviour.True) _return(abi.encode(true));
        while (true) {}
        return magic;
    }

    function _return(bytes memory data) private pure {
        assembly ("memory-safe") {
            return(add(data, 0x20), mload(data))
        }
    }
}
