// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @dev The cheatcodes of the Solidity test runner that our tests use.
interface Vm {
    struct FfiResult {
        int32 exitCode;
        bytes stdout;
        bytes stderr;
    }

    struct Gas {
        uint64 gasLimit;
        uint64 gasTotalUsed;
        uint64 gasMemoryUsed;
        int64 gasRefunded;
        uint64 gasRemaining;
    }

    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    // time and blocks
    function warp(uint256 timestamp) external;
    function roll(uint256 blockNumber) external;
    function chainId(uint256 id) external;
    function fee(uint256 baseFee) external;
    function txGasPrice(uint256 price) external;
    function coinbase(address account) external;
    function prevrandao(uint256 value) external;
    function getBlockTimestamp() external view returns (uint256);
    function getBlockNumber() external view returns (uint256);
    // senders and balances
    function prank(address sender) external;
    function prank(address sender, address origin) external;
    function startPrank(address sender) external;
    function startPrank(address sender, address origin) external;
    function stopPrank() external;
    function deal(address account, uint256 balance) external;
    function etch(address target, bytes calldata code) external;
    function store(address target, bytes32 slot, bytes32 value) external;
    function load(address target, bytes32 slot) external view returns (bytes32);
    function setNonce(address account, uint64 nonce) external;
    function getNonce(address account) external view returns (uint64);
    function record() external;
    function accesses(address target) external returns (bytes32[] memory reads, bytes32[] memory writes);
    function cool(address target) external;
    function coolSlot(address target, bytes32 slot) external;
    function warmSlot(address target, bytes32 slot) external;
    // the creation code of an artifact, "File.sol:Contract": unlike `new`, it does not compile the contract into the test
    function getCode(string calldata artifact) external view returns (bytes memory);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    // expectations
    function expectRevert() external;
    function expectRevert(bytes4 selector) external;
    function expectRevert(bytes calldata data) external;
    function expectRevert(address reverter) external;
    function expectRevert(bytes4 selector, address reverter) external;
    function expectRevert(bytes calldata data, address reverter) external;
    function expectRevert(bytes4 selector, uint64 count) external;
    function expectPartialRevert(bytes4 selector) external;
    function expectPartialRevert(bytes4 selector, address reverter) external;
    function expectEmit() external;
    function expectEmit(address emitter) external;
    function expectEmit(uint64 count) external;
    function expectEmit(address emitter, uint64 count) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data) external;
    function expectEmit(bool topic1, bool topic2, bool topic3, bool data, address emitter) external;
    function expectCall(address target, bytes calldata data) external;
    function expectCall(address target, bytes calldata data, uint64 count) external;
    function expectCall(address target, uint256 value, bytes calldata data) external;
    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
    // mocks
    function mockCall(address target, bytes calldata data, bytes calldata returned) external;
    function mockCall(address target, uint256 value, bytes calldata data, bytes calldata returned) external;
    function mockCalls(address target, bytes calldata data, bytes[] calldata returned) external;
    function mockFunction(address target, address implementation, bytes calldata data) external;
    function mockCallRevert(address target, bytes calldata data, bytes calldata reason) external;
    function clearMockedCalls() external;
    // keys
    function addr(uint256 key) external pure returns (address);
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    // state
    function snapshotState() external returns (uint256);
    function revertToState(uint256 id) external returns (bool);
    function revertToStateAndDelete(uint256 id) external returns (bool);
    function deleteStateSnapshot(uint256 id) external returns (bool);
    function assume(bool condition) external pure;
    function assumeNoRevert() external pure;
    function skip(bool condition) external;
    function skip(bool condition, string calldata reason) external;
    function randomUint() external returns (uint256);
    function randomUint(uint256 min, uint256 max) external returns (uint256);
    function label(address account, string calldata name) external;
    // gas snapshots
    function startSnapshotGas(string calldata name) external;
    function startSnapshotGas(string calldata group, string calldata name) external;
    function stopSnapshotGas() external returns (uint256);
    function stopSnapshotGas(string calldata name) external returns (uint256);
    function stopSnapshotGas(string calldata group, string calldata name) external returns (uint256);
    function pauseGasMetering() external;
    function resumeGasMetering() external;
    function resetGasMetering() external;
    function snapshotGasLastCall(string calldata name) external returns (uint256);
    function snapshotGasLastCall(string calldata group, string calldata name) external returns (uint256);
    function lastCallGas() external view returns (Gas memory);
    function snapshotValue(string calldata name, uint256 value) external;
    function snapshotValue(string calldata group, string calldata name, uint256 value) external;
    // files and text
    function projectRoot() external view returns (string memory);
    function exists(string calldata path) external view returns (bool);
    function ffi(string[] calldata command) external returns (bytes memory);
    function tryFfi(string[] calldata command) external returns (FfiResult memory);
    function envOr(string calldata name, bool otherwise) external view returns (bool);
    function envOr(string calldata name, uint256 otherwise) external view returns (uint256);
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    function readFile(string calldata path) external view returns (string memory);
    function writeLine(string calldata path, string calldata line) external;
    function parseJson(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function parseJsonInt(string calldata json, string calldata key) external pure returns (int256);
    function parseJsonString(string calldata json, string calldata key) external pure returns (string memory);
    function parseJsonBool(string calldata json, string calldata key) external pure returns (bool);
    function parseJsonUintArray(
        string calldata json,
        string calldata key
    ) external pure returns (uint256[] memory);
    function parseJsonIntArray(
        string calldata json,
        string calldata key
    ) external pure returns (int256[] memory);
    function parseJsonStringArray(
        string calldata json,
        string calldata key
    ) external pure returns (string[] memory);
    function parseJsonBoolArray(
        string calldata json,
        string calldata key
    ) external pure returns (bool[] memory);
    function parseJsonAddress(string calldata json, string calldata key) external pure returns (address);
    function parseJsonAddressArray(
        string calldata json,
        string calldata key
    ) external pure returns (address[] memory);
    function parseJsonBytes(string calldata json, string calldata key) external pure returns (bytes memory);
    function parseJsonBytes32(string calldata json, string calldata key) external pure returns (bytes32);
    function parseJsonBytes32Array(
        string calldata json,
        string calldata key
    ) external pure returns (bytes32[] memory);
    function parseJsonKeys(string calldata json, string calldata key) external pure returns (string[] memory);
    function keyExistsJson(string calldata json, string calldata key) external view returns (bool);
    function toString(uint256 value) external pure returns (string memory);
    function toString(int256 value) external pure returns (string memory);
    function toString(address value) external pure returns (string memory);
    function toString(bytes32 value) external pure returns (string memory);
    function toString(bool value) external pure returns (string memory);
    function toString(bytes calldata value) external pure returns (string memory);
    function parseUint(string calldata text) external pure returns (uint256);
    function parseInt(string calldata text) external pure returns (int256);
    // assertions
    function assertTrue(bool condition) external pure;
    function assertTrue(bool condition, string calldata reason) external pure;
    function assertFalse(bool condition) external pure;
    function assertFalse(bool condition, string calldata reason) external pure;
    function assertEq(uint256 a, uint256 b) external pure;
    function assertEq(uint256 a, uint256 b, string calldata reason) external pure;
    function assertEq(int256 a, int256 b) external pure;
    function assertEq(int256 a, int256 b, string calldata reason) external pure;
    function assertEq(address a, address b) external pure;
    function assertEq(address a, address b, string calldata reason) external pure;
    function assertEq(bool a, bool b) external pure;
    function assertEq(bool a, bool b, string calldata reason) external pure;
    function assertEq(bytes32 a, bytes32 b) external pure;
    function assertEq(bytes32 a, bytes32 b, string calldata reason) external pure;
    function assertEq(bytes calldata a, bytes calldata b) external pure;
    function assertEq(bytes calldata a, bytes calldata b, string calldata reason) external pure;
    function assertEq(string calldata a, string calldata b) external pure;
    function assertEq(string calldata a, string calldata b, string calldata reason) external pure;
    function assertNotEq(uint256 a, uint256 b) external pure;
    function assertNotEq(uint256 a, uint256 b, string calldata reason) external pure;
    function assertNotEq(int256 a, int256 b) external pure;
    function assertNotEq(int256 a, int256 b, string calldata reason) external pure;
    function assertNotEq(address a, address b) external pure;
    function assertNotEq(address a, address b, string calldata reason) external pure;
    function assertNotEq(bool a, bool b) external pure;
    function assertNotEq(bool a, bool b, string calldata reason) external pure;
    function assertNotEq(bytes32 a, bytes32 b) external pure;
    function assertNotEq(bytes32 a, bytes32 b, string calldata reason) external pure;
    function assertNotEq(bytes calldata a, bytes calldata b) external pure;
    function assertNotEq(bytes calldata a, bytes calldata b, string calldata reason) external pure;
    function assertNotEq(string calldata a, string calldata b) external pure;
    function assertNotEq(string calldata a, string calldata b, string calldata reason) external pure;
    function assertEq(uint256[] calldata a, uint256[] calldata b) external pure;
    function assertEq(uint256[] calldata a, uint256[] calldata b, string calldata reason) external pure;
    function assertEq(int256[] calldata a, int256[] calldata b) external pure;
    function assertEq(int256[] calldata a, int256[] calldata b, string calldata reason) external pure;
    function assertEq(address[] calldata a, address[] calldata b) external pure;
    function assertEq(address[] calldata a, address[] calldata b, string calldata reason) external pure;
    function assertEq(bytes32[] calldata a, bytes32[] calldata b) external pure;
    function assertEq(bytes32[] calldata a, bytes32[] calldata b, string calldata reason) external pure;
    function assertLt(uint256 a, uint256 b) external pure;
    function assertLt(uint256 a, uint256 b, string calldata reason) external pure;
    function assertLt(int256 a, int256 b) external pure;
    function assertLt(int256 a, int256 b, string calldata reason) external pure;
    function assertLe(uint256 a, uint256 b) external pure;
    function assertLe(uint256 a, uint256 b, string calldata reason) external pure;
    function assertLe(int256 a, int256 b) external pure;
    function assertLe(int256 a, int256 b, string calldata reason) external pure;
    function assertGt(uint256 a, uint256 b) external pure;
    function assertGt(uint256 a, uint256 b, string calldata reason) external pure;
    function assertGt(int256 a, int256 b) external pure;
    function assertGt(int256 a, int256 b, string calldata reason) external pure;
    function assertGe(uint256 a, uint256 b) external pure;
    function assertGe(uint256 a, uint256 b, string calldata reason) external pure;
    function assertGe(int256 a, int256 b) external pure;
    function assertGe(int256 a, int256 b, string calldata reason) external pure;
    function assertApproxEqAbs(uint256 a, uint256 b, uint256 maxDelta) external pure;
    function assertApproxEqAbs(uint256 a, uint256 b, uint256 maxDelta, string calldata reason) external pure;
    function assertApproxEqAbs(int256 a, int256 b, uint256 maxDelta) external pure;
    function assertApproxEqAbs(int256 a, int256 b, uint256 maxDelta, string calldata reason) external pure;
    function assertApproxEqRel(uint256 a, uint256 b, uint256 maxPercentDelta) external pure;
    function assertApproxEqRel(
        uint256 a,
        uint256 b,
        uint256 maxPercentDelta,
        string calldata reason
    ) external pure;
    function assertApproxEqRel(int256 a, int256 b, uint256 maxPercentDelta) external pure;
    function assertApproxEqRel(
        int256 a,
        int256 b,
        uint256 maxPercentDelta,
        string calldata reason
    ) external pure;
}
