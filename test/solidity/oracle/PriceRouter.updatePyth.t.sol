// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {OracleBase} from "./helpers/OracleBase.sol";

/// @notice A caller that takes no ether back.
contract Refuser {
    function update(IPriceRouter router, address pyth, bytes[] calldata updates) external payable {
        router.updatePyth{value: msg.value}(pyth, updates);
    }
}

/// @notice Poses as Pyth: names any fee, and calls back.
contract HostilePyth {
    uint256 public fee;
    bool public reenters;

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function setReenters(bool reenters_) external {
        reenters = reenters_;
    }

    function getUpdateFee(bytes[] calldata) external view returns (uint256) {
        return fee;
    }

    function updatePriceFeeds(bytes[] calldata updates) external payable {
        if (!reenters) return;
        reenters = false;
        fee = 0;
        IPriceRouter(msg.sender).updatePyth{value: 1}(address(this), updates);
    }

    receive() external payable {}
}

contract UpdatePythTest is OracleBase {
    uint256 private _received;

    receive() external payable {
        _received += msg.value;
    }

    function test_PushesAndPaysExactly() public {
        router.setSources(ETH, pythSource(address(pyth)), none(), 0);
        vm.warp(NOW + 10);
        bytes[] memory updates = pythUpdate(3100e8, 1e8, -8, uint64(NOW + 10));
        vm.expectEmit(address(router));
        emit IPriceRouter.PythUpdated(address(this), PYTH_FEE, 0);
        router.updatePyth{value: PYTH_FEE}(address(pyth), updates);
        IPriceRouter.Price memory price = router.priceOf(ETH);
        assertPrice(price, IPriceRouter.Status.Ok, 3100e18);
        assertEq(price.timestamp, NOW + 10);
        assertEq(_received, 0);
    }

    function testFuzz_RefundsTheRest(uint256 value) public {
        value = bound(value, PYTH_FEE, 1 ether);
        bytes[] memory updates = pythUpdate(3100e8, 1e8, -8, uint64(NOW + 10));
        uint256 pythBefore = address(pyth).balance;
        vm.expectEmit(address(router));
        emit IPriceRouter.PythUpdated(address(this), PYTH_FEE, value - PYTH_FEE);
        router.updatePyth{value: value}(address(pyth), updates);
        assertEq(_received, value - PYTH_FEE);
        assertEq(address(pyth).balance - pythBefore, PYTH_FEE);
        assertEq(address(router).balance, 0);
    }

    function test_AnyoneMay() public {
        address keeper = address(0xbeef);
        vm.deal(keeper, 1 ether);
        bytes[] memory updates = pythUpdate(3100e8, 1e8, -8, uint64(NOW + 10));
        vm.prank(keeper);
        router.updatePyth{value: 1 ether}(address(pyth), updates);
        assertEq(keeper.balance, 1 ether - PYTH_FEE);
    }

    function test_FreeWhereNothingIsPushed() public {
        router.updatePyth(address(pyth), new bytes[](0));
        assertEq(_received, 0);
    }

    function test_RevertWhen_TooLittleIsSent() public {
        bytes[] memory updates = pythUpdate(3100e8, 1e8, -8, uint64(NOW + 10));
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PythFeeTooLow.selector, PYTH_FEE - 1, PYTH_FEE));
        router.updatePyth{value: PYTH_FEE - 1}(address(pyth), updates);
    }

    function test_RevertWhen_ThePayerRefusesTheRefund() public {
        Refuser refuser = new Refuser();
        bytes[] memory updates = pythUpdate(3100e8, 1e8, -8, uint64(NOW + 10));
        refuser.update{value: PYTH_FEE}(router, address(pyth), updates);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.RefundFailed.selector, address(refuser), 3));
        refuser.update{value: PYTH_FEE + 3}(router, address(pyth), updates);
    }

    function test_RevertWhen_PythHasNoCode() public {
        vm.expectRevert();
        router.updatePyth{value: 1}(address(0xdead), new bytes[](0));
    }

    /// @dev Even ether forced on the router stays out of reach: no more leaves than came with the call.
    function test_HostilePythGetsNoMoreThanWasSent() public {
        HostilePyth hostile = new HostilePyth();
        vm.deal(address(router), 1 ether);
        hostile.setFee(11);
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.PythFeeTooLow.selector, 10, 11));
        router.updatePyth{value: 10}(address(hostile), new bytes[](0));
        hostile.setFee(10);
        hostile.setReenters(true);
        router.updatePyth{value: 15}(address(hostile), new bytes[](0));
        assertEq(address(hostile).balance, 10);
        assertEq(_received, 5);
        assertEq(address(router).balance, 1 ether);
    }
}
