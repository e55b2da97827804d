// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Vm} from "./Vm.sol";

/// @dev A lean base for Solidity tests: assertions, bounds and the hooks by which the runner finds invariant targets.
abstract contract Test {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /// @dev Tells the runner that this is a test contract.
    bool public IS_TEST = true;

    address[] private _targetContracts;
    address[] private _excludedContracts;
    FuzzSelector[] private _targetSelectors;
    FuzzSelector[] private _excludedSelectors;
    address[] private _targetSenders;
    address[] private _excludedSenders;

    // ------------------------------------------------------------------------------------------------ assertions

    function assertTrue(bool condition) internal pure {
        vm.assertTrue(condition);
    }

    function assertTrue(bool condition, string memory reason) internal pure {
        vm.assertTrue(condition, reason);
    }

    function assertFalse(bool condition) internal pure {
        vm.assertFalse(condition);
    }

    function assertFalse(bool condition, string memory reason) internal pure {
        vm.assertFalse(condition, reason);
    }

    function assertEq(uint256 a, uint256 b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(uint256 a, uint256 b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(int256 a, int256 b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(int256 a, int256 b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(address a, address b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(address a, address b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(bool a, bool b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(bool a, bool b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(bytes32 a, bytes32 b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(bytes32 a, bytes32 b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(bytes memory a, bytes memory b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(bytes memory a, bytes memory b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(string memory a, string memory b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(string memory a, string memory b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertNotEq(uint256 a, uint256 b) internal pure {
        vm.assertNotEq(a, b);
    }

    function assertNotEq(uint256 a, uint256 b, string memory reason) internal pure {
        vm.assertNotEq(a, b, reason);
    }

    function assertNotEq(int256 a, int256 b) internal pure {
        vm.assertNotEq(a, b);
    }

    function assertNotEq(int256 a, int256 b, string memory reason) internal pure {
        vm.assertNotEq(a, b, reason);
    }

    function assertNotEq(address a, address b) internal pure {
        vm.assertNotEq(a, b);
    }

    function assertNotEq(address a, address b, string memory reason) internal pure {
        vm.assertNotEq(a, b, reason);
    }

    function assertNotEq(bool a, bool b) internal pure {
        vm.assertNotEq(a, b);
    }

    function assertNotEq(bool a, bool b, string memory reason) internal pure {
        vm.assertNotEq(a, b, reason);
    }

    function assertNotEq(bytes32 a, bytes32 b) internal pure {
        vm.assertNotEq(a, b);
    }

    function assertNotEq(bytes32 a, bytes32 b, string memory reason) internal pure {
        vm.assertNotEq(a, b, reason);
    }

    function assertNotEq(bytes memory a, bytes memory b) internal pure {
        vm.assertNotEq(a, b);
    }

    function assertNotEq(bytes memory a, bytes memory b, string memory reason) internal pure {
        vm.assertNotEq(a, b, reason);
    }

    function assertNotEq(string memory a, string memory b) internal pure {
        vm.assertNotEq(a, b);
    }

    function assertNotEq(string memory a, string memory b, string memory reason) internal pure {
        vm.assertNotEq(a, b, reason);
    }

    function assertEq(uint256[] memory a, uint256[] memory b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(uint256[] memory a, uint256[] memory b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(int256[] memory a, int256[] memory b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(int256[] memory a, int256[] memory b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(address[] memory a, address[] memory b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(address[] memory a, address[] memory b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertEq(bytes32[] memory a, bytes32[] memory b) internal pure {
        vm.assertEq(a, b);
    }

    function assertEq(bytes32[] memory a, bytes32[] memory b, string memory reason) internal pure {
        vm.assertEq(a, b, reason);
    }

    function assertLt(uint256 a, uint256 b) internal pure {
        vm.assertLt(a, b);
    }

    function assertLt(uint256 a, uint256 b, string memory reason) internal pure {
        vm.assertLt(a, b, reason);
    }

    function assertLt(int256 a, int256 b) internal pure {
        vm.assertLt(a, b);
    }

    function assertLt(int256 a, int256 b, string memory reason) internal pure {
        vm.assertLt(a, b, reason);
    }

    function assertLe(uint256 a, uint256 b) internal pure {
        vm.assertLe(a, b);
    }

    function assertLe(uint256 a, uint256 b, string memory reason) internal pure {
        vm.assertLe(a, b, reason);
    }

    function assertLe(int256 a, int256 b) internal pure {
        vm.assertLe(a, b);
    }

    function assertLe(int256 a, int256 b, string memory reason) internal pure {
        vm.assertLe(a, b, reason);
    }

    function assertGt(uint256 a, uint256 b) internal pure {
        vm.assertGt(a, b);
    }

    function assertGt(uint256 a, uint256 b, string memory reason) internal pure {
        vm.assertGt(a, b, reason);
    }

    function assertGt(int256 a, int256 b) internal pure {
        vm.assertGt(a, b);
    }

    function assertGt(int256 a, int256 b, string memory reason) internal pure {
        vm.assertGt(a, b, reason);
    }

    function assertGe(uint256 a, uint256 b) internal pure {
        vm.assertGe(a, b);
    }

    function assertGe(uint256 a, uint256 b, string memory reason) internal pure {
        vm.assertGe(a, b, reason);
    }

    function assertGe(int256 a, int256 b) internal pure {
        vm.assertGe(a, b);
    }

    function assertGe(int256 a, int256 b, string memory reason) internal pure {
        vm.assertGe(a, b, reason);
    }

    function assertApproxEqAbs(uint256 a, uint256 b, uint256 maxDelta) internal pure {
        vm.assertApproxEqAbs(a, b, maxDelta);
    }

    function assertApproxEqAbs(uint256 a, uint256 b, uint256 maxDelta, string memory reason) internal pure {
        vm.assertApproxEqAbs(a, b, maxDelta, reason);
    }

    function assertApproxEqAbs(int256 a, int256 b, uint256 maxDelta) internal pure {
        vm.assertApproxEqAbs(a, b, maxDelta);
    }

    function assertApproxEqAbs(int256 a, int256 b, uint256 maxDelta, string memory reason) internal pure {
        vm.assertApproxEqAbs(a, b, maxDelta, reason);
    }

    /// @dev `maxPercentDelta` is wad: 1e18 is 100 %.
    function assertApproxEqRel(uint256 a, uint256 b, uint256 maxPercentDelta) internal pure {
        vm.assertApproxEqRel(a, b, maxPercentDelta);
    }

    function assertApproxEqRel(
        uint256 a,
        uint256 b,
        uint256 maxPercentDelta,
        string memory reason
    ) internal pure {
        vm.assertApproxEqRel(a, b, maxPercentDelta, reason);
    }

    function assertApproxEqRel(int256 a, int256 b, uint256 maxPercentDelta) internal pure {
        vm.assertApproxEqRel(a, b, maxPercentDelta);
    }

    function assertApproxEqRel(
        int256 a,
        int256 b,
        uint256 maxPercentDelta,
        string memory reason
    ) internal pure {
        vm.assertApproxEqRel(a, b, maxPercentDelta, reason);
    }

    function fail(string memory reason) internal pure {
        vm.assertTrue(false, reason);
    }

    // ------------------------------------------------------------------------------------------------ inputs

    /// @dev Maps a fuzzed number into [min, max], keeping the edges likely.
    function bound(uint256 x, uint256 min, uint256 max) internal pure returns (uint256) {
        require(min <= max, "bound: min > max");
        if (x >= min && x <= max) return x;
        uint256 size = max - min + 1;
        if (size == 0) return x;
        if (x <= 3 && size > x) return min + x;
        if (x >= type(uint256).max - 3 && size > type(uint256).max - x) return max - (type(uint256).max - x);
        return min + (x % size);
    }

    function bound(int256 x, int256 min, int256 max) internal pure returns (int256) {
        require(min <= max, "bound: min > max");
        uint256 offset = uint256(1) << 255;
        unchecked {
            uint256 y = bound(uint256(x) + offset, uint256(min) + offset, uint256(max) + offset);
            return int256(y - offset);
        }
    }

    function makeAddr(string memory name) internal returns (address account) {
        (account, ) = makeAddrAndKey(name);
    }

    function makeAddrAndKey(string memory name) internal returns (address account, uint256 key) {
        key = uint256(keccak256(bytes(name)));
        account = vm.addr(key);
        vm.label(account, name);
    }

    /// @dev Deploys an artifact, "File.sol:Contract". Unlike `new`, it does not compile the contract into the test: a
    /// change of the contract then recompiles the contract alone.
    function deployCode(string memory artifact, bytes memory arguments) internal returns (address deployed) {
        bytes memory code = abi.encodePacked(vm.getCode(artifact), arguments);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
            if iszero(deployed) {
                let pointer := mload(64)
                returndatacopy(pointer, 0, returndatasize())
                revert(pointer, returndatasize())
            }
        }
    }

    function deployCode(string memory artifact) internal returns (address) {
        return deployCode(artifact, "");
    }

    // ------------------------------------------------------------------------------------------------ invariants

    function targetContract(address target) internal {
        _targetContracts.push(target);
    }

    function excludeContract(address target) internal {
        _excludedContracts.push(target);
    }

    function targetSelector(FuzzSelector memory selector) internal {
        _targetSelectors.push(selector);
    }

    function excludeSelector(FuzzSelector memory selector) internal {
        _excludedSelectors.push(selector);
    }

    function targetSender(address sender) internal {
        _targetSenders.push(sender);
    }

    function excludeSender(address sender) internal {
        _excludedSenders.push(sender);
    }

    function targetContracts() public view returns (address[] memory) {
        return _targetContracts;
    }

    function excludeContracts() public view returns (address[] memory) {
        return _excludedContracts;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory) {
        return _targetSelectors;
    }

    function excludeSelectors() public view returns (FuzzSelector[] memory) {
        return _excludedSelectors;
    }

    function targetSenders() public view returns (address[] memory) {
        return _targetSenders;
    }

    function excludeSenders() public view returns (address[] memory) {
        return _excludedSenders;
    }
}
